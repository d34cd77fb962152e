/** A comparison on the terminal. */

import { fold, type Style, table } from '../report/text-table.ts';
import type { Comparison, Line, Verdict } from '../study/compare/comparison.ts';
import {
  changeText,
  differenceText,
  divergenceLines,
  exactLines,
  headline,
  lineName,
  valueTexts,
  whatIfSentence,
} from './compare-words.ts';
import type { Terminal } from './terminal.ts';

const STYLES: Record<Verdict, Style> = {
  equal: 'green',
  changed: 'yellow',
  improved: 'green',
  regressed: 'red',
  'no change': 'dim',
  'within noise': 'dim',
  undecided: 'yellow',
  'not comparable': 'yellow',
};

/** "p 0.004", for lines that were tested. */
const evidence = ({ p, why }: Line): string =>
  why ?? (p === null ? '' : `p ${p < 0.001 ? '< 0.001' : p.toPrecision(2)}`);

export const HEADER = ['', 'base', 'new', 'change', 'verdict', ''];

/** All lines of one setting; of several settings those that say something. */
export const tellingLines = (lines: readonly Line[]): Line[] =>
  lines.filter(({ setting, verdict }) => setting === undefined || (verdict !== 'equal' && verdict !== 'no change'));

/** One row of the table: name, base, new, change, verdict, evidence. */
export const cells = (line: Line): string[] => [
  lineName(line),
  ...valueTexts(line),
  changeText(line),
  line.verdict,
  evidence(line),
];

export function comparisonText(comparison: Comparison, terminal: Terminal): string {
  const { verdict, base, new: next, differences, exact, lines, notes, method } = comparison;
  const { width, style: paint } = terminal.results;
  const parts = [`${paint(['bold', STYLES[verdict]].flat() as Style, verdict)}: ${headline(comparison)}\n`];
  const sentence = method === 'samples' ? null : whatIfSentence(comparison);
  if (sentence !== null) parts.push(`\n${fold(sentence, width)}`);
  parts.push(
    `\n${table(
      [
        ['base', base.label, base.kind],
        ['new', next.label, next.kind],
      ],
      { indent: 2, width },
    )}`,
  );
  if (differences !== null) {
    const shown = differences.slice(0, 12).map((difference) => [differenceText(difference)]);
    const more = differences.length > 12 ? [[`… ${differences.length - 12} more`]] : [];
    parts.push(`  scenarios differ in\n${table([...shown, ...more], { indent: 4, width })}`);
  }
  const parted = [...(exact === null ? [] : exactLines(exact)), ...divergenceLines(comparison)];
  parts.push(...parted.map((line) => `  ${line}\n`));
  const shown = tellingLines(lines);
  if (shown.length > 0) {
    const rows = shown.map((line) => {
      const row = cells(line);
      row[4] = paint(STYLES[line.verdict], row[4]);
      row[5] = paint('dim', row[5]);
      return row;
    });
    parts.push(`\n${table(rows, { header: HEADER, right: [1, 2, 3], indent: 2, width, style: paint })}`);
  }
  if (shown.length < lines.length)
    parts.push(`  ${lines.length - shown.length} more lines are equal or did not change (--json has them)\n`);
  if (notes.length > 0) parts.push('\n', ...notes.map((note) => fold(`note: ${note}`, width)));
  return parts.join('');
}
