/** `compare --bench`: the sides are checkouts, and what is compared is how fast they are. */
import { UserError } from '../scenario/errors.ts';
import { packageRoot } from '../scenario/package-root.ts';
import { benchTask, compareCheckouts, kernelTask } from '../study/compare/bench.ts';
import { openCheckout } from '../study/compare/checkout.ts';
import type { Comparison } from '../study/compare/comparison.ts';
import type { Arguments, Context } from './command.ts';
import { timeOption, wholeNumber } from './load.ts';
import { UsageError } from './parse.ts';

export const BENCH_OPTIONS = {
  bench: {
    type: 'boolean',
    default: false,
    describe: 'The sides are checkouts, folders or git revisions: measure the harness and the kernels in turn',
  },
  only: {
    type: 'string',
    default: 'engine-quick,kernels-quick',
    describe: 'Under --bench: entries of npm run bench, separated by commas; kernels: every shape of kernel --quick',
  },
  backend: { type: 'string', default: 'auto', describe: 'Under --bench: what runs the kernels' },
  budget: {
    type: 'string',
    default: '5min',
    describe: 'Under --bench: time for all rounds; they end sooner where intervals are half as wide as --least-effect',
  },
  rounds: { type: 'number', default: 100, describe: 'Under --bench: most samples a side' },
} as const;

export async function compareBench(args: Arguments, context: Context): Promise<Comparison> {
  const { terminal, quiet, signal } = context;
  const names = String(args.only)
    .split(',')
    .filter((name) => name !== '');
  const most = wholeNumber(args, 'rounds') as number;
  const budget = timeOption(args, 'budget', '5min') as number;
  const backend = args.backend as string;
  const tasks = names.map((name) => (name === 'kernels' ? kernelTask(backend) : benchTask(name)));
  const native = names.some((name) => name.startsWith('kernels')) && !['js', 'webgpu', 'tensorflow'].includes(backend);
  const note = (text: string) => (quiet ? undefined : terminal.err(`${text}\n`));
  const open = (side: string) => asUsage(() => openCheckout(side, { root: packageRoot(), native, onStep: note }));
  const base = open(args.base as string);
  try {
    const next = open((args.new as string | undefined) ?? '.');
    try {
      return await compareCheckouts(base, next, {
        tasks,
        ...{ budget, most, least: share(args, 'least-effect'), signal },
        onProgress: (text) => {
          if (context.progress && terminal.live) terminal.err(`\r\u001b[2K${text}`);
          else if (context.progress && text !== '') note(text);
        },
      });
    } finally {
      next.close();
    }
  } finally {
    base.close();
  }
}

/** What is wrong with an argument is a matter of usage, not of a scenario. */
export function asUsage<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(error.message);
    throw error;
  }
}

/** "2%" or "0.02". */
export function share(args: Arguments, name: string): number {
  const text = String(args[name]).trim();
  const value = text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text);
  if (text === '' || text === '%' || !Number.isFinite(value) || value < 0 || value >= 1)
    throw new UsageError(`--${name} ${text}: expected a share such as 2%`);
  return value;
}
