/**
 * Two checkouts measured in turn: in every round each side runs every benchmark once, in a process of its own, the order of the sides
 * alternating. What a round gives is one sample, so the spread of samples holds what differs between processes (code layout, compilation,
 * a busy machine), which repetitions inside one process do not show.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KernelRecord } from '../../real/results.ts';
import { EnvironmentError } from '../../scenario/errors.ts';
import type { Checkout } from './checkout.ts';
import type { Better, Comparison } from './comparison.ts';
import { judgeSamples, measuredComparison, type Samples, samplesNotes } from './samples.ts';

export interface Reading {
  name: string;
  unit: string;
  better: Better;
  value: number;
}

/** Something that a checkout can run and that prints numbers. */
export interface Task {
  name: string;
  /** Arguments for Node, relative to the checkout; `scratch` is a folder that goes away. */
  args(scratch: string): string[];
  read(stdout: string): Reading[];
}

/** An entry of bench/main.ts by its name. */
export const benchTask = (name: string): Task => ({
  name,
  args: () => [join('dist', 'bench', 'main.js'), name],
  read: readBenchLines,
});

/** The kernels on one backend, every shape of the quick suites. */
export const kernelTask = (backend: string): Task => ({
  name: `kernels (${backend})`,
  args: (scratch) => [
    ...[join('bin', 'mint-bench.js'), 'kernel', '--quick', '--json', '--quiet'],
    ...['--backend', backend, '--seed', 'compare', '--out', scratch],
  ],
  read: (stdout) =>
    (JSON.parse(stdout) as { records: KernelRecord[] }).records.map(
      ({ suite, name, backend: used, dtype, flushed_ns_p50 }): Reading => ({
        name: `kernel ${suite} ${name} ${used} ${dtype}`,
        unit: 'ns',
        better: 'lower',
        value: flushed_ns_p50,
      }),
    ),
});

/** Column in which bench/main.ts writes values. */
const VALUE_COLUMN = 59;
const BETTER: readonly (readonly [unit: RegExp, better: Better])[] = [
  [/\/s$/, 'higher'],
  [/^([nµm]?s|[KMG]iB)$/, 'lower'],
];

/** Lines with a number and a unit that says which way is better; others (ratios, counts) are explanations. */
export function readBenchLines(stdout: string): Reading[] {
  return stdout.split('\n').flatMap((line): Reading[] => {
    const value = line.slice(VALUE_COLUMN).replace(/\s+target .*$/, '');
    // "10.1 M requests/s (11.0 by CPU time), misses 0.222": the first number and the unit behind it.
    const match = /^(-?[\d,]*\.?\d+)\s*([^\s(,]*(?: [^\s(,]+)?)/.exec(value);
    if (match === null) return [];
    const unit = match[2];
    const better = BETTER.find(([pattern]) => pattern.test(unit))?.[1];
    const name = line.slice(0, VALUE_COLUMN).trim();
    return better === undefined || name === ''
      ? []
      : [{ name, unit, better, value: Number(match[1].replaceAll(',', '')) }];
  });
}

export interface BenchOptions {
  tasks: readonly Task[];
  rounds: number;
  /** Least relative effect. */
  least: number;
  signal?: AbortSignal;
  onProgress?(done: number, total: number, what: string): void;
}

export async function compareCheckouts(base: Checkout, next: Checkout, options: BenchOptions): Promise<Comparison> {
  const { tasks, rounds, least } = options;
  // Before hours of rounds: what cannot be read must not lose them, and a checkout may change meanwhile.
  const sameBench = benchSource(base.folder) === benchSource(next.folder);
  const samples = await takeInTurn(base, next, options);
  const lines = judgeSamples(samples, least);
  const taken = Math.min(...samples.flatMap((one) => [one.base.length, one.new.length]));
  const stopped = options.signal?.aborted === true ? [`interrupted: ${taken} of ${rounds} rounds were taken`] : [];
  const info = ({ label, folder }: Checkout) => ({ label, kind: 'checkout', path: folder });
  return measuredComparison(info(base), info(next), least, lines, [
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${tasks.map(({ name }) => name).join(', ')}, each side in a process of its own, in turn`,
    ...stopped,
    ...(sameBench ? [] : [OTHER_BENCH]),
    ...samplesNotes(lines),
    ...base.notes,
    ...next.notes,
  ]);
}

const OTHER_BENCH =
  'the checkouts differ in bench/: a benchmark that measures in another way looks like code that got faster or slower';

/** Files of bench/ and of the folders in it, one after the other. */
function benchSource(folder: string): string {
  const bench = join(folder, 'bench');
  const entries = existsSync(bench) ? readdirSync(bench, { recursive: true, encoding: 'utf8' }) : [];
  return entries
    .filter((entry) => statSync(join(bench, entry), { throwIfNoEntry: false })?.isFile())
    .sort()
    .map((file) => `${file}\n${readFileSync(join(bench, file), 'utf8')}`)
    .join('\n');
}

/** Samples of both sides, by what was measured, in the order in which it first appeared. An interrupt after the first round keeps what there is. */
export async function takeInTurn(base: Checkout, next: Checkout, options: BenchOptions): Promise<Samples[]> {
  const { tasks, rounds, onProgress } = options;
  const found = new Map<string, Samples & { base: number[]; new: number[] }>();
  const total = rounds * tasks.length * 2;
  let done = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      const order = round % 2 === 0 ? (['base', 'new'] as const) : (['new', 'base'] as const);
      for (const task of tasks) {
        for (const side of order) {
          const { folder } = side === 'base' ? base : next;
          onProgress?.(done++, total, `${task.name}, ${side}`);
          for (const { name, unit, better, value } of await measure(task, folder, options.signal)) {
            const known = found.get(name) ?? { name, unit, better, base: [], new: [] };
            known[side].push(value);
            found.set(name, known);
          }
        }
      }
    }
  } catch (error) {
    if ((error as Error).name !== 'AbortError' || done <= 2 * tasks.length) throw error;
  }
  onProgress?.(total, total, '');
  return [...found.values()];
}

async function measure(task: Task, folder: string, signal: AbortSignal | undefined): Promise<Reading[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'mint-bench-round-'));
  try {
    const stdout = await output(task.args(scratch), folder, signal);
    const readings = task.read(stdout);
    if (readings.length === 0) throw new Error(`it printed no number:\n${stdout.slice(0, 500)}`);
    return readings;
  } catch (cause) {
    if ((cause as Error).name === 'AbortError') throw cause;
    throw new EnvironmentError(
      `${task.name} failed in ${folder}: ${(cause as Error).message.trim()}`,
      [`node ${task.args('…').join(' ')}`],
      'Run that command there. Both sides must know the benchmark; --only names others.',
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function output(args: readonly string[], cwd: string, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1', CI: '1' };
    const child = spawn(process.execPath, args, { cwd, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(stdout) : reject(new Error(`exit ${code}\n${stderr.slice(-1000)}`)),
    );
  });
}
