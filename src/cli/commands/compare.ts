/** `compare <base> [new]`: a verdict a metric, for stored runs, baselines, kernel runs, scenarios and checkouts. */
import { basename, join, relative } from 'node:path';
import { renderDiagnostics } from '../../scenario/diagnostics.ts';
import type { Override } from '../../scenario/load.ts';
import { packageRoot } from '../../scenario/package-root.ts';
import { quote } from '../../scenario/quote.ts';
import { BASELINES, commandOf } from '../../study/compare/baseline.ts';
import { type Checkout, openCheckout } from '../../study/compare/checkout.ts';
import { compareKernels } from '../../study/compare/compare-kernels.ts';
import { compareRuns, type RunsSide } from '../../study/compare/compare-runs.ts';
import { type Comparison, isInconclusive, type SideInfo } from '../../study/compare/comparison.ts';
import { nameFirstEvent, type ReplayCode } from '../../study/compare/first-event.ts';
import { readSide, type ScenarioSide, type Side } from '../../study/compare/sides.ts';
import { simulateSides, type WantedSide } from '../../study/compare/simulate-sides.ts';
import { compareStudies, type StudySide } from '../../study/compare/study-side.ts';
import { LocalExecutor } from '../../study/local-executor.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { asUsage, BENCH_OPTIONS, compareBench, share } from '../compare-bench.ts';
import { appendSummary, comparisonMarkdown } from '../compare-markdown.ts';
import { comparisonText } from '../compare-text.ts';
import { EXIT } from '../exit-codes.ts';
import { formatSeconds } from '../format.ts';
import { version } from '../help.ts';
import { loadForCommand, overridesOf, SET_OPTION, wholeNumber } from '../load.ts';
import { metricNames } from '../metric-names.ts';
import { JOBS_OPTION } from '../options.ts';
import { UsageError } from '../parse.ts';
import { Progress } from '../progress.ts';
import { shippedScenarios } from '../shipped.ts';

/** Replications of a scenario that is simulated for a comparison, where nothing else says how many. */
const REPLICATIONS = 10;

export const command: Command = {
  positionals: {
    base: {
      type: 'string',
      describe:
        'Run folder, folder of replications, sweep or folder@axis=value of it, baseline, kernel run or scenario; label=… names it',
      completes: 'files',
    },
    new: {
      type: 'string',
      describe: 'What is set against it; the base scenario with --set where it is left out',
      completes: 'files',
    },
  },
  options: {
    margin: {
      type: 'string',
      default: '2%',
      describe: 'Differences up to this do not matter; for shares a quarter of it, in percentage points',
    },
    'least-effect': { type: 'string', default: '3%', describe: 'The same for measured times' },
    ...BENCH_OPTIONS,
    'base-code': {
      type: 'string',
      describe:
        'Checkout or git revision that made the base, where this one did not: it replays the run to name the first event that differs',
    },
    'new-code': { type: 'string', describe: 'The same for the new side' },
    metrics: {
      type: 'string',
      completes: 'metrics',
      describe: 'Metrics to judge, separated by commas; a dozen and the thresholds otherwise',
    },
    set: { ...SET_OPTION, describe: 'path=value, changes the new scenario; may be repeated' },
    both: { ...SET_OPTION, describe: 'path=value, changes both scenarios, such as duration=1h; may be repeated' },
    replications: {
      type: 'number',
      describe: `Replications of scenarios that are simulated; as many as the other side has, else the scenario's own where it has more than 1, else ${REPLICATIONS}`,
    },
    jobs: JOBS_OPTION,
    strict: { type: 'boolean', default: false, describe: 'Exit 12 where something stays undecided or changed' },
    markdown: { type: 'boolean', default: false, describe: 'Print Markdown instead of a table' },
    summary: { type: 'string', describe: 'Append Markdown to this file, at most 1 MiB', completes: 'files' },
  },
  examples: [
    ['compare smoke reports/runs/smoke-…', 'a run against the baseline of that name: exit 0 if equal, 11 if worse'],
    ['compare scenarios/smoke.yaml --set serving.slots=16', 'what if? a sentence, with intervals'],
    ['compare scenarios/smoke.yaml s-lora-a10g --both duration=2min', 'two scenarios over the same time'],
    ['compare --bench main .', 'did this change cost speed, of the engine or of the kernels?'],
    ['compare lru=reports/lru sieve=reports/sieve --margin 1%', 'replications, paired by seed'],
    [
      'compare lru=sweep-…@serving.tiers.gpu.eviction=lru sieve=sweep-…@serving.tiers.gpu.eviction=sieve',
      'two policies of one sweep, setting by setting',
    ],
  ],
  async run(args, context) {
    if (args.bench === true) {
      const code = present(await compareBench(args, context), args, context);
      return context.signal.aborted ? EXIT.interrupted : code;
    }
    const margin = share(args, 'margin');
    const metrics = metricsOf(args);
    const [base, next] = sidesOf(args, (text) => context.quiet || context.terminal.err(`note: ${text}\n`));
    let comparison: Comparison;
    if (base.is === 'kernels' || next.is === 'kernels') {
      if (base.is !== 'kernels' || next.is !== 'kernels')
        throw new UsageError(`${base.label} and ${next.label} are of different kinds: one is a measurement of kernels`);
      comparison = compareKernels(base, next, share(args, 'least-effect'));
    } else if (base.is === 'study' || next.is === 'study') {
      if (base.is !== 'study' || next.is !== 'study') {
        const [study, other] = base.is === 'study' ? [base, next] : [next, base];
        throw new UsageError(
          `${study.label} holds ${(study as StudySide).settings.length} settings, ${other.label} is one`,
          `take one of them: ${study.path}@axis=value,axis=value`,
        );
      }
      comparison = asUsage(() => compareStudies(base as StudySide, next as StudySide, { margin, metrics }));
    } else {
      const [a, b] = await asRuns([base, next], args, context);
      comparison = compareRuns(a, b, { margin, metrics });
      await findFirstEvent(comparison, [a, b], args, context);
    }
    return present(comparison, args, context);
  },
};

/** Replays both sides where their events differ, each with the code that made it. */
async function findFirstEvent(
  comparison: Comparison,
  sides: [RunsSide, RunsSide],
  args: Arguments,
  context: Context,
): Promise<void> {
  const { terminal, quiet, signal } = context;
  const events = comparison.divergence?.events ?? null;
  if (events === null) return;
  const opened: Checkout[] = [];
  const progress = new Progress(context);
  const codeOf = (side: 'base' | 'new', called: string): ReplayCode => {
    const written = args[`${side}-code`] as string | undefined;
    if (written === undefined) {
      const otherwise = `another build made ${called}; name its checkout or git revision with --${side}-code`;
      return { checkout: null, otherwise };
    }
    const onStep = (text: string) => (quiet ? undefined : terminal.err(`${text}\n`));
    const checkout = asUsage(() => openCheckout(written, { root: packageRoot(), native: false, onStep }));
    opened.push(checkout);
    return { checkout: checkout.folder, otherwise: `${checkout.label} is not the code that made ${called}` };
  };
  try {
    const codes = [codeOf('base', 'the base'), codeOf('new', 'the new side')] as const;
    progress.update(`replaying ${formatSeconds(events.to_s)} of both sides`, { share: 0, arrivals: 0, events: 0 });
    await nameFirstEvent(comparison, sides, codes, signal);
  } finally {
    progress.clear();
    for (const checkout of opened) checkout.close();
  }
}

function present(comparison: Comparison, args: Arguments, context: Context): number {
  const { terminal, json, line } = context;
  const code =
    comparison.verdict === 'regressed'
      ? EXIT.regression
      : args.strict === true && isInconclusive(comparison)
        ? EXIT.inconclusive
        : EXIT.ok;
  // Where the output goes is no part of what repeats it.
  const again = line.replace(/ --(json|markdown)\b| --summary(=| )('[^']*'|\S+)/g, '');
  const markdown = () => {
    const made = elsewhere(comparison.new);
    const accept = acceptCommand(comparison, made?.path ?? comparison.new.path);
    const first = made === null ? '' : `${made.command}\n`;
    const repeat = made === null ? again : again.replace(comparison.new.path, made.path);
    return comparisonMarkdown(comparison, first + repeat, accept === null ? null : first + accept);
  };
  if (typeof args.summary === 'string') appendSummary(args.summary, markdown());
  if (json) terminal.outJson({ ...comparison, exit_code: code });
  else terminal.out(args.markdown === true ? markdown() : comparisonText(comparison, terminal));
  return code;
}

/** A run that lies outside the working directory, as on a CI machine: the command that makes it anew, and where it will lie. */
function elsewhere({ kind, path }: SideInfo): { command: string; path: string } | null {
  if (kind !== 'run' || !relative('.', path).startsWith('..')) return null;
  return { command: commandOf(path), path: join('reports', 'runs', basename(path)) };
}

/** What makes the new side the baseline; null where the base is none, or nothing changed. */
function acceptCommand({ base, new: next, exact }: Comparison, run: string): string | null {
  if (base.kind !== 'baseline' || exact === null || exact.equal || next.kind.startsWith('scenario')) return null;
  const name = base.path.startsWith(`${BASELINES}/`) ? base.path.slice(BASELINES.length + 1) : base.path;
  return `mint-bench baseline save ${quote(run)} ${quote(name)} --force`;
}

function sidesOf(args: Arguments, onChoice: (text: string) => void): [Side, Side] {
  const base = sideOf(args.base as string, onChoice);
  const sets = args.set as string[];
  const both = args.both as string[];
  const checkBoth = (side: Side) => {
    if (both.length > 0 && side.is !== 'scenario')
      throw new UsageError(
        `--both changes scenarios, and ${side.label} is finished`,
        'name the scenarios, which are then simulated, or runs of one duration',
      );
    return side;
  };
  checkBoth(base);
  if (args.new !== undefined) {
    const next = checkBoth(sideOf(args.new as string, onChoice));
    if (sets.length > 0 && next.is !== 'scenario')
      throw new UsageError(`--set changes a scenario, and ${next.label} is none`);
    return [base, next];
  }
  if (base.is !== 'scenario' || sets.length === 0) {
    throw new UsageError(
      'compare needs two sides',
      'mint-bench compare <base> <new>, or one scenario with --set path=value for what is to be different',
    );
  }
  return [base, { ...base, label: `${base.label} with ${sets.join(', ')}` }];
}

function sideOf(written: string, onChoice: (text: string) => void): Side {
  const shipped = (name: string) => shippedScenarios().find((scenario) => scenario.name === name)?.path ?? null;
  return asUsage(() => readSide(written, { shipped, onChoice }));
}

type RunSide = Exclude<Side, { is: 'kernels' | 'study' }>;

/** Scenario sides are simulated, with as many replications as the other side has. */
async function asRuns(sides: [RunSide, RunSide], args: Arguments, context: Context): Promise<[RunsSide, RunsSide]> {
  const stored = sides.filter((side) => side.is === 'runs');
  const given = args.replications as number | undefined;
  if (given !== undefined && (!Number.isInteger(given) || given < 1))
    throw new UsageError('--replications must be a whole number of at least 1');
  const both = overridesOf(args.both as string[]);
  const overrides = [...both, ...overridesOf(args.set as string[])];
  const overridesAt = (i: number) => (i === 1 ? overrides : both);
  const replications = given ?? stored[0]?.runs.length ?? ownReplications(sides, overridesAt) ?? REPLICATIONS;
  const wanted = sides.flatMap((side, i): WantedSide[] =>
    side.is === 'scenario' ? [wantedSide(side, overridesAt(i), replications)] : [],
  );
  const simulated = wanted.length === 0 ? [] : await simulate(wanted, wholeNumber(args, 'jobs') ?? 1, context);
  return sides.map((side) => (side.is === 'runs' ? side : simulated.shift()!)) as [RunsSide, RunsSide];
}

/** Those that a scenario has of its own, the larger number where both do; undefined where neither has more than one. */
function ownReplications(sides: readonly RunSide[], overridesAt: (i: number) => Override[]): number | undefined {
  const own = sides.map((side, i) =>
    side.is === 'scenario' ? loadForCommand(side.path, overridesAt(i)).scenario.replications : 1,
  );
  return Math.max(...own) > 1 ? Math.max(...own) : undefined;
}

const wantedSide = (side: ScenarioSide, overrides: WantedSide['overrides'], replications: number): WantedSide => ({
  ...side,
  overrides,
  replications,
});

async function simulate(wanted: readonly WantedSide[], jobs: number, context: Context): Promise<RunsSide[]> {
  const { terminal, quiet, signal } = context;
  const executor = new LocalExecutor({ jobs });
  const progress = new Progress(context);
  const points = wanted.reduce((sum, { replications }) => sum + replications, 0);
  try {
    const { sides, warnings } = await simulateSides(wanted, executor, {
      signal,
      version: version(),
      onProgress: ({ done, arrivals, events }) =>
        progress.update(`${Math.floor(done)}/${points} replications`, { share: done / points, arrivals, events }),
      onNotice: (text) => terminal.err(`${text}\n`),
    });
    progress.point(`${points} ${points === 1 ? 'replication' : 'replications'} simulated`);
    const unique = [...new Map(warnings.map((warning) => [JSON.stringify(warning), warning])).values()];
    if (!quiet) terminal.err(renderDiagnostics(unique, { color: terminal.colorErr, width: terminal.width }));
    return sides;
  } finally {
    progress.clear();
    await executor.close();
  }
}

function metricsOf(args: Arguments): string[] | undefined {
  if (args.metrics === undefined) return undefined;
  return metricNames('--metrics', String(args.metrics));
}
