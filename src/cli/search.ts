/** What the commands that search share: options, the smaller system, trials with progress, the folder that keeps them. */
import { join } from 'node:path';
import { placeOption } from '../metrics/result-files.ts';
import { SEARCH_REPORT, SEARCH_REPORT_VERSION, type SearchReport } from '../report/search-report.ts';
import { writeSearchReport } from '../report/write-search.ts';
import type { Override } from '../scenario/load.ts';
import { quote } from '../scenario/quote.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { LocalExecutor } from '../study/local-executor.ts';
import { SearchFolder } from '../study/search-folder.ts';
import type { Smaller } from '../study/search-space.ts';
import { Trials } from '../study/trials.ts';
import type { Arguments, Context } from './command.ts';
import { effortText } from './effort-text.ts';
import { version } from './help.ts';
import { overridesOf, wholeNumber } from './load.ts';
import { UsageError } from './parse.ts';
import { Progress } from './progress.ts';
import { notesText } from './scenario-notes.ts';

export const SMALLER_OPTIONS = {
  scale: {
    type: 'string',
    default: '1',
    describe: 'Search on 1/n of the cells, users and load (8 or 1/8); says so beside every result',
  },
  'search-set': {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'path=value for the search alone, such as duration=2h; says so beside every result',
  },
} as const;

export function smallerOf(args: Arguments): Smaller {
  const written = String(args.scale ?? '1');
  const match = /^(?:1\/)?(\d+)$/.exec(written.trim());
  if (match === null || Number(match[1]) < 1)
    throw new UsageError(`--scale ${written}: expected a whole number n or 1/n`, 'for instance --scale 8');
  return { scale: Number(match[1]), set: overridesOf((args['search-set'] as string[] | undefined) ?? []) };
}

/** `--set` and `--seed` of the command line. */
export function fixedOf(args: Arguments): Override[] {
  const overrides = overridesOf(args.set as string[]);
  // As JSON, so that a seed of digits stays the text that was written.
  if (args.seed !== undefined) overrides.push({ path: 'seed', value: JSON.stringify(String(args.seed)) });
  return overrides;
}

/** The command again, with nothing that changes only where and how fast it runs. */
export function reproduceLine(command: string, args: Arguments, names: readonly string[]): string {
  const words = ['mint-bench', command, quote(args[command === 'explain-run' ? 'run' : 'scenario'] as string)];
  for (const name of names) {
    const value = args[name];
    if (value === undefined || value === false || (name === 'scale' && value === '1')) continue;
    for (const one of Array.isArray(value) ? value : [value]) words.push(`--${name} ${quote(String(one))}`);
  }
  return words.join(' ');
}

export interface SearchOptions {
  kind: string;
  name: string;
  identity: unknown;
  command: string;
  replications: number;
  /** As it stands: what its presets do not say by themselves is said once. */
  scenario: Scenario;
}

export interface Search {
  trials: Trials;
  folder: SearchFolder;
}

/** Runs `action` with trials that report their progress, and gives up workers whatever happens. */
export async function withSearch<T>(
  args: Arguments,
  context: Context,
  { kind, name, identity, command, replications, scenario }: SearchOptions,
  action: (search: Search) => Promise<T>,
): Promise<T> {
  const executor = new LocalExecutor({ jobs: wholeNumber(args, 'jobs') ?? 1 });
  if (!context.quiet) context.terminal.err(notesText(scenario));
  const folder = new SearchFolder({
    out: args.out as string,
    kind,
    name,
    identity,
    command,
    version: version(),
    keep: args.resume !== false,
  });
  const progress = new Progress(context);
  // How many there will be depends on what they show.
  let runs = 0;
  const trials = new Trials({
    executor,
    replications,
    folder,
    check: args.check === true,
    signal: context.signal,
    onProgress: (label, { done, arrivals, events }, points) =>
      progress.update(label, { share: done / points, arrivals, events }),
    onOutcome: (label, { seed, failure }, effort) => {
      runs++;
      const draw = replications === 1 ? '' : `, seed ${seed}`;
      // A hundred short runs would bury the result: there the line of progress is enough, but for what failed.
      if (kind === 'sensitivity' && failure === null) return;
      progress.point(`run ${runs}: ${label}${draw}${effortText(effort)}${failure === null ? '' : `: ${failure}`}`);
    },
  });
  try {
    const result = await action({ trials, folder });
    progress.clear();
    if (trials.kept > 0 && !context.quiet)
      context.terminal.err(`${trials.kept} points were taken from ${folder.path} (--no-resume runs them again)\n`);
    return result;
  } catch (error) {
    progress.clear();
    if (context.signal.aborted) context.terminal.err(`finished points are kept; go on with: ${context.line}\n`);
    throw error;
  } finally {
    await executor.close();
  }
}

/** What a search found, beside its document: report.json and the report drawn from it. Ends the search. */
export async function finishSearch(
  folder: SearchFolder,
  report: Omit<SearchReport, 'schema_version'>,
  args: Arguments,
  { terminal, verbose }: Context,
): Promise<void> {
  const whole: SearchReport = { schema_version: SEARCH_REPORT_VERSION, hash: folder.hash, ...report };
  folder.write(SEARCH_REPORT, `${JSON.stringify(whole)}\n`);
  await writeSearchReport(folder.path, whole, {
    figures: args.figures === true,
    onWarning: (warning) => verbose && terminal.err(`${warning}\n`),
  });
  folder.finish();
}

/** The last lines of every search on stdout. */
export function printPlaces(folder: SearchFolder, document: string, again: string, { terminal }: Context): void {
  const line = (what: string, value: string) => terminal.out(`${terminal.styleOut('dim', `${what}:`)} ${value}\n`);
  line('again', `${again}${placeOption(folder.path)}`);
  line('result', join(folder.path, document));
  line('report', join(folder.path, 'report.html'));
}
