/** What `run` prints of a scenario's replications: metrics over all of them, and where the report of each one is. */
import { join } from 'node:path';
import { cell, hasRange, intervalNote } from '../report/interval.ts';
import { findSummary } from '../report/run-data.ts';
import { fold, type Screen, table } from '../report/text-table.ts';
import type { RunOutcome } from '../run/run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { HEADLINE } from '../study/compare/judge.ts';
import { meanRows } from '../study/outcome.ts';
import { thresholdText } from './knee-text.ts';

/** @param outcomes of all replications, in order */
export function replicationsText(
  { name, thresholds }: Scenario,
  outcomes: readonly RunOutcome[],
  again: string,
  { width, style }: Screen,
): string {
  const rows = meanRows(
    outcomes.map(({ document, rows: own }) => ({
      seed: document.seed,
      id: document.run_hash,
      rows: own,
      failure: null,
    })),
  );
  const metrics = [...new Set([...thresholds.map(({ metric }) => metric), ...HEADLINE])];
  const shown = metrics.flatMap((metric) => findSummary(rows, metric) ?? []);
  const among = shown.some(hasRange);
  const count = outcomes.length;
  const passed = outcomes.filter((one) => one.passed).length;
  const verdict = passed === count ? style(['bold', 'green'], 'PASS') : style(['bold', 'red'], 'FAIL');
  return [
    `${thresholds.length === 0 ? '' : `${verdict}  `}${style('bold', name)}  ${count} replications\n`,
    table(
      thresholds.map((threshold, at) => {
        const held = outcomes.filter(({ verdicts }) => verdicts[at].ok).length;
        const inEach = held === count ? 'holds in each' : `holds in ${held} of ${count}`;
        return [thresholdText(threshold), inEach, threshold.severity === 'warn' ? 'warning only' : ''];
      }),
      { indent: 2 },
    ),
    '\n',
    table(
      shown.map((row) => [row.metric, cell(row, count, among)]),
      { right: [1], indent: 2 },
    ),
    fold(`${intervalNote(shown, count)}.`, width, '  '),
    '\n',
    table(
      outcomes.map(({ document, folder, passed: ok }) => [
        document.seed,
        thresholds.length === 0 ? '' : ok ? 'passes' : 'fails',
        join(folder, 'report.html'),
      ]),
      { header: ['seed', '', 'report'], indent: 2, style },
    ),
    `${style('dim', 'again:')} ${again}\n`,
  ].join('');
}
