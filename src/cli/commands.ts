/** Every command, in the order of the help. Nothing is imported until a command is used. */
import type { CommandInfo } from './command.ts';

export const COMMANDS: readonly CommandInfo[] = [
  {
    name: 'run',
    usage: 'run <scenario..>',
    summary: 'Simulate scenarios: summary, tables and figures in a run folder',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'sweep',
    usage: 'sweep <scenario>',
    summary: 'Run every point of axes, with replications: one table, figures; resumable',
    load: () => import('./commands/sweep.ts'),
  },
  {
    name: 'plan',
    usage: 'plan <scenario>',
    summary: 'Find the cheapest configuration that meets the thresholds, and what binds it',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'explain-run',
    usage: 'explain-run <run>',
    summary: 'Name the uncertain parameters that a headline rests on',
    load: () => import('./commands/explain-run.ts'),
  },
  {
    name: 'interference',
    usage: 'interference <scenario>',
    summary: 'Say where lost time comes from: each mechanism of interference off, then all',
    load: () => import('./commands/interference.ts'),
  },
  {
    name: 'compare',
    usage: 'compare <base> [new]',
    summary: 'Compare runs, baselines, kernel runs or scenarios: a verdict a metric',
    load: () => import('./commands/compare.ts'),
  },
  {
    name: 'baseline',
    usage: 'baseline <action> [run] [name]',
    summary: 'Save and list named baselines for compare',
    load: () => import('./commands/baseline.ts'),
  },
  {
    name: 'merge',
    usage: 'merge <folder..>',
    summary: 'Put the shards of a sweep together',
    load: () => import('./commands/merge.ts'),
  },
  {
    name: 'worker',
    usage: 'worker <url>',
    summary: 'Compute points of sweeps behind a Redis server',
    load: () => import('./commands/worker.ts'),
  },
  {
    name: 'report',
    usage: 'report <run..>',
    summary: 'Draw the report of finished runs, sweeps and searches again: HTML, Markdown, SVG, PDF, PNG',
    load: () => import('./commands/report.ts'),
  },
  {
    name: 'reproduce',
    usage: 'reproduce [name..]',
    summary: 'Simulate what others have published and say by how much it differs',
    load: () => import('./commands/reproduce.ts'),
  },
  {
    name: 'figure',
    usage: 'figure <id> <run..>',
    summary: 'Draw one figure for a paper or a slide, from runs, sweeps or kernel measurements',
    load: () => import('./commands/figure.ts'),
  },
  {
    name: 'dashboard',
    usage: 'dashboard [history]',
    summary: 'Write the page over all runs that were noted with run --history',
    load: () => import('./commands/dashboard.ts'),
  },
  {
    name: 'table',
    usage: 'table <run..>',
    summary: 'Set metrics of runs or of a sweep side by side: text, LaTeX, Markdown, CSV',
    load: () => import('./commands/table.ts'),
  },
  {
    name: 'cite',
    usage: 'cite <run..>',
    summary: 'Write a BibTeX file of the works that runs took their policies and numbers from',
    load: () => import('./commands/cite.ts'),
  },
  {
    name: 'validate',
    usage: 'validate <file..>',
    summary: 'Check scenarios and show what they resolve to',
    load: () => import('./commands/validate.ts'),
  },
  {
    name: 'list',
    usage: 'list [kind]',
    summary: 'List policies, models, GPUs, metrics, figures, scenarios, codes',
    load: () => import('./commands/list.ts'),
  },
  {
    name: 'explain',
    usage: 'explain <thing..>',
    summary: 'Explain anything that list knows: a metric, a policy, a preset, an error code',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'init',
    usage: 'init [file]',
    summary: 'Write a commented scenario to start from',
    load: () => import('./commands/init.ts'),
  },
  {
    name: 'schema',
    usage: 'schema',
    summary: 'Print the JSON Schema of scenarios, for editors',
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'completion',
    usage: 'completion <shell>',
    summary: 'Print a completion script for bash, zsh or fish',
    load: () => import('./commands/completion.ts'),
  },
  {
    name: 'kernel',
    usage: 'kernel [name]',
    summary: 'Check and time the multi-LoRA kernel on this machine',
    load: () => import('./commands/kernel.ts'),
  },
  {
    name: 'calibrate',
    usage: 'calibrate [run..]',
    summary: 'Fit the cost of LoRA to a kernel measurement, for scenarios to use',
    load: () => import('./commands/calibrate.ts'),
  },
  {
    name: 'doctor',
    usage: 'doctor',
    summary: 'Show what this machine offers: Node, memory, disk, fonts, backends',
    load: () => import('./commands/doctor.ts'),
  },
];

/** Options of every command. */
export const GLOBAL_OPTIONS = {
  json: { type: 'boolean', default: false, describe: 'Print one JSON document on stdout' },
  quiet: { type: 'boolean', alias: 'q', default: false, describe: 'No progress, no warnings' },
  verbose: { type: 'boolean', alias: 'v', default: false, describe: 'More on stderr' },
  color: { choices: ['auto', 'always', 'never'], default: 'auto', describe: 'Colours; NO_COLOR is respected' },
  progress: { type: 'boolean', default: true, describe: 'Progress on stderr; --no-progress turns it off' },
} as const;
