/** `table <run..>`: chosen metrics of runs or of the points of a sweep, a knee or a plan, with intervals, as text, LaTeX, Markdown or CSV. */
import { writeFileSync } from 'node:fs';
import { csv } from '../../report/csv.ts';
import { latexTable, type MetricTable, metricCell } from '../../report/latex.ts';
import { markdownTable } from '../../report/markdown.ts';
import { ALL } from '../../report/run-data.ts';
import { fold, type Screen, table } from '../../report/text-table.ts';
import type { Command } from '../command.ts';
import { metricsOfParts, partOf, tableOf } from '../metric-table.ts';
import { UsageError } from '../parse.ts';
import { readStored } from '../stored.ts';
import { metricsOf } from '../study-text.ts';

const FORMATS = ['text', 'latex', 'markdown', 'csv'] as const;

export const command: Command = {
  positionals: {
    run: {
      type: 'string',
      array: true,
      describe: 'Folders of runs, sweeps, knees or plans, as path or label=path',
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
    const parts = readStored(args.run as string[]).map(partOf);
    const metrics = asked ?? metricsOfParts(parts);
    const made = tableOf(parts, {
      metrics,
      headings: metrics.map(heading),
      cohort: args.cohort as string,
      exact: context.json || args.format === 'csv',
    });
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
      return `${table(lines, { header: [...keys, ...headings], right, keys: keys.length, ...screen })}\n${fold(made.caption, screen.width, '')}`;
  }
}
