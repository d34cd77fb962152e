/** A knee search on stdout: where it is, how sure that is, what breaks there, and the values that were looked at. */

import { metricNamed } from '../metrics/catalog/index.ts';
import { headroomText } from '../metrics/headroom.ts';
import type { Verdict } from '../metrics/thresholds.ts';
import { formatMetric, percentColumn, significant } from '../report/format.ts';
import { fold, type Screen, table } from '../report/text-table.ts';
import type { Threshold } from '../scenario/scenario.ts';
import type { Crossing } from '../study/bracket.ts';
import type { KneeResult, SettingKnee } from '../study/knee.ts';
import { settingText } from '../study/points.ts';
import { type Range, valueText } from '../study/range.ts';

export interface KneePrint extends Screen {
  result: KneeResult;
  name: string;
  /** "1/8 of the system"; empty where it is whole. */
  smaller: string;
  metrics: readonly string[];
}

export const thresholdText = ({ metric, op, value }: Pick<Threshold, 'metric' | 'op' | 'value'>): string =>
  `${metric} ${op} ${formatMetric(value, unitOf(metric), 4)}`;

const unitOf = (metric: string): string => metricNamed(metric)?.unit ?? '';

/** "slo_attainment is 93.1%, not >= 95%" */
export const brokenText = ({ metric, op, value, actual }: Verdict): string =>
  `${metric} is ${formatMetric(actual, unitOf(metric), 4)}, not ${op} ${formatMetric(value, unitOf(metric), 4)}`;

export function kneeText(print: KneePrint): string {
  const { result, name, smaller, style } = print;
  const { axis, thresholds, settings, seeds } = result;
  const runs = seeds.length === 1 ? '1 replication' : `${seeds.length} replications with the same draws at every value`;
  const lines = [
    `${style('bold', name)}  ${axis.path} until ${thresholds.map(thresholdText).join(' and ')} breaks; ${runs}\n`,
    ...(smaller === '' ? [] : [`${style('yellow', 'smaller')}  simulated at ${smaller}\n`]),
  ];
  for (const knee of settings) lines.push('\n', settingPart(print, knee));
  if (settings.length > 1) lines.push('\n', overview(result, print));
  return lines.join('');
}

function settingPart({ result, metrics, width, style }: KneePrint, knee: SettingKnee): string {
  const { axis, thresholds, seeds } = result;
  const head = knee.setting.length > 0 ? `${style('bold', settingText(knee.setting))}\n` : '';
  const points = pointsTable(knee, axis, thresholds, metrics, { width, style });
  return `${head}${points}\n${verdictText(knee, axis, seeds.length, width)}`;
}

/** What was looked at; of a single setting without what its headline says. */
export function kneeDetails(print: KneePrint): string {
  const { result, metrics, width } = print;
  const { axis, thresholds, settings } = result;
  if (settings.length > 1)
    return [overview(result, print), ...settings.map((knee) => settingPart(print, knee))].join('\n');
  const [knee] = settings;
  const notes = limitLines(knee).map((line) => fold(line, width, '  '));
  return `${pointsTable(knee, axis, thresholds, metrics, print)}\n${notes.join('')}`;
}

function pointsTable(
  { points }: SettingKnee,
  axis: Range,
  thresholds: readonly Threshold[],
  metrics: readonly string[],
  screen: Screen,
): string {
  const columns = [...new Set([...thresholds.map(({ metric }) => metric), ...metrics])];
  const values = columns.map((metric) => {
    const cells = points.map(({ rows: summary }) => summary.find((one) => one.metric === metric));
    return cells.some((row) => row?.unit === 'fraction')
      ? percentColumn(cells.map((row) => row?.value ?? null))
      : cells.map((row) => formatMetric(row?.value ?? null, row?.unit ?? ''));
  });
  const rows = points.map(({ text, holds, failure }, at) => [
    text,
    `${holds.filter(Boolean).length} of ${holds.length}`,
    ...values.map((column) => column[at]),
    failure ?? '',
  ]);
  const header = [axis.path, 'holds in', ...columns, ''];
  const right = header.map((_, i) => i).filter((i) => i !== header.length - 1);
  return table(rows, { header, right, indent: 2, ...screen });
}

const span = (axis: Range, { below, above }: Crossing): string =>
  `${valueText(axis, below)} and ${valueText(axis, above)}`;
const rounded = (axis: Range, value: number): string => `${significant(value, 4).replaceAll(',', '')}${axis.unit}`;

/** Sentences, one a line, indented under the table. */
export function verdictText(knee: SettingKnee, axis: Range, replications: number, width: number): string {
  const lines = [...kneeSentences(knee, axis, replications), ...brokenLines(knee), ...limitLines(knee)];
  return lines.map((line) => fold(line.trimStart(), width, line.startsWith(' ') ? '    ' : '  ')).join('');
}

/** Where it holds and how sure that is. */
export function kneeSentences(knee: SettingKnee, axis: Range, replications: number): string[] {
  const { bracket } = knee;
  const { low, high } = { low: bracket.samples[0].value, high: bracket.samples[bracket.samples.length - 1].value };
  const whole = `${valueText(axis, low)} to ${valueText(axis, high)}`;
  switch (bracket.verdict) {
    case 'holds':
      return [
        `it holds everywhere from ${whole}: the knee, if there is one, lies outside of the range`,
        ...(knee.headroom === null ? [] : [`at ${knee.headroom.at}: ${headroomText(knee.headroom)}`]),
      ];
    case 'breaks':
      return [`it breaks everywhere from ${whole}: the knee, if there is one, lies outside of the range`];
    case 'not monotone':
      return [
        `not monotone: it breaks and holds again, so there is no one knee from ${whole}`,
        ...bracket.stretches.map(
          ({ from, to, holds }) =>
            `  ${holds ? 'holds ' : 'breaks'} ${from === to ? `at ${valueText(axis, from)}` : `from ${valueText(axis, from)} to ${valueText(axis, to)}`}`,
        ),
        ...(replications === 1 ? ['one replication cannot tell this from luck: --replications 5 can'] : []),
      ];
    default:
      return kneeLines(knee, axis, replications);
  }
}

/** What the search did not see. */
function limitLines({ bracket }: SettingKnee): string[] {
  const seen = bracket.verdict !== 'not monotone' && bracket.samples.length > 1;
  return [
    ...(seen
      ? [
          `values looked at are at most ${significant(bracket.widestGap, 3)}× apart: what happens inside a narrower stretch was not seen`,
        ]
      : []),
    ...(bracket.resolved ? [] : ['stopped at the most values allowed, before the resolution was reached (--most)']),
  ];
}

function kneeLines({ bracket, coverage }: SettingKnee, axis: Range, replications: number): string[] {
  const { side, crossings, mean, disagreement } = bracket;
  const found = crossings.filter((crossing) => crossing !== null);
  const outside = replications - found.length;
  const lines = [
    `knee between ${span(axis, bracket.bracket as Crossing)}: it holds ${side} and breaks ${side === 'below' ? 'above' : 'below'}`,
  ];
  if (replications === 1) {
    lines.push('one replication: how much of this is luck is not known (--replications 5)');
  } else {
    const lowest = Math.min(...found.map(({ below }) => below));
    const highest = Math.max(...found.map(({ above }) => above));
    const each = found.map(({ below, above }) => rounded(axis, Math.sqrt(below * above))).join(', ');
    lines.push(`knees of the replications: ${each}${outside > 0 ? `; ${outside} outside of the range` : ''}`);
    if (outside === 0) {
      lines.push(
        `the median over all draws lies from ${valueText(axis, lowest)} to ${valueText(axis, highest)} with ${significant(100 * coverage, 3)}% confidence` +
          (mean === null
            ? ''
            : `; mean ${rounded(axis, mean.estimate)}, 95% interval ${rounded(axis, mean.lo)} to ${rounded(axis, mean.hi)}`),
      );
    }
  }
  if (disagreement !== null)
    lines.push(
      `between ${span(axis, disagreement)} replications go back and forth: there the draw decides, not the axis`,
    );
  return lines;
}

function brokenLines({ brokenBy, binding }: SettingKnee): string[] {
  if (brokenBy.length === 0) return [];
  const short =
    binding === null
      ? []
      : [
          `short of ${binding.resource} there, as its ${binding.reading} read`,
          ...binding.evidence.map((line) => `  ${line}`),
        ];
  return [`beyond it: ${brokenBy.map(brokenText).join('; ')}`, ...short];
}

/** One row a setting. */
function overview({ axis, settings }: KneeResult, screen: Screen): string {
  const paths = settings[0].setting.map(({ path }) => path);
  const rows = settings.map(({ setting, bracket, brokenBy }) => [
    ...setting.map(({ value }) => String(value)),
    bracket.verdict,
    bracket.bracket === null ? '–' : valueText(axis, bracket.bracket.below),
    bracket.bracket === null ? '–' : valueText(axis, bracket.bracket.above),
    brokenBy.map(({ metric }) => metric).join(', '),
  ]);
  const header = [...paths, axis.path, 'from', 'to', 'broken by'];
  return table(rows, { header, right: [paths.length + 1, paths.length + 2], keys: paths.length, indent: 2, ...screen });
}
