/** What a headline rests on, on stdout: a table of parameters by what they change, what dominates, where verdicts flip. */
import { metricNamed } from '../metrics/catalog/index.ts';
import { formatMetric, significant } from '../report/format.ts';
import { fold, type Screen, table } from '../report/text-table.ts';
import type { Threshold } from '../scenario/scenario.ts';
import type { Explained, Flip } from '../study/explain-run.ts';
import { quartiles } from '../study/joint.ts';
import type { Effect, Noise, Sensitivity } from '../study/sensitivity.ts';
import type { Beyond } from '../study/uncertainties/index.ts';
import { formatBandwidth, formatSeconds } from './format.ts';
import { thresholdText } from './knee-text.ts';

export interface SensitivityPrint extends Screen {
  explained: Explained;
  name: string;
  smaller: string;
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
  const { explained, name, smaller, replications, style } = print;
  const runs = replications === 1 ? 'one replication' : `${replications} replications with the same draws`;
  const lines = [
    `${style('bold', name)}  ${explained.varied} uncertain parameters, each at both ends of its range; ${runs}\n`,
    ...(smaller === '' ? [] : [`${style('yellow', 'smaller')}  simulated at ${smaller}\n`]),
  ];
  lines.push('\n', sensitivityDetails(print), '\n', flipsText(print));
  return lines.join('');
}

/** A table a metric, and what its marks mean. */
export function sensitivityDetails(print: SensitivityPrint): string {
  const { explained, width } = print;
  const lines = [[...explained.byMetric.keys()].map((metric) => metricText(print, metric)).join('\n')];
  if (explained.empty.length > 0) lines.push('\n', fold(nothingIn(explained.empty), width));
  return [...lines, marksText(print), outsideText(print)].join('');
}

export const nothingIn = (empty: readonly string[]): string => `no value in this scenario: ${empty.join(', ')}`;

/** Share of the largest change from which on a parameter has a row, as it has a bar in the figure. */
const SEEN = 0.01;

const movingOf = (effects: readonly Effect[]): Effect[] =>
  effects.filter(({ swing }) => swing > 0 && swing >= SEEN * effects[0].swing);

function metricText(print: SensitivityPrint, metric: string): string {
  const { explained, width, style } = print;
  const { base, effects, dominant } = explained.byMetric.get(metric) as Sensitivity;
  const unit = metricNamed(metric)?.unit ?? '';
  const moving = movingOf(effects);
  const slight = effects.filter((effect) => effect.swing > 0 && !moving.includes(effect)).map(({ label }) => label);
  const still = effects.filter(({ swing }) => swing === 0).map(({ label }) => label);
  const labels = new Map(effects.map(({ key, label }) => [key, label]));
  const lines = [`${style('bold', metric)} is ${formatMetric(base, unit, DIGITS)} as the scenario stands\n`];
  if (moving.length > 0) {
    const header = ['parameter', 'low', 'here', 'high', 'at low', 'at high', 'elast.', ''];
    const rows = moving.map((effect) => row(explained, effect, metric, unit));
    lines.push(table(rows, { header, right: [1, 2, 3, 4, 5, 6], indent: 2, width, style }));
  }
  if (slight.length > 0)
    lines.push(fold(`change less than a hundredth of the first: ${slight.join(', ')}`, width, '  '));
  if (still.length > 0) lines.push(fold(`change nothing: ${still.join(', ')}`, width, '  '));
  if (dominant.length > 0)
    lines.push(fold(`rests on ${dominant.map((key) => labels.get(key)).join(', ')}`, width, '  '));
  lines.push(jointText(print, metric, unit));
  return lines.join('');
}

/** Digits of a metric that stands alone in a sentence, here and in the figure. */
const DIGITS = 4;

/** What all parameters do at once. */
function jointText({ explained: { joint }, width }: SensitivityPrint, metric: string, unit: string): string {
  const values = joint?.byMetric.get(metric) ?? [];
  const found = quartiles(values);
  if (found === null) return '';
  const [least, lower, middle, upper, most] = found.map((value) => formatMetric(value, unit));
  const lost = values.filter((value) => value === null).length;
  const none = lost === 0 ? '' : `; ${lost} without a value`;
  const spread =
    least === most ? `${most} in all` : `${least} to ${most}, half of them ${lower} to ${upper}, median ${middle}`;
  return fold(`all together, ${values.length} joint draws from the ranges: ${spread}${none}`, width, '  ');
}

/** What the marks of the last column mean, those that stand there. */
function marksText({ explained, replications, width }: SensitivityPrint): string {
  const seen = new Set(
    [...explained.byMetric].flatMap(([metric, { effects }]) =>
      movingOf(effects).flatMap((effect) => [...marksOf(explained, effect, metric)]),
    ),
  );
  const legend: Readonly<Record<string, string>> = {
    [FLIPS]: 'flips the verdict',
    [NOISE.undecided]: `all ${replications} replications move that way, by amounts too different to rule out luck among so many parameters (Holm's correction); more replications can`,
    [NOISE.within]: 'within noise',
    [OUTSIDE]: 'the value here lies outside of its range',
  };
  const lines = Object.entries(legend).flatMap(([mark, text]) =>
    seen.has(mark) ? [fold(`${mark} ${text}`, width)] : [],
  );
  const few =
    replications === 1
      ? ['one replication: small changes may be luck (--replications 5)\n']
      : replications === 2
        ? ['two replications cannot tell a change from luck (--replications 5)\n']
        : [];
  const elasticity = 'elast.: elasticity, percent of the metric for one percent of the parameter, from end to end';
  const tabled = [...explained.byMetric.values()].some(({ effects }) => movingOf(effects).length > 0);
  return ['\n', ...(tabled ? [fold(elasticity, width)] : []), ...lines, ...few].join('');
}

/** Parameters that matter and whose value is not within what is known of them. */
function outsideText({ explained, width, style }: SensitivityPrint): string {
  const all = [...explained.byMetric.values()].flatMap(({ effects }) => effects);
  const outside = new Map(
    all.flatMap(({ key, label, unit, value, beyond, swing }) =>
      beyond === null || swing === 0 ? [] : [[key, `${label}: ${beyondText(unit, value, beyond)}`]],
    ),
  );
  if (outside.size === 0) return '';
  const lines = [...outside.values()].map((line) => fold(line, width, '  '));
  return `\n${style('yellow', 'outside')}  values beyond what is known of them:\n${lines.join('')}`;
}

/** "64 GB/s here is the nameplate, of which 32 GB/s to 57.6 GB/s are reached" */
export function beyondText(unit: string, value: number, { side, low, high, nameplate }: Beyond): string {
  const [here, from, to] = [value, low, high].map((one) => parameterText(unit, one));
  return nameplate
    ? `${here} here is the nameplate, of which ${from} to ${to} are reached`
    : `${here} here, ${side} its range of ${from} to ${to}`;
}

const FLIPS = '!';
const OUTSIDE = '*';
const NOISE: Readonly<Record<Noise, string>> = { beyond: '', within: '?', undecided: '~' };

function marksOf({ flips }: Explained, { key, noise, beyond }: Effect, metric: string): string {
  const flipping = flips.some((flip) => flip.key === key && flip.threshold.metric === metric);
  return [flipping ? FLIPS : '', noise === null ? '' : NOISE[noise], beyond === null ? '' : OUTSIDE].join('');
}

function row(explained: Explained, effect: Effect, metric: string, unit: string): string[] {
  const { label, unit: of, value, low, high, at, elasticity } = effect;
  const end = (one: typeof low, mean: number | null) =>
    one.failure !== null ? 'no result' : one.value === value ? '·' : formatMetric(mean, unit);
  return [
    label,
    ...[low.value, value, high.value].map((one) => parameterText(of, one)),
    end(low, at.low),
    end(high, at.high),
    elasticity === null ? '–' : significant(elasticity, 2),
    marksOf(explained, effect, metric),
  ];
}

function flipsText(print: SensitivityPrint): string {
  const { explained, replications, width, style } = print;
  const { flips, thresholds, base, joint } = explained;
  if (thresholds.length === 0) return 'The scenario has no thresholds, so there is no verdict that could flip.\n';
  const list = thresholds.map((threshold, i) => {
    const held =
      base.held[i] === replications ? '' : `, which holds in ${base.held[i]} of ${replications} replications`;
    return `${thresholdText(threshold)}${severityText(threshold)}${replications === 1 ? '' : held}`;
  });
  // A threshold that only warns may be missed by a scenario that passes.
  const met = base.held.every((held) => held === replications)
    ? 'meets'
    : base.passes
      ? 'misses, as a warning,'
      : 'misses';
  const verdict = `the scenario ${met} its thresholds (${list.join('; ')})`;
  const drawn = jointlyText(print);
  if (flips.length === 0) {
    const kept =
      joint === null ||
      joint.draws.every(({ holds }) => holds.every((one, i) => one === (base.held[i] === replications)));
    const word = kept ? style('green', 'robust:') : style('yellow', 'robust one at a time:');
    return `${fold(`${word} ${verdict}, and does so at both ends of every single parameter`, width)}${drawn}`;
  }
  const lines = flipSentences(print).map((line) => fold(line, width, '  '));
  return `${fold(`${style('yellow', 'not settled:')} ${verdict}, but not within what is known of:`, width)}${lines.join('')}${drawn}`;
}

export const flipSentences = ({ explained, replications }: SensitivityPrint): string[] =>
  explained.flips.map((flip) => flipText(flip, explained, replications));

/** In how many joint draws each threshold holds. */
function jointlyText({ explained: { joint, thresholds }, replications, width }: SensitivityPrint): string {
  if (joint === null) return '';
  const { draws } = joint;
  const counts = thresholds.map((threshold, i) => {
    const held = draws.filter(({ holds }) => holds[i]).length;
    return `${thresholdText(threshold)}${severityText(threshold)} holds in ${held} of ${draws.length} joint draws`;
  });
  const every = replications === 1 ? '' : ', counting those in which every replication keeps it';
  return fold(`all together: ${counts.join('; ')}${every}`, width, '  ');
}

const severityText = ({ severity }: Pick<Threshold, 'severity'>): string => (severity === 'warn' ? ' (a warning)' : '');

function flipText(
  { key, threshold, from, to, held, between, end }: Flip,
  { byMetric }: Explained,
  replications: number,
): string {
  const effect = [...byMetric.values()][0].effects.find((one) => one.key === key) as Effect;
  const unit = metricNamed(threshold.metric)?.unit ?? '';
  const at = parameterText(effect.unit, effect[end].value);
  const where =
    between === null
      ? 'back and forth on the way'
      : `between ${parameterText(effect.unit, between.below)} and ${parameterText(effect.unit, between.above)}`;
  const counts =
    replications === 1 ? '' : `holds in ${held.to} of ${replications} replications instead of ${held.from}: `;
  const means = `${formatMetric(to, unit, DIGITS)} instead of ${formatMetric(from, unit, DIGITS)}`;
  return `${effect.label} at ${at}: ${thresholdText(threshold)}${severityText(threshold)} ${counts}${replications === 1 ? 'is ' : 'mean '}${means}; the verdict changes ${where}`;
}
