/** What a headline rests on, on stdout: a table of parameters by what they change, what dominates, where verdicts flip. */
import { metricNamed } from '../metrics/catalog/index.ts';
import { formatMetric, significant } from '../report/format.ts';
import { fold, type Screen, table } from '../report/text-table.ts';
import type { Explained, Flip } from '../study/explain-run.ts';
import type { Effect } from '../study/sensitivity.ts';
import type { Beyond } from '../study/uncertainties.ts';
import { formatBandwidth, formatSeconds } from './format.ts';
import { thresholdText } from './knee-text.ts';

export interface SensitivityPrint extends Screen {
  explained: Explained;
  name: string;
  smaller: string;
  metrics: readonly string[];
  replications: number;
  runs: number;
}

/** A parameter's value as people read it. */
export function parameterText(unit: string, value: number): string {
  switch (unit) {
    case '%':
      return `${significant(value * 100)}%`;
    case 's':
      return formatSeconds(value);
    case 'B/s':
      return formatBandwidth(value);
    case 'USD/h':
      return `$${significant(value)}/h`;
    default:
      return `×${significant(value)}`;
  }
}

export function sensitivityText(print: SensitivityPrint): string {
  const { explained, name, smaller, metrics, replications, style } = print;
  const runs = replications === 1 ? 'one replication' : `${replications} replications with the same draws`;
  const lines = [
    `${style('bold', name)}  ${explained.varied} uncertain parameters, each at both ends of its range; ${runs}\n`,
    ...(smaller === '' ? [] : [`${style('yellow', 'smaller')}  simulated at ${smaller}\n`]),
  ];
  for (const metric of metrics) lines.push('\n', metricText(print, metric));
  lines.push(outsideText(print));
  lines.push('\n', flipsText(print));
  return lines.join('');
}

function metricText({ explained, replications, width, style }: SensitivityPrint, metric: string): string {
  const found = explained.byMetric.get(metric);
  if (found === undefined) return '';
  const unit = metricNamed(metric)?.unit ?? '';
  const { base, effects, dominant, together } = found;
  const moving = effects.filter(({ swing }) => swing > 0);
  const still = effects.filter(({ swing }) => swing === 0).map(({ label }) => label);
  const header = ['parameter', 'low', 'here', 'high', `${metric} at low`, 'at high', 'elasticity', ''];
  const rows = moving.map((effect) => row(effect, unit));
  const labels = new Map(effects.map(({ key, label }) => [key, label]));
  const lines = [
    `${style('bold', metric)} is ${formatMetric(base, unit, 4)} as the scenario stands\n`,
    table(rows, { header, right: [1, 2, 3, 4, 5, 6], indent: 2, width, style }),
  ];
  if (still.length > 0) lines.push(fold(`change nothing: ${still.join(', ')}`, width, '  '));
  if (dominant.length > 0)
    lines.push(`  ${style('bold', 'rests on')}  ${dominant.map((key) => labels.get(key)).join(', ')}\n`);
  lines.push(
    `  all together, if independent and to first order: ${formatMetric(together.lo, unit)} to ${formatMetric(capped(together.hi, unit), unit)}\n`,
  );
  if (replications === 1) lines.push('  one replication: small changes may be luck (--replications 5)\n');
  return lines.join('');
}

/** Parameters whose value in the scenario is not within what is known of them. */
function outsideText({ explained, width, style }: SensitivityPrint): string {
  const [{ effects }] = [...explained.byMetric.values()];
  const outside = effects.flatMap(({ label, unit, value, beyond }) =>
    beyond === null ? [] : [`${label} is ${beyondText(unit, value, beyond)}`],
  );
  if (outside.length === 0) return '';
  return `\n${style('yellow', 'outside')}  the scenario sets values beyond their own stated ranges:\n${outside.map((line) => fold(line, width, '  ')).join('')}`;
}

/** "32 GB/s here, above its range, which ends at 28.8 GB/s" */
export const beyondText = (unit: string, value: number, { side, end }: Beyond): string =>
  `${parameterText(unit, value)} here, ${side} its range, which ${side === 'above' ? 'ends' : 'begins'} at ${parameterText(unit, end)}`;

const capped = (value: number, unit: string): number => (unit === 'fraction' ? Math.min(1, value) : value);

function row(
  { label, unit: of, value, beyond, low, high, at, elasticity, beyondNoise, flips }: Effect,
  unit: string,
): string[] {
  const end = (one: typeof low, metric: number | null) =>
    one.failure !== null ? 'no result' : one.value === value ? '·' : formatMetric(metric, unit);
  return [
    label,
    parameterText(of, low.value),
    parameterText(of, value),
    parameterText(of, high.value),
    end(low, at.low),
    end(high, at.high),
    elasticity === null ? '–' : significant(elasticity, 2),
    [
      flips.length > 0 ? 'flips the verdict' : '',
      beyondNoise === false ? 'within noise' : '',
      beyond === null ? '' : `here ${beyond.side} its range`,
    ]
      .filter(Boolean)
      .join(', '),
  ];
}

function flipsText({ explained, style }: SensitivityPrint): string {
  const { flips, thresholds, base } = explained;
  if (thresholds.length === 0) return 'The scenario has no thresholds, so there is no verdict that could flip.\n';
  const verdict = `${base.passes ? 'passes' : 'fails'} its thresholds (${thresholds.map(thresholdText).join(', ')})`;
  if (flips.length === 0)
    return `${style('green', 'robust')}  the scenario ${verdict}, and does so at both ends of every single parameter\n`;
  return (
    `${style('yellow', 'not settled')}  the scenario ${verdict}, but not within what is known of:\n` +
    flips.map((flip) => `  ${flipText(flip, explained)}\n`).join('')
  );
}

function flipText({ key, threshold, from, to, between, end }: Flip, { byMetric }: Explained): string {
  const effect = [...byMetric.values()][0].effects.find((one) => one.key === key) as Effect;
  const unit = metricNamed(threshold.metric)?.unit ?? '';
  const at = parameterText(effect.unit, effect[end].value);
  const where =
    between === null
      ? ' back and forth on the way'
      : ` between ${parameterText(effect.unit, between.below)} and ${parameterText(effect.unit, between.above)}`;
  const severity = threshold.severity === 'warn' ? ' (a warning)' : '';
  return `${effect.label} at ${at}: ${thresholdText(threshold)}${severity} goes from ${formatMetric(from, unit, 4)} to ${formatMetric(to, unit, 4)}; the verdict changes${where}`;
}
