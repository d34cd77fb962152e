/** Interference on stdout: what is lost as it stands, what each mechanism adds to it, their interaction, old tenants around a crowd. */
import { summaryValue } from '../metrics/summary.ts';
import { formatMetric, significant } from '../report/format.ts';
import { fold, type Screen, table } from '../report/text-table.ts';
import type { CohortInterference, Interference, Variant } from '../study/interference/interference.ts';
import { type Estimate, type Estimates, MEASURES, type Measure, type Part } from '../study/interference/loss.ts';
import { MECHANISMS, type MechanismKey } from '../study/interference/mechanisms/index.ts';
import { type AroundCrowd, PHASES } from '../study/interference/phases.ts';

export interface InterferencePrint extends Screen {
  found: Interference;
  crowd: readonly AroundCrowd[];
  name: string;
  smaller: string;
  replications: number;
  runs: number;
}

/** As report/theme.ts names them in figures. */
export const PART_NAMES: Readonly<Record<Part, string>> = {
  queue_ms: 'queue',
  adapter_wait_ms: 'adapter wait',
  batching_ms: 'slower in a batch',
};

const HEADER = ['', 'lost', 'queue', 'adapter wait', 'slower in a batch', 'TTFT p99', 'TPOT p99', 'slowdown p99', ''];

export const mechanismName = (key: MechanismKey): string => MECHANISMS[key].label;

export function interferenceText(print: InterferencePrint): string {
  const { found, name, smaller, replications, style } = print;
  const { asked } = found;
  const runs = replications === 1 ? 'one replication' : `${replications} replications with the same draws`;
  const count = Object.keys(asked.mechanisms).length;
  const lines = [
    `${style('bold', name)}  ${count} mechanisms of interference, each switched off alone, then together; ${runs}\n`,
    ...(smaller === '' ? [] : [`${style('yellow', 'smaller')}  simulated at ${smaller}\n`]),
    '\n',
    interferenceDetails(print),
  ];
  return lines.join('');
}

/** The tables, with what they need said. */
export function interferenceDetails(print: InterferencePrint): string {
  const { found, crowd, replications, width } = print;
  const { asked, absent } = found;
  const lines = [cohortText(asked, print)];
  if (absent.length > 0)
    lines.push(fold(`play no part here: ${absent.map((key) => mechanismName(key)).join(', ')}`, width, '  '));
  if (replications === 1) lines.push('  one replication: small effects may be luck (--replications 5)\n');
  if (crowd.length > 0) lines.push('\n', crowdText(crowd, print));
  return lines.join('');
}

function cohortText(of: CohortInterference, { width, style }: Screen): string {
  const whose = of.cohort === 'all' ? 'all requests' : `cohort ${of.cohort}`;
  if (of.base === null) return `${style('bold', whose)}  no request finished: nothing to compare\n`;
  const { losses, alone_ms, finished } = of.base;
  const ms = (value: number | null) => formatMetric(value, 'ms');
  const head =
    `${style('bold', whose)}  a request takes ${ms(alone_ms)} alone and ${ms(alone_ms + (losses.lost_ms?.value ?? 0))} here ` +
    `(mean of ${formatMetric(Math.round(finished), 'count')}); what it loses, and what each mechanism adds to that\n`;
  const effects = Object.entries(of.mechanisms)
    .map(([key, variant]) => ({ key: key as MechanismKey, variant }))
    .sort((a, b) => (b.variant.effect.lost_ms?.value ?? 0) - (a.variant.effect.lost_ms?.value ?? 0));
  const rows = [
    ['as it stands', ...cells(losses, false), ''],
    ...effects.map(({ key, variant }) => [mechanismName(key), ...cells(variant.effect, true), noteOf(variant)]),
    ...(of.together === null
      ? []
      : [
          ['all of them together', ...cells(of.together.effect, true), noteOf(of.together)],
          ['  of it interaction', ...(of.residual === null ? MEASURES.map(() => '–') : cells(of.residual, true)), ''],
          ['left without them', ...cells(of.together.without, false), ''],
        ]),
  ];
  return head + table(rows, { header: HEADER, right: [1, 2, 3, 4, 5, 6, 7], indent: 2, width, style });
}

/** ms, or a ratio: a nanosecond, below the clock. */
const LEAST = 1e-6;

const cells = (estimates: Estimates, signed: boolean): string[] =>
  MEASURES.map((measure) => cell(estimates[measure], measure, signed));

function cell(estimate: Estimate | null, measure: Measure, signed: boolean): string {
  if (estimate === null) return '–';
  const { value, lo, hi } = estimate;
  // What subtraction leaves of equal numbers is none.
  if (Math.abs(value) < LEAST) return signed ? '·' : '0';
  // An effect whose interval holds zero is not told from luck.
  const luck = signed && lo !== null && hi !== null && lo <= 0 && hi >= 0 ? '~' : '';
  const size = measure === 'slowdown_p99' ? significant(Math.abs(value)) : formatMetric(Math.abs(value), 'ms');
  return `${luck}${value < 0 ? '−' : signed ? '+' : ''}${size}`;
}

function noteOf({ failure, other_requests, alone_shift_ms }: Variant): string {
  if (failure !== null) return `no result: ${failure}`;
  const notes: string[] = [];
  if (other_requests) notes.push('other requests finish');
  if (alone_shift_ms !== null && Math.abs(alone_shift_ms) >= 0.5)
    notes.push(
      `a request alone is ${formatMetric(Math.abs(alone_shift_ms), 'ms')} ${alone_shift_ms < 0 ? 'quicker' : 'slower'} without it`,
    );
  return notes.join(', ');
}

function crowdText(crowd: readonly AroundCrowd[], { width, style }: Screen): string {
  const rows = crowd.map(({ setting, phases, interference_ratio }) => [
    setting === '' ? 'as it stands' : setting,
    ...PHASES.flatMap((phase) =>
      ['ttft_ms_p50', 'ttft_ms_p99'].map((metric) =>
        formatMetric(summaryValue(phases[phase], metric, crowd[0].cohort) ?? null, 'ms'),
      ),
    ),
    interference_ratio === null ? '–' : `×${significant(interference_ratio.value)}`,
  ]);
  const header = ['', ...PHASES.flatMap((phase) => [`${phase} p50`, `${phase} p99`]), 'during / before'];
  return (
    `${style('bold', 'around the crowd')}  time to first token of the old tenants (${crowd[0].cohort})\n` +
    table(rows, { header, right: [1, 2, 3, 4, 5, 6, 7], indent: 2, width, style }) +
    newcomersText(crowd, { width, style })
  );
}

/** What the crowd itself meets: a system that spares the others by turning new requests away says so here. */
function newcomersText(crowd: readonly AroundCrowd[], { width, style }: Screen): string {
  const [first] = crowd[0].newcomers;
  if (first === undefined) return '';
  const rows = crowd.map(({ setting, newcomers }) => {
    const of = (metric: string) => summaryValue(newcomers, metric, first.cohort) ?? null;
    return [
      setting === '' ? 'as it stands' : setting,
      ...['arrivals', 'finished', 'rejections'].map((metric) => formatMetric(of(metric), 'count')),
      ...['ttft_ms_p50', 'ttft_ms_p99'].map((metric) => formatMetric(of(metric), 'ms')),
    ];
  });
  const header = ['', 'sent', 'served', 'refused', 'first token p50', 'first token p99'];
  return (
    `\n${style('bold', 'the crowd itself')}  requests of ${first.cohort} while it lasts; refused requests do not come back here\n` +
    table(rows, { header, right: [1, 2, 3, 4, 5], indent: 2, width, style })
  );
}
