/**
 * `reproduce [name…]`: runs the scenarios of scenarios/published, prints what was published beside what is simulated, and says by
 * how much they differ. stdout is the same for any number of workers.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { suggest } from '../../scenario/findings.ts';
import { packageRoot } from '../../scenario/package-root.ts';
import { LocalExecutor } from '../../study/local-executor.ts';
import { fitAll } from '../../study/reproduce/fit-all.ts';
import { fidelityPage } from '../../study/reproduce/page.ts';
import { publishedFile, readReproduction, reproductionNames } from '../../study/reproduce/published.ts';
import {
  type Reproduced,
  type Reproductions,
  reproduceEach,
  withinTolerance,
} from '../../study/reproduce/reproduce.ts';
import { reproductionTable } from '../../study/reproduce/table.ts';
import { withTimeLimit } from '../../study/time-limit.ts';
import type { Command, Context } from '../command.ts';
import { failure } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { overridesOf, SET_OPTION, timeOption } from '../load.ts';
import { CHECK_OPTION, JOBS_OPTION } from '../options.ts';
import { UsageError } from '../parse.ts';
import { Progress } from '../progress.ts';
import { drawReproductions } from '../reproduce-figures.ts';
import { notReproducedText, partText, reproductionJson, reproductionText, summaryText } from '../reproduce-text.ts';

export const command: Command = {
  positionals: {
    name: { type: 'string', array: true, describe: 'Reproductions, or the start of their names; all by default' },
  },
  options: {
    jobs: JOBS_OPTION,
    set: {
      ...SET_OPTION,
      describe: 'path=value on top of every row, for instance to leave a mechanism out; may be repeated',
    },
    rows: { type: 'boolean', default: true, describe: 'Print every row; --no-rows prints the scores alone' },
    out: {
      type: 'string',
      alias: 'o',
      defaultDescription: 'reports/reproduce/<names>',
      describe: 'Folder for the table and the figures; each selection has its own',
    },
    figures: { type: 'boolean', default: true, describe: 'Draw published against simulated' },
    markdown: { type: 'string', describe: 'Write the page that says where the model is wrong to this file' },
    fit: { type: 'boolean', default: false, describe: 'Fit the calibrations anew first, and write them; takes long' },
    'fit-frontend': {
      type: 'boolean',
      default: false,
      describe: 'Fit the way through the API server alone, costs as they are',
    },
    strict: { type: 'boolean', default: false, describe: 'Exit 10 where a stated tolerance is missed' },
    'time-limit': {
      type: 'string',
      describe: 'Stop after so long (10min), fits included; what is finished is printed, exit code 130',
    },
    check: CHECK_OPTION,
  },
  examples: [
    ['reproduce', 'everything: minutes'],
    ['reproduce base-vllm --no-rows', 'scores of all reproductions whose names begin so'],
    ['reproduce dlora-cluster --set hardware.replicas=1', 'what the published rows say to another system'],
    ['reproduce --markdown docs/fidelity.md', 'the page of what agrees and what does not'],
  ],
  async run(args, context) {
    const folder = join(packageRoot(), 'scenarios', 'published');
    const names = choose(args.name as string[] | undefined, reproductionNames(folder));
    const extra = overridesOf(args.set as string[]);
    const fits = args.fit === true || args['fit-frontend'] === true;
    const judged = args.strict === true || typeof args.markdown === 'string';
    if (extra.length > 0 && (fits || judged))
      throw new UsageError(
        `--set makes another system of the published one, which ${fits ? 'nothing is fitted to' : 'neither the page nor a tolerance is about'}`,
        'leave one of the two out',
      );
    const limit = timeOption(args, 'time-limit', '10min');
    const signal = limit === undefined ? context.signal : withTimeLimit(limit, context.signal);
    const { terminal } = context;
    if (fits) {
      const fitted = await fit(folder, names, args.fit === true, signal, context);
      if (fitted !== EXIT.ok) return fitted;
    }
    const executor = new LocalExecutor({ jobs: Math.max(1, Number(args.jobs) || 1) });
    const progress = new Progress(context);
    let under = { name: '', points: 1 };
    let all: Reproductions;
    try {
      const sources = names.map((name) => ({ name, read: () => readReproduction(publishedFile(folder, name)) }));
      all = await reproduceEach(sources, executor, {
        signal,
        extra,
        check: args.check === true,
        onBegin: (name, points) => {
          under = { name, points };
        },
        onProgress: ({ done, arrivals, events }) =>
          progress.update(`reproduce ${under.name}`, { share: done / Math.max(1, under.points), arrivals, events }),
      });
    } finally {
      progress.clear();
      await executor.close();
    }
    const { results, stopped, part } = all;
    const failures = all.failed.map(({ name, error }) => ({ name, ...failure(error, terminal, context.line) }));
    const sets = args.set as string[];
    const document = reproductionJson({ results, failures, stopped, part, sets });
    if (context.json) terminal.outJson(document);
    else {
      if (sets.length > 0) terminal.out(`Every row with ${sets.join(', ')}: not the system that was published.\n\n`);
      for (const one of results) terminal.out(reproductionText(one, args.rows === true, terminal.results));
      if (results.length > 1) terminal.out(summaryText(results, terminal.results));
      if (part !== null) terminal.out(partText(part, args.rows === true, terminal.results));
      terminal.out(notReproducedText(failures, stopped, part));
    }
    for (const { name, text } of failures) terminal.err(`${name} is not reproduced:\n${text}`);
    if (typeof args.markdown === 'string' && failures.length + stopped.length > 0)
      terminal.err(`${args.markdown} is left as it was: reproductions are missing\n`);
    else if (typeof args.markdown === 'string') writeFileSync(args.markdown, fidelityPage(results));
    const out = (args.out as string | undefined) ?? ownFolder(args.name as string[] | undefined, sets);
    await write(
      part === null ? results : [...results, part.result],
      document,
      stopped.length === 0 ? out : `${out}.part`,
      // They are of published systems.
      args.figures === true && sets.length === 0,
      context,
    );
    if (stopped.length > 0) return EXIT.interrupted;
    if (failures.length > 0) return Math.max(...failures.map(({ code }) => code));
    return args.strict === true && !withinTolerance(results) ? EXIT.threshold : EXIT.ok;
  },
};

/** Writes calibrations into the package's folder: for those who work on it. */
async function fit(
  folder: string,
  names: readonly string[],
  costs: boolean,
  signal: AbortSignal,
  { terminal }: Context,
): Promise<number> {
  const task = {
    paths: names.map((name) => publishedFile(folder, name)),
    costs,
    date: new Date().toISOString().slice(0, 10),
  };
  try {
    await fitAll(task, ({ file, found }) => terminal.err(`${file}: ${JSON.stringify(found)}\n`), signal);
    return EXIT.ok;
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    terminal.err('stopped while fitting: calibrations named above are written, the others are as they were\n');
    return EXIT.interrupted;
  }
}

function choose(written: readonly string[] | undefined, all: readonly string[]): string[] {
  if (written === undefined || written.length === 0) return [...all];
  const unknown = written.find((name) => !all.some((one) => one.startsWith(name)));
  if (unknown !== undefined)
    throw new UsageError(`there is no reproduction ${JSON.stringify(unknown)}`, suggest(unknown, all));
  return all.filter((one) => written.some((name) => one.startsWith(name)));
}

/** `reproduce x` leaves what `reproduce y` wrote as it was. */
export function ownFolder(written: readonly string[] | undefined, sets: readonly string[] = []): string {
  const names = [...new Set(written ?? [])].sort();
  const changes = sets.map((set) => set.replaceAll(/[^\w.=-]+/g, '_'));
  return join('reports', 'reproduce', [...(names.length === 0 ? ['all'] : names), ...changes].join('+').slice(0, 120));
}

async function write(
  results: readonly Reproduced[],
  json: unknown,
  out: string,
  figures: boolean,
  context: Context,
): Promise<void> {
  if (results.length === 0) return;
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'reproduction.arrow'), reproductionTable(results));
  writeFileSync(join(out, 'reproduction.json'), `${JSON.stringify(json, null, 2)}\n`);
  if (figures) await drawReproductions(results, out);
  if (!context.quiet) context.terminal.err(`${out}/reproduction.arrow${figures ? ', figures beside it' : ''}\n`);
}
