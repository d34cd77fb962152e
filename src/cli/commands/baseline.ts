/** `baseline save <run> <name>`, `baseline list`: named baselines under reports/baselines, what `compare` takes by name. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { table } from '../../report/text-table.ts';
import { UserError } from '../../scenario/errors.ts';
import { BASELINES, baselineNames, commandOf, listBaselines, saveBaseline } from '../../study/compare/baseline.ts';
import { readSide } from '../../study/compare/sides.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../parse.ts';

export const command: Command = {
  positionals: {
    action: { choices: ['save', 'list'], describe: 'What to do', completes: ['save', 'list'] },
    run: { type: 'string', describe: 'save: run folder, or folder of replications', completes: 'files' },
    name: { type: 'string', describe: 'save: what compare will call it' },
  },
  options: {
    force: { type: 'boolean', default: false, describe: 'save: replace the baseline of that name' },
  },
  examples: [
    ['baseline save reports/runs/smoke-… smoke', 'metrics and digests of a run, small enough for git'],
    ['baseline list', 'what compare takes by name'],
  ],
  run(args, { terminal, json, quiet }) {
    if (args.action === 'list') {
      const baselines = listBaselines().map(({ name, folder, runs }) => ({
        name,
        scenario: runs[0].scenario.name,
        seeds: runs.map(({ seed }) => seed),
        run_hash: runs[0].runHash,
        node_major: runs[0].platform.node_major,
        arch: runs[0].platform.arch,
        command: commandOf(runs[0].folder!),
        folder,
      }));
      if (json) terminal.outJson(baselines);
      else if (baselines.length === 0)
        terminal.out(`no baselines in ${BASELINES}; mint-bench baseline save <run> <name>\n`);
      else {
        const rows = baselines.map(({ name, seeds, run_hash, node_major, arch, command: made }) => [
          name,
          `${seeds.length}`,
          run_hash.slice(0, 10),
          `Node ${node_major} ${arch}`,
          made,
        ]);
        terminal.out(
          table(rows, {
            header: ['baseline', 'runs', 'hash', 'made on', 'with'],
            right: [1],
            ...terminal.results,
          }),
        );
      }
      return undefined;
    }
    const [run, name] = [args.run, args.name] as (string | undefined)[];
    if (run === undefined || name === undefined)
      throw new UsageError(
        'baseline save needs a run and a name',
        'mint-bench baseline save reports/runs/smoke-… smoke',
      );
    const replaced = baselineNames().includes(name);
    if (replaced && args.force !== true)
      throw new UsageError(takenText(name), 'another name, or --force to replace it');
    const folder = save(run, name);
    if (json) terminal.outJson({ name, folder, replaced });
    else terminal.out(`${folder}: ${readdirSync(folder).length} files; mint-bench compare ${name} <run>\n`);
    if (replaced && !quiet) terminal.err(`note: this replaced the baseline ${name} that was there\n`);
    return undefined;
  },
};

/** What is there, so that nobody replaces what they did not mean. */
function takenText(name: string): string {
  const there = listBaselines().find((one) => one.name === name);
  if (there === undefined) return `${join(BASELINES, name)} is there already, and holds no baseline that can be read`;
  const { runs } = there;
  const made = commandOf(runs[0].folder!);
  return `the baseline ${name} is there already: ${runs[0].scenario.name}, ${runs.length === 1 ? '1 run' : `${runs.length} runs`}, hash ${runs[0].runHash.slice(0, 10)}, made with ${made}`;
}

function save(run: string, name: string): string {
  try {
    const side = readSide(run, { baselines: join(BASELINES, ''), shipped: () => null });
    if (side.is !== 'runs') throw new UserError(`${run} is a ${side.kind}; a baseline is made from finished runs`);
    if (side.runs.some(({ folder }) => folder === null))
      throw new UserError(
        `${run} is a sweep, which keeps metrics only; mint-bench run --replications makes what a baseline is made from`,
      );
    return saveBaseline(
      side.runs.map(({ folder }) => folder!),
      name,
    );
  } catch (error) {
    if (error instanceof UserError) throw new UsageError(error.message);
    throw error;
  }
}
