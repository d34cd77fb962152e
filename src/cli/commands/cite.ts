/** `cite <run..>`: a bibliography of what runs and sweeps took from others: policies, laws, models, devices. */
import { writeFileSync } from 'node:fs';
import { placeOption } from '../../metrics/result-files.ts';
import { bibtex } from '../../report/bibtex.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { SOURCES } from '../../scenario/sources/index.ts';
import { readSearchScenarios } from '../../study/search-folder.ts';
import { readPointScenario } from '../../study/study-folder.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../parse.ts';
import { type SourceUsed, sourcesUsed } from '../sources-used.ts';
import { readStored, type Stored, settingsOf } from '../stored.ts';

export const command: Command = {
  positionals: {
    run: {
      type: 'string',
      array: true,
      describe: 'Folders of runs, sweeps, knees, plans and other searches',
      completes: 'files',
    },
  },
  options: {
    out: { type: 'string', alias: 'o', describe: 'Write the .bib file here; stdout otherwise' },
  },
  examples: [
    ['cite reports/runs/1M-… --out sources.bib', 'for the paper’s bibliography'],
    ['cite reports/runs/1M-… --json', 'which policy comes from where'],
  ],
  run(args, context) {
    const used = new Map<string, SourceUsed>();
    for (const one of readStored(args.run as string[])) {
      for (const source of scenariosOf(one).flatMap(sourcesUsed)) used.set(source.what, source);
    }
    const keys = [...new Set([...used.values()].flatMap(({ works }) => works))];
    const bib = bibtex(keys.map((key) => [key, SOURCES[key]]));
    if (args.out !== undefined) writeFileSync(args.out as string, bib);
    if (context.json)
      context.terminal.outJson({
        used: [...used.values()],
        works: keys.map((key) => ({ key, ...SOURCES[key], cited: undefined })),
      });
    else if (args.out !== undefined) context.terminal.out(`${args.out}\n`);
    else context.terminal.out(bib);
    // What has no published work behind it is named, so that nobody takes silence for "nothing to cite".
    const others = [...used.values()].filter(({ works, source }) => works.length === 0 && !source.startsWith('own'));
    if (!context.quiet)
      for (const { what, source } of others) context.terminal.err(`not in the bibliography: ${what}, from ${source}\n`);
    return undefined;
  },
};

/** One a setting of a sweep, whose replications differ in their seed alone; every point of a search. */
function scenariosOf(one: Stored): Scenario[] {
  if (one.kind === 'run') return [one.tables.scenario];
  if (one.kind === 'search') {
    const scenarios = readSearchScenarios(one.path);
    if (scenarios.length > 0) return scenarios;
    throw new UsageError(
      `${one.path} does not hold the scenarios of its points`,
      `${one.report.command}${placeOption(one.path)} --no-resume`,
    );
  }
  if (one.kind !== 'study')
    throw new UsageError(
      `${one.path} is no run, sweep or search`,
      'give folders that mint-bench run, sweep or plan wrote',
    );
  const { document, path } = one;
  return settingsOf(document).map((setting) => {
    const scenario = readPointScenario(path, document, setting * document.replications);
    if (scenario === null)
      throw new UsageError(
        `${path} does not hold the scenarios of its points`,
        `${document.command}${placeOption(path)} --no-resume`,
      );
    return scenario;
  });
}
