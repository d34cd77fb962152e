/** A parameter that nobody knows exactly: its range, where that comes from, and how it stands in a scenario. */
import type { Choice } from '../../scenario/family.ts';
import type { Scenario } from '../../scenario/scenario.ts';

export interface Uncertainty {
  key: string;
  label: string;
  /** How its values are printed: a unit, `%`, or `×` for a factor on what the scenario says. */
  unit: string;
  ends: { values: readonly [number, number] } | { factors: readonly [number, number] };
  source: string;
  /** In base units; 1 for a factor. Null where it plays no part. */
  read(scenario: Scenario): number | null;
  write(scenario: Scenario, value: number): Scenario;
}

/** Marks a range that rests on judgement. */
export const ESTIMATE = 'estimate';

export const numeric = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);

export const withParam = (choice: Choice, key: string, value: unknown): Choice => ({
  ...choice,
  params: { ...choice.params, [key]: value },
});

/** A replica is several GPUs. */
export const several = ({ hardware }: Scenario): boolean => hardware.parallel.tensor * hardware.parallel.pipeline > 1;

/** Both ends in the scenario's terms; a range of values is widened where the scenario's own value lies outside. */
export function endsOf(parameter: Uncertainty, value: number): [number, number] {
  const [low, high] = statedEnds(parameter, value);
  return 'factors' in parameter.ends ? [low, high] : [Math.min(value, low), Math.max(value, high)];
}

const statedEnds = ({ ends }: Uncertainty, value: number): readonly [number, number] =>
  'factors' in ends ? [value * ends.factors[0], value * ends.factors[1]] : ends.values;

/** The scenario's own value lies outside of the parameter's stated range. */
export interface Beyond {
  side: 'below' | 'above';
  /** Ends of the range. */
  low: number;
  high: number;
  /** The range is relative: the value is a datasheet's, and the range is what of that is reached, whoever wrote it down. */
  nameplate: boolean;
}

export function beyondOf(parameter: Uncertainty, value: number): Beyond | null {
  const [low, high] = statedEnds(parameter, value);
  if (value >= low && value <= high) return null;
  return { side: value < low ? 'below' : 'above', low, high, nameplate: 'factors' in parameter.ends };
}
