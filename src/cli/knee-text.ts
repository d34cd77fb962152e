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

export function kneeText({ result, name, smaller, metrics, width, style }: KneePrint): string {
  const { axis, thresholds, settings, seeds } = result;
  const runs = seeds.length === 1 ? '1 replication' : `${seeds.length} replications with the same draws at every value`;
  const lines = [
    `${style('bold', name)}  ${axis.path} until ${thresholds.map(thresholdText).join(' and ')} breaks; ${runs}\n`,
    ...(smaller === '' ? [] : [`${style('yellow', 'smaller')}  simulated at ${smaller}\n`]),
  ];
  for (const knee of settings) {
    lines.push('\n');
    if (knee.setting.length > 0) lines.push(`${style('bold', settingText(knee.setting))}\n`);
    lines.push(
      pointsTable(knee, axis, thresholds, metrics, { width, style }),
      '\n',
      verdictText(knee, axis, seeds.length, width),
    );
  }
  if (settings.length > 1) lines.push('\n', overview(result, { width, style }));
  return lines.join('');
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
  const { bracket } = knee;
  const { low, high } = { low: bracket.samples[0].value, high: bracket.samples[bracket.samples.length - 1].value };
  const whole = `${valueText(axis, low)} to ${valueText(axis, high)}`;
  const lines: string[] = [];
  switch (bracket.verdict) {
    case 'holds':
      lines.push(`it holds everywhere from ${whole}: the knee, if there is one, lies outside of the range`);
      if (knee.headroom !== null) lines.push(`at ${knee.headroom.at}: ${headroomText(knee.headroom)}`);
      break;
    case 'breaks':
      lines.push(`it breaks everywhere from ${whole}: the knee, if there is one, lies outside of the range`);
      lines.push(...brokenLines(knee));
      break;
    case 'not monotone':
      lines.push(`not monotone: it breaks and holds again, so there is no one knee from ${whole}`);
      for (const { from, to, holds } of bracket.stretches)
        lines.push(
          `  ${holds ? 'holds ' : 'breaks'} ${from === to ? `at ${valueText(axis, from)}` : `from ${valueText(axis, from)} to ${valueText(axis, to)}`}`,
        );
      if (replications === 1) lines.push('one replication cannot tell this from luck: --replications 5 can');
      break;
    default:
      lines.push(...kneeLines(knee, axis, replications), ...brokenLines(knee));
  }
  const gap = significant(bracket.widestGap, 3);
  if (bracket.verdict !== 'not monotone' && bracket.samples.length > 1)
    lines.push(`values looked at are at most ${gap}× apart: what happens inside a narrower stretch was not seen`);
  if (!bracket.resolved) lines.push('stopped at the most values allowed, before the resolution was reached (--most)');
  return lines.map((line) => fold(line.trimStart(), width, line.startsWith(' ') ? '    ' : '  ')).join('');
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
      : [`short of ${binding.resource} there, as its waits read`, ...binding.evidence.map((line) => `  ${line}`)];
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
