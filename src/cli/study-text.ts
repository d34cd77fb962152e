/** A study on stdout: a row a setting, its axes and the metrics asked for, and where the rest is. */
import { join } from 'node:path';
import { metricNamed } from '../metrics/catalog/index.ts';
import { formatMetric } from '../report/format.ts';
import { type StudyDocument, settingCount } from '../study/study-document.ts';
import type { SettingResult } from '../study/tables.ts';
import type { Context } from './command.ts';
import { UsageError } from './parse.ts';
import { table } from './terminal.ts';

export const METRICS_OPTION = {
  type: 'string',
  describe: 'Metrics to print, separated by commas; the tables hold all of them',
} as const;

/** Printed where nothing is asked for. */
const HEADLINE = [
  'ttft_ms_p50',
  'ttft_ms_p99',
  'tpot_ms_p99',
  'slo_attainment',
  'goodput_rps',
  'hit_ratio_gpu',
  'cost_usd_per_user_month',
];

export function metricsOf(written: string | undefined): string[] {
  if (written === undefined) return HEADLINE;
  const names = written.split(',').map((name) => name.trim());
  const unknown = names.find((name) => metricNamed(name) === undefined);
  if (unknown !== undefined)
    throw new UsageError(
      `--metrics: there is no metric ${JSON.stringify(unknown)}`,
      'mint-bench list metrics has them',
    );
  return names;
}

export function printStudy(
  document: StudyDocument,
  settings: readonly SettingResult[],
  metrics: readonly string[],
  folder: string,
  { terminal }: Context,
): void {
  const { name, axes, replications } = document;
  const judged = settings.some(({ passed }) => passed < replications);
  const header = [...axes.map(({ path }) => path), ...metrics, ...(judged ? ['passed'] : [])];
  const rows = settings.map(({ setting, passed, summary }) => [
    ...axes.map(({ written }) => written[setting]),
    ...metrics.map((metric) => {
      const row = summary.find((one) => one.metric === metric && one.cohort === 'all');
      if (row === undefined || row.value === null) return '–';
      const value = formatMetric(row.value, row.unit);
      return replications > 1 && row.hi !== null ? `${value} ±${half(row.value, row.hi, row.unit)}` : value;
    }),
    ...(judged ? [`${passed}/${replications}`] : []),
  ]);
  const numbers = header.map((_, column) => column).filter((column) => column >= axes.length);
  const runs = `${settingCount(document)} settings × ${replications} ${replications === 1 ? 'replication' : 'replications'}`;
  const note = replications > 1 ? '; ± is a 95 % interval over replications' : '';
  terminal.out(`${terminal.styleOut('bold', name)}  ${runs}${note}\n\n`);
  terminal.out(table(rows, { header, right: numbers, indent: 2, style: terminal.styleOut }));
  terminal.out(`\n${terminal.styleOut('dim', 'again:')} ${document.command}\n`);
  terminal.out(`${terminal.styleOut('dim', 'tables:')} ${join(folder, 'sweep.arrow')}\n`);
}

/** Half an interval, in the unit that its value is shown in where that is the same, to two digits. */
function half(value: number, hi: number, unit: string): string {
  return formatMetric(hi - value, unit, 2);
}
