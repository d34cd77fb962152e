/**
 * `run <scenario…>`: simulates, prints the summary, keeps everything in a run folder. The summary on stdout is the same
 * bytes whatever the machine and the number of workers; times and progress go to stderr.
 */
import { join } from 'node:path';
import { parseWindow, type TraceWindow, windowText } from '../../metrics/trace/window.ts';
import { table } from '../../report/text-table.ts';
import { writeReport } from '../../report/write.ts';
import { type RunOutcome, runScenario } from '../../run/run.ts';
import { renderDiagnostics } from '../../scenario/diagnostics.ts';
import type { Override } from '../../scenario/load.ts';
import { quote } from '../../scenario/quote.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { planMemory } from '../../sim/cost/memory.ts';
import { replicationsOf } from '../../study/seeds.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { formatBytes, formatCount, formatSeconds } from '../format.ts';
import { version } from '../help.ts';
import { appendHistory, historyFile } from '../history.ts';
import { loadForCommand, overridesOf, SET_OPTION, wholeNumber } from '../load.ts';
import { CHECK_OPTION, FIGURES_OPTION, JOBS_OPTION, SEED_OPTION } from '../options.ts';
import { UsageError } from '../parse.ts';
import { planLines, planOf } from '../plan.ts';
import { Progress } from '../progress.ts';
import { replicationsText } from '../replications-text.ts';
import { printReport } from '../report-text.ts';
import { notesText } from '../scenario-notes.ts';

export const command: Command = {
  positionals: {
    scenario: {
      type: 'string',
      array: true,
      describe: 'Scenario files, or names of shipped ones',
      completes: 'scenarios',
    },
  },
  options: {
    set: SET_OPTION,
    seed: SEED_OPTION,
    replications: { type: 'number', describe: 'Runs with different seeds; what they have in common is printed' },
    jobs: JOBS_OPTION,
    out: { type: 'string', alias: 'o', default: 'reports/runs', describe: 'Folder of the run folders' },
    resume: { type: 'boolean', default: false, describe: 'Take finished runs of the same scenario as they are' },
    figures: FIGURES_OPTION,
    check: CHECK_OPTION,
    trace: {
      type: 'string',
      describe:
        'Keep every batch, load and request of a window as trace.json, from hours:minutes or a duration on: 2s@12:00, 500ms@43200s',
    },
    history: {
      type: 'string',
      describe: 'Note the run in this file, reports/history.jsonl if none is named: one JSON line a run',
      completes: 'files',
    },
    'dry-run': { type: 'boolean', default: false, describe: 'Show what would run and stop' },
  },
  examples: [
    ['run scenarios/1M.yaml', 'a million users, a day'],
    ['run smoke --set serving.slots=16 --seed 7', 'a shipped scenario, changed'],
    ['run smoke --json', 'summary.json on stdout'],
    ['run smoke --trace 2s@00:05', 'two seconds from minute 5 on, step by step, for ui.perfetto.dev'],
  ],
  async run(args, context) {
    const overrides = overridesOf(args.set as string[]);
    // As JSON, so that a seed of digits stays the text that was written.
    if (args.seed !== undefined) overrides.push({ path: 'seed', value: JSON.stringify(String(args.seed)) });
    const replications = wholeNumber(args, 'replications');
    // Before a dry run too.
    wholeNumber(args, 'jobs');
    if (replications !== undefined) overrides.push({ path: 'replications', value: replications });
    const outcomes: RunOutcome[] = [];
    for (const file of args.scenario as string[]) {
      const { scenario, warnings } = loadForCommand(file, overrides);
      if (!context.quiet) {
        context.terminal.err(
          renderDiagnostics(warnings, { color: context.terminal.colorErr, width: context.terminal.width }),
        );
        // A dry run has them in its plan.
        if (args['dry-run'] !== true) context.terminal.err(notesText(scenario));
        if (scenario.sweep.length > 0) context.terminal.err(sweepNote(file, scenario, overrides));
      }
      if (args['dry-run'] === true) {
        dryRun(scenario, context);
        continue;
      }
      const traced = args.trace === undefined ? '' : ` --trace ${quote(String(args.trace))}`;
      outcomes.push(...(await runAll(scenario, `${reproduceLine(file, overrides)}${traced}`, args, context)));
    }
    if (context.json && args['dry-run'] !== true) {
      const documents = outcomes.map(({ document }) => document);
      context.terminal.outJson(documents.length === 1 ? documents[0] : documents);
    }
    return outcomes.every(({ passed }) => passed) ? EXIT.ok : EXIT.threshold;
  },
};

async function runAll(scenario: Scenario, reproduce: string, args: Arguments, context: Context): Promise<RunOutcome[]> {
  const outcomes: RunOutcome[] = [];
  const points = replicationsOf(scenario);
  const jobs = wholeNumber(args, 'jobs') ?? 1;
  const window = windowOf(scenario, args.trace);
  for (const [index, point] of points.entries()) {
    const label = points.length === 1 ? point.name : `${point.name} ${index + 1}/${points.length}`;
    const progress = new Progress(context);
    try {
      const outcome = await runScenario({
        scenario: point,
        out: args.out as string,
        jobs,
        check: args.check === true,
        resume: args.resume === true,
        window,
        command: reproduce,
        version: version(),
        signal: context.signal,
        onProgress: (state) => progress.update(label, state),
        finish: async (folder) => {
          progress.clear();
          await writeReport(folder, {
            figures: args.figures === true,
            memory: planMemory(point),
            onWarning: (warning) => context.verbose && context.terminal.err(`${warning}\n`),
          });
        },
      });
      progress.point(pointText(label, outcome));
      outcomes.push(outcome);
      const history = historyFile(args.history);
      if (history !== undefined) appendHistory(history, outcome);
      if (window !== undefined) sayTrace(outcome, window, context);
    } catch (error) {
      progress.clear();
      if (context.signal.aborted) {
        const rest = outcomes.length === 0 ? 'nothing was finished; again' : `${outcomes.length} finished; resume`;
        const resume = outcomes.length === 0 || args.resume === true ? '' : ' --resume';
        context.terminal.err(`${rest} with: ${context.line}${resume}\n`);
      }
      throw error;
    }
    if (context.json || points.length > 1) continue;
    const { folder, trace } = outcomes[outcomes.length - 1];
    printReport(folder, context);
    if (trace !== undefined)
      context.terminal.out(`${context.terminal.styleOut('dim', 'trace:')} ${join(folder, 'trace.json')}\n`);
  }
  if (points.length > 1 && !context.json) {
    const { terminal } = context;
    terminal.out(replicationsText(scenario, outcomes, reproduce, terminal.results));
  }
  return outcomes;
}

function windowOf(scenario: Scenario, text: unknown): TraceWindow | undefined {
  if (text === undefined) return undefined;
  const window = parseWindow(String(text), scenario.warmup, scenario.duration);
  if (typeof window === 'string') throw new UsageError(`--trace: ${window}`);
  return window;
}

/** Where the trace is and what opens it; a window that had to be cut short is said even when quiet. */
function sayTrace({ folder, trace }: RunOutcome, asked: TraceWindow, { terminal, quiet }: Context): void {
  const shown = trace?.window ?? asked;
  const short = shown.endNs < asked.endNs;
  if (short) {
    terminal.err(
      `warning: the window is too dense for one trace; it was cut to ${windowText(shown)}. Ask for a shorter one, or another time.\n`,
    );
  }
  if (quiet) return;
  const size = trace === undefined ? '' : `, ${formatCount(trace.events)} events`;
  terminal.err(
    `trace: ${folder}/trace.json (${windowText(shown)}${size}); open it in https://ui.perfetto.dev or chrome://tracing\n`,
  );
}

/** A scenario with axes has a value of its own for each of them; `run` takes those and says so. */
function sweepNote(file: string, { sweep }: Scenario, overrides: readonly Override[]): string {
  const axes = sweep.map(({ path, values }) => `${path} (${values.length} values)`).join(', ');
  return (
    `warning: ${file} has a sweep over ${axes}; this runs its base point alone\n` +
    `  every point: ${reproduceLine(file, overrides).replace('mint-bench run', 'mint-bench sweep')}\n`
  );
}

function pointText(label: string, { manifest, resumed }: RunOutcome): string {
  if (resumed || manifest.harness === null) return `${label}: taken from its run folder`;
  const { wall_s, simulate_s, requests_per_s, workers, peak_rss_bytes } = manifest.harness;
  return (
    `${label}: ${formatSeconds(wall_s)}, of it ${formatSeconds(simulate_s)} to simulate ${formatCount(Math.round(requests_per_s))} requests/s ` +
    `on ${workers} ${workers === 1 ? 'worker' : 'workers'}, peak ${formatBytes(peak_rss_bytes)}`
  );
}

function dryRun(scenario: Scenario, { terminal, json }: Context): void {
  const plan = planOf(scenario);
  if (json) terminal.outJson(plan);
  else terminal.out(`${plan.name}\n${table(planLines(plan), { indent: 2, ...terminal.results })}`);
}

function reproduceLine(file: string, overrides: readonly Override[]): string {
  const sets = overrides.map(({ path, value }) => `--set ${quote(`${path}=${value}`)}`);
  return ['mint-bench run', quote(file), ...sets].join(' ');
}
