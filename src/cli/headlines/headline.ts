/** What a search's page says before its figures; each kind of search has a file beside this one. */
import { formatMetric } from '../../report/format.ts';
import type { Setting, Tile, Verdict } from '../../report/headline.ts';

export interface Headline {
  readonly verdict: Verdict | null;
  readonly tiles: readonly Tile[];
  readonly setting: Setting;
}

export const PLAIN_VERDICT: Omit<Verdict, 'sentence'> = {
  outcome: 'none',
  word: '',
  because: [],
  thresholds: [],
  check: null,
};

/** Of what was simulated, where that is not the whole system. */
export const simulatedAt = (smaller: string): [string, string][] => (smaller === '' ? [] : [['Simulated at', smaller]]);

export const drawsText = (replications: number): string =>
  replications === 1 ? '1' : `${replications}, the same draws for each`;

/** "116.3/s to 130.1/s" as a range of numbers in one unit. */
export const rangeText = (low: number | null, high: number | null, unit: string): string =>
  `${formatMetric(low, unit)} to ${formatMetric(high, unit)}`;
