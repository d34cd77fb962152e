/** `compare --bench`: what two checkouts can be measured by, and the comparison of what they gave in turn (in-turn.ts). */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelRecord } from '../../real/results.ts';
import type { Checkout } from './checkout.ts';
import type { Better, Comparison } from './comparison.ts';
import { minutes, type Reading, type Taken, type Task, type TurnsOptions, takeInTurn } from './in-turn.ts';
import { judgeSamples, measuredComparison, samplesNotes } from './samples.ts';

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

export async function compareCheckouts(base: Checkout, next: Checkout, options: TurnsOptions): Promise<Comparison> {
  const { least, budget } = options;
  // Before minutes of rounds: what cannot be read must not lose them, and a checkout may change meanwhile.
  const sameBench = benchSource(base.folder) === benchSource(next.folder);
  const { samples, taken } = await takeInTurn(base, next, options);
  const lines = judgeSamples(samples, least);
  const info = ({ label, folder }: Checkout) => ({ label, kind: 'checkout', path: folder });
  return measuredComparison(info(base), info(next), least, lines, [
    `each side in a process of its own, in turn: ${taken.map((one) => takenText(one, least, budget)).join('; ')}`,
    ...(sameBench ? [] : [OTHER_BENCH]),
    ...samplesNotes(lines),
    ...base.notes,
    ...next.notes,
  ]);
}

/** "kernels-quick, 14 rounds (precise to ±1.5%)" */
function takenText({ name, rounds, ended }: Taken, least: number, budget: number): string {
  const why = {
    precise: `precise to ±${Number((50 * least).toFixed(2))}%`,
    budget: `the budget of ${minutes(budget)} ended it; --budget gives it longer`,
    most: '--rounds ended it',
    interrupted: 'interrupted',
  }[ended];
  return `${name}, ${rounds} ${rounds === 1 ? 'round' : 'rounds'} (${why})`;
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
