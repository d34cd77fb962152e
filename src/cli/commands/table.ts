/** `table <run..>`: chosen metrics of runs or of a sweep's points, with intervals, as text, LaTeX, Markdown or CSV. */
import { writeFileSync } from 'node:fs';
import { csv } from '../../report/csv.ts';
import { fieldValue } from '../../report/field-value.ts';
import { latexTable, type MetricRow, type MetricTable, metricCell } from '../../report/latex.ts';
import { markdownTable } from '../../report/markdown.ts';
import { ALL, findSummary, type SummaryRow } from '../../report/run-data.ts';
import { changedMetrics } from '../../report/study-metrics.ts';
import { type Screen, table } from '../../report/text-table.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../parse.ts';
import { readStored, type Stored, settingsOf } from '../stored.ts';
import { metricsOf } from '../study-text.ts';

const FORMATS = ['text', 'latex', 'markdown', 'csv'] as const;

export const command: Command = {
  positionals: {
    run: {
      type: 'string',
      array: true,
      describe: 'Folders of runs or sweeps, as path or label=path',
      completes: 'files',
    },
  },
  options: {
    metrics: {
      type: 'string',
      completes: 'metrics',
      describe: 'Columns, separated by commas (mint-bench list metrics)',
    },
    cohort: { type: 'string', default: ALL, defaultDescription: 'all requests', describe: 'Requests of one cohort' },
    format: { choices: FORMATS, default: 'text', describe: 'latex needs the package booktabs' },
    out: { type: 'string', alias: 'o', describe: 'Write it here; stdout otherwise' },
  },
  examples: [
    ['table lru=reports/runs/a sieve=reports/runs/b', 'two policies side by side'],
    ['table reports/studies/users-… --metrics ttft_ms_p99,goodput_rps --format latex', 'a sweep for a paper'],
  ],
  run(args, context) {
    const asked = metricsOf(args);
    const stored = readStored(args.run as string[]);
    const metrics =
      asked ??
      changedMetrics(
        stored.flatMap((one): readonly { summary: readonly SummaryRow[] }[] =>
          one.kind === 'study' ? one.settings : one.kind === 'run' ? [{ summary: one.tables.summary }] : [],
        ),
      );
    const made = tableOf(stored, metrics, args.cohort as string, context.json || args.format === 'csv');
    if (made.rows.every(({ cells }) => cells.every((cell) => cell === null)))
      throw new UsageError(
        `none of these has a cohort ${JSON.stringify(args.cohort)}`,
        'mint-bench report shows the cohorts',
      );
    const text = context.json
      ? ''
      : render(args.format as (typeof FORMATS)[number], made, metrics, context.terminal.results);
    if (context.json) context.terminal.outJson({ keys: made.keys, rows: made.rows });
    else if (args.out === undefined) context.terminal.out(text);
    else {
      writeFileSync(args.out as string, text);
      context.terminal.out(`${args.out}\n`);
    }
    return undefined;
  },
};

/** @param exact axis values as they were written, for programs */
function tableOf(stored: readonly Stored[], metrics: readonly string[], cohort: string, exact: boolean): MetricTable {
  const axes = [
    ...new Set(stored.flatMap((one) => (one.kind === 'study' ? one.document.axes.map(({ path }) => path) : []))),
  ];
  const several = stored.length > 1 || axes.length === 0;
  const cells = (summary: readonly SummaryRow[]) =>
    metrics.map((metric) => findSummary(summary, metric, cohort) ?? null);
  const rows = stored.flatMap((one): MetricRow[] => {
    const name = several ? [one.label] : [];
    if (one.kind === 'run') return [{ label: [...name, ...axes.map(() => '')], cells: cells(one.tables.summary) }];
    if (one.kind !== 'study')
      throw new UsageError(`${one.path} is no run and no sweep`, 'give folders of mint-bench run or sweep');
    return settingsOf(one.document).map((setting) => ({
      label: [
        ...name,
        ...axes.map((path) => {
          const axis = one.document.axes.find((own) => own.path === path);
          if (axis === undefined) return '';
          return exact ? axis.written[setting] : fieldValue(axis.values[setting], axis.unit, axis.written[setting]);
        }),
      ],
      cells: cells(one.settings[setting].summary),
    }));
  });
  const bounded = rows.some((row) => row.cells.some((cell) => cell !== null && cell.lo !== null));
  const two = stored.some((one) => one.kind === 'study' && one.document.replications === 2);
  const brackets = two
    ? 'in brackets 95% intervals, and the values of two replications, which are too few for one'
    : '95% intervals in brackets';
  const sources = stored.map((one) =>
    one.kind === 'run'
      ? `run ${one.tables.hash.slice(0, 10)}`
      : one.kind === 'study'
        ? `sweep ${one.document.study_hash.slice(0, 10)}`
        : '',
  );
  return {
    keys: [...(several ? ['run'] : []), ...axes],
    headings: metrics.map(heading),
    rows,
    caption: `Simulated${cohort === ALL ? '' : `, cohort ${cohort}`}${bounded ? `; ${brackets}, clipped at what is possible` : ''} (${sources.join(', ')}).`,
  };
}

const WORDS: Readonly<Record<string, string>> = {
  ttft: 'TTFT',
  tpot: 'TPOT',
  itl: 'ITL',
  e2el: 'E2E latency',
  slo: 'SLO',
  gpu: 'GPU',
  kv: 'KV',
  usd: 'cost',
  cost: '',
  ms: '',
  rps: '',
  lora: 'LoRA',
};

/** "ttft_ms_p99" → "TTFT p99": cells carry the unit. */
function heading(metric: string): string {
  const words = metric.split('_').map((word) => WORDS[word] ?? word);
  const text = words.filter((word) => word !== '').join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function render(
  format: (typeof FORMATS)[number],
  made: MetricTable,
  metrics: readonly string[],
  screen: Screen,
): string {
  const { keys, headings, rows } = made;
  const lines = rows.map(({ label, cells }) => [...label, ...cells.map(metricCell)]);
  const right = headings.map((_, i) => keys.length + i);
  switch (format) {
    case 'latex':
      return latexTable(made);
    case 'markdown':
      return `${markdownTable([...keys, ...headings], lines, keys.length)}\n\n${made.caption}\n`;
    case 'csv':
      return csv(
        rows.map(({ label, cells }) =>
          Object.fromEntries([
            ...keys.map((key, i) => [key, label[i]] as const),
            ...cells.flatMap((cell, i) => [
              [metrics[i], cell?.value ?? null] as const,
              [`${metrics[i]}_lo`, cell?.lo ?? null] as const,
              [`${metrics[i]}_hi`, cell?.hi ?? null] as const,
            ]),
          ]),
        ),
      );
    case 'text':
      return table(lines, { header: [...keys, ...headings], right, keys: keys.length, ...screen });
  }
}
