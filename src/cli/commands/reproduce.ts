/**
 * `reproduce [name…]`: runs the scenarios of scenarios/published, prints what was published beside what is simulated, and says by
 * how much they differ. stdout is the same for any number of workers.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../scenario/errors.ts';
import { LocalExecutor } from '../../study/local-executor.ts';
import { calibrateEngine } from '../../study/reproduce/calibrate.ts';
import { calibrateFrontend } from '../../study/reproduce/frontend.ts';
import { fidelityPage } from '../../study/reproduce/page.ts';
import { type Reproduction, reproductionsIn } from '../../study/reproduce/published.ts';
import { type Reproduced, reproduce, withinTolerance } from '../../study/reproduce/reproduce.ts';
import { reproductionTable } from '../../study/reproduce/table.ts';
import type { Command, Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { Progress } from '../progress.ts';
import { drawReproductions } from '../reproduce-figures.ts';
import { reproductionJson, reproductionText, summaryText } from '../reproduce-text.ts';
import { packageRoot } from '../shipped.ts';

export const command: Command = {
  positionals: {
    name: { type: 'string', array: true, describe: 'Reproductions, or the start of their names; all by default' },
  },
  options: {
    jobs: {
      type: 'number',
      default: availableParallelism(),
      defaultDescription: 'all processors',
      describe: 'Workers; changes the time and nothing else',
    },
    rows: { type: 'boolean', default: true, describe: 'Print every row; --no-rows prints the scores alone' },
    out: { type: 'string', alias: 'o', default: 'reports/reproduce', describe: 'Folder for the table and the figures' },
    figures: { type: 'boolean', default: true, describe: 'Draw published against simulated' },
    markdown: { type: 'string', describe: 'Write the page that says where the model is wrong to this file' },
    fit: { type: 'boolean', default: false, describe: 'Fit the calibrations anew first, and write them; takes long' },
    'fit-frontend': {
      type: 'boolean',
      default: false,
      describe: 'Fit the way through the API server alone, costs as they are',
    },
    strict: { type: 'boolean', default: false, describe: 'Exit 10 where a stated tolerance is missed' },
    check: { type: 'boolean', default: false, describe: 'Audit every event; slower' },
  },
  examples: [
    ['reproduce', 'everything: minutes'],
    ['reproduce base-vllm --no-rows', 'scores of all reproductions whose names begin so'],
    ['reproduce --markdown docs/fidelity.md', 'the page of what agrees and what does not'],
  ],
  async run(args, context) {
    const chosen = choose(args.name as string[] | undefined);
    if (args.fit === true) fitAll(chosen, context);
    if (args.fit === true || args['fit-frontend'] === true) fitFrontends(chosen, context);
    const executor = new LocalExecutor({ jobs: Math.max(1, Number(args.jobs) || 1) });
    const progress = new Progress(context);
    let results: Reproduced[];
    try {
      results = await reproduce(chosen, executor, {
        signal: context.signal,
        check: args.check === true,
        onProgress: ({ done, arrivals, events }) =>
          progress.update('reproduce', { share: done / Math.max(1, pointsOf(chosen)), arrivals, events }),
      });
    } finally {
      progress.clear();
      await executor.close();
    }
    const { terminal } = context;
    if (context.json) terminal.outJson(reproductionJson(results));
    else {
      for (const one of results)
        terminal.out(reproductionText(one, { rows: args.rows === true, style: terminal.styleOut }));
      if (results.length > 1) terminal.out(summaryText(results, terminal.styleOut));
    }
    if (typeof args.markdown === 'string') writeFileSync(args.markdown, fidelityPage(results));
    await write(results, args.out as string, args.figures === true, context);
    return args.strict === true && !withinTolerance(results) ? EXIT.threshold : EXIT.ok;
  },
};

/** Writes calibrations into the package's folder: for those who work on it. */
function fitAll(chosen: readonly Reproduction[], { terminal }: Context): void {
  for (const one of chosen) {
    const fitted = calibrateEngine(one, new Date().toISOString().slice(0, 10));
    if (fitted !== null) terminal.err(`${fitted.file}: ${JSON.stringify(fitted.calibration.parameters)}\n`);
  }
}

function fitFrontends(chosen: readonly Reproduction[], { terminal }: Context): void {
  for (const one of chosen) {
    const fitted = calibrateFrontend(one);
    if (fitted !== null) terminal.err(`${fitted.file}: ${JSON.stringify(fitted.calibration.frontend)}\n`);
  }
}

const pointsOf = (chosen: readonly Reproduction[]) =>
  chosen.reduce((sum, { file }) => sum + file.groups.reduce((rows, group) => rows + group.rows.length, 0), 0);

function choose(names: readonly string[] | undefined): Reproduction[] {
  const all = reproductionsIn(join(packageRoot(), 'scenarios', 'published'));
  if (names === undefined || names.length === 0) return all;
  const unknown = names.filter((name) => !all.some((one) => one.name.startsWith(name)));
  if (unknown.length > 0) {
    throw new UserError(
      `no reproduction is called ${unknown.join(', ')}; there are ${all.map(({ name }) => name).join(', ')}`,
    );
  }
  return all.filter((one) => names.some((name) => one.name.startsWith(name)));
}

async function write(results: readonly Reproduced[], out: string, figures: boolean, context: Context): Promise<void> {
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'reproduction.arrow'), reproductionTable(results));
  writeFileSync(join(out, 'reproduction.json'), `${JSON.stringify(reproductionJson(results), null, 2)}\n`);
  if (figures) await drawReproductions(results, out);
  if (!context.quiet) context.terminal.err(`${out}/reproduction.arrow${figures ? ', figures beside it' : ''}\n`);
}
