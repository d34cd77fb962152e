/** Which metrics a study shows where nobody asked for any: those that its axes change. And which of its axes change none of them. */
import { findSummary, type SummaryRow } from './run-data.ts';
import type { StudyTables } from './study-digest.ts';

/** What may stand in the table and the figure of a sweep, from what users notice to what it costs. */
export const CANDIDATES: readonly string[] = [
  'ttft_ms_p50',
  'ttft_ms_p99',
  'tpot_ms_p99',
  'slo_attainment',
  'goodput_rps',
  'hit_ratio_gpu',
  'hit_ratio_host',
  'hit_ratio_disk',
  'cold_ratio',
  'cost_usd_per_user_month',
];
/** A latency and a cost stand there even where nothing changes them: that is an answer too. */
const ALWAYS: readonly string[] = ['ttft_ms_p99', 'cost_usd_per_user_month'];
/** Less than this is no change that a reader would act on, however sure it is. */
const LEAST_SPREAD = 0.01;

type Summaries = readonly { readonly summary: readonly SummaryRow[] }[];

/** Candidates whose least and greatest value over the summaries lie apart beyond their intervals, in the candidates' order. */
export function changedMetrics(summaries: Summaries): string[] {
  if (summaries.length < 2) return CANDIDATES.filter((metric) => metric !== 'hit_ratio_disk');
  return CANDIDATES.filter((metric) => ALWAYS.includes(metric) || changed(summaries, metric));
}

function changed(summaries: Summaries, metric: string): boolean {
  const rows = summaries.flatMap(({ summary }) => {
    const row = findSummary(summary, metric);
    return row === undefined || row.value === null ? [] : [{ ...row, value: row.value }];
  });
  if (rows.length < 2) return false;
  const least = rows.reduce((a, b) => (b.value < a.value ? b : a));
  const most = rows.reduce((a, b) => (b.value > a.value ? b : a));
  const spread = most.value - least.value;
  return spread > LEAST_SPREAD * Math.abs(most.value) && (most.lo ?? most.value) > (least.hi ?? least.value);
}

/** A sentence for each axis along which every candidate stays as it is, to one in its third digit. */
export function idleAxes(study: Pick<StudyTables, 'axes' | 'settings'>): string[] {
  const { axes, settings } = study;
  return axes.flatMap((axis) => {
    const groups = new Map<string, Summaries[number][]>();
    for (const one of settings) {
      const others = JSON.stringify(axes.filter((other) => other !== axis).map(({ written }) => written[one.setting]));
      groups.set(others, [...(groups.get(others) ?? []), one]);
    }
    const compared = [...groups.values()].filter((group) => group.length > 1);
    if (compared.length === 0) return [];
    const known = CANDIDATES.filter((metric) =>
      settings.some(({ summary }) => (findSummary(summary, metric)?.value ?? null) !== null),
    );
    if (known.length === 0 || !compared.every((group) => known.every((metric) => agree(group, metric)))) return [];
    const others = axes.length === 1 ? '' : ', whatever the other axes are at';
    return [
      `${axis.path} changes none of ${known.join(', ')}: its settings agree to one in the third digit${others}. A short run whose tiers never fill, or a field that nothing reads here, looks like this.`,
    ];
  });
}

function agree(group: Summaries, metric: string): boolean {
  const values = group.map(({ summary }) => findSummary(summary, metric)?.value ?? null);
  const numbers = values.filter((value) => value !== null);
  if (numbers.length < values.length) return numbers.length === 0;
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most || (least > 0 && most - least <= 10 ** (Math.floor(Math.log10(least)) - 2) * (1 + 1e-9));
}
