/**
 * `sweep <scenario>`: every point of the scenario's axes, or of those on the command line, with its replications. Goes on where it was
 * stopped; the tables are the same bytes for any executor, any number of workers and any sharding.
 */
import { join } from 'node:path';
import { assumptions } from '../../report/assumptions.ts';
import { table } from '../../report/text-table.ts';
import { renderDiagnostics } from '../../scenario/diagnostics.ts';
import type { Override } from '../../scenario/load.ts';
import { quote } from '../../scenario/quote.ts';
import { parsePoint, splitAxes } from '../../study/axes.ts';
import type { Executor } from '../../study/executor.ts';
import { LocalExecutor } from '../../study/local-executor.ts';
import { planStudy, type Setting, type Study, settingText, studyName } from '../../study/points.ts';
import { parseShard, type Shard, shardText } from '../../study/shard.ts';
import { studyDocument } from '../../study/study-document.ts';
import { toolIdentity } from '../../study/study-folder.ts';
import { sweep } from '../../study/sweep.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { effortText } from '../effort-text.ts';
import { EXIT } from '../exit-codes.ts';
import { version } from '../help.ts';
import { scenarioPath, wholeNumber } from '../load.ts';
import { POINTS_OPTIONS } from '../options.ts';
import { UsageError } from '../parse.ts';
import { Progress } from '../progress.ts';
import { redisUrl } from '../redis-url.ts';
import { notesText } from '../scenario-notes.ts';
import { fixedOf, reproduceLine } from '../search.ts';
import { METRICS_OPTION, metricsOf, presentStudy } from '../study-text.ts';
import { runUntil, UNTIL_OPTIONS } from '../until.ts';

export const command: Command = {
  positionals: {
    scenario: { type: 'string', describe: 'Scenario file, or name of a shipped one', completes: 'scenarios' },
  },
  options: {
    set: {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'path=a,b,c is an axis, path=value holds for all points; may be repeated',
      completes: 'fields',
    },
    point: {
      type: 'string',
      array: true,
      default: [] as string[],
      describe:
        'path=value, path=value: one point of a list that takes the place of every combination; may be repeated',
    },
    ...POINTS_OPTIONS,
    metrics: METRICS_OPTION,
    shard: { type: 'string', describe: 'i/n: only the i-th of n parts; mint-bench merge puts them together' },
    executor: { type: 'string', describe: 'redis://…: points run on mint-bench worker processes, wherever they are' },
    ...UNTIL_OPTIONS,
    'dry-run': { type: 'boolean', default: false, describe: 'List the points and stop' },
  },
  examples: [
    ['sweep scale-out', "the scenario's own axes"],
    ['sweep smoke --set adapter.rank=8,64 --set population.users=1e3,1e4,1e5', 'axes on the command line: 6 points'],
    ['sweep smoke --until slo --axis population.rate=20/s..400/s', 'the load at which the thresholds break'],
    ['sweep smoke --set adapter.rank=8,64 --shard 1/2', 'half of the points; merge takes the halves'],
  ],
  async run(args, context) {
    if (args.until !== undefined) return runUntil(args, context);
    if ((args.axis as string[]).length > 0)
      throw new UsageError(
        '--axis is what --until searches, and --until is not given',
        '--until slo searches it for the knee; --set path=a,b,c sweeps a list',
      );
    // Before anything runs.
    metricsOf(args);
    const shard = shardOf(args);
    const study = studyOf(args, context);
    const again = reproduceLine('sweep', args, ['set', 'point', 'seed', 'replications']);
    const document = studyDocument(study, again, commonAssumptions(study));
    if (args['dry-run'] === true) {
      dryRun(study, shard, context);
      return EXIT.ok;
    }
    const name = shard === null ? studyName(study) : `${studyName(study)}.shard-${shard.part}-of-${shard.of}`;
    const executor = await executorOf(args);
    const progress = new Progress(context);
    const label = shard === null ? study.name : `${study.name}, shard ${shardText(shard)}`;
    let missing = 0;
    let started = 0;
    try {
      const outcome = await sweep({
        study,
        document,
        folder: join(args.out as string, name),
        executor,
        executorName: args.executor === undefined ? 'local' : 'redis',
        version: version(),
        shard,
        keep: args.resume !== false,
        check: args.check === true,
        signal: context.signal,
        onStart: (counts) => {
          missing = counts.missing;
          if (counts.kept > 0 && !context.quiet) {
            context.terminal.err(
              `${counts.kept} of ${counts.kept + counts.missing} points are taken from ${join(args.out as string, name)} (--no-resume runs them again)\n`,
            );
          }
        },
        onProgress: ({ done, arrivals, events }) =>
          progress.update(`${label}  ${Math.floor(done)}/${missing}`, { share: done / missing, arrivals, events }),
        onPoint: (point, effort) => {
          started++;
          progress.point(
            `${started}/${missing} ${settingText(point.overrides)}${replicationText(study, point.replication)}${effortText(effort)}`,
          );
        },
        onNotice: (text) => {
          progress.clear();
          if (!context.quiet) context.terminal.err(`${text}\n`);
        },
      });
      progress.clear();
      if (outcome.settings === null) {
        printShard(shard as Shard, outcome.folder, args, context);
      } else {
        await presentStudy(document, outcome.settings, outcome.folder, args, context);
      }
      return EXIT.ok;
    } catch (error) {
      progress.clear();
      if (context.signal.aborted) context.terminal.err(`finished points are kept; go on with: ${context.line}\n`);
      throw error;
    } finally {
      await executor.close();
    }
  },
};

function studyOf(args: Arguments, context: Context): Study {
  const file = args.scenario as string;
  const varied = splitAxes(fixedOf(args));
  const listed = (args.point as string[]).map((text) => listedPoint(text));
  if (listed.length > 0 && varied.axes.length > 0)
    throw new UsageError(
      '--point lists the points, so --set cannot add an axis',
      'give every value in --point, or none',
    );
  const study = planStudy({
    file: scenarioPath(file),
    varied,
    listed: listed.length === 0 ? undefined : listed,
    replications: wholeNumber(args, 'replications'),
  });
  if (study.paths.length === 0 || study.points.length === 1)
    throw new UsageError(
      `${file} has no axis to sweep`,
      `for instance --set adapter.rank=8,64, or a sweep in the scenario${study.replications === 1 ? '' : '; mint-bench run simulates replications of one setting'}`,
    );
  if (!context.quiet) {
    const { colorErr, width } = context.terminal;
    context.terminal.err(renderDiagnostics(study.warnings, { color: colorErr, width }));
    context.terminal.err(notesText(...study.points.map(({ scenario }) => scenario)));
  }
  return study;
}

/** Those of every setting: a line that an axis changes is none of the study's. */
function commonAssumptions({ points, replications }: Study): string[] {
  const lists = points
    .filter(({ replication }) => replication === 0)
    .map(({ scenario }) => assumptions({ ...scenario, replications }));
  return lists[0].filter((line) => lists.every((list) => list.includes(line)));
}

function listedPoint(text: string): Setting {
  const overrides: Override[] | null = parsePoint(text);
  if (overrides === null)
    throw new UsageError(
      `--point ${text}: expected path=value, path=value`,
      "for instance --point 'adapter.rank=8, base=qwen3-8b'",
    );
  return overrides;
}

function shardOf(args: Arguments): Shard | null {
  if (args.shard === undefined) return null;
  const shard = parseShard(args.shard as string);
  if (shard === null)
    throw new UsageError(`--shard ${args.shard}: expected i/n with i from 1 to n`, 'for instance --shard 1/8');
  return shard;
}

async function executorOf(args: Arguments): Promise<Executor> {
  if (args.executor === undefined) return new LocalExecutor({ jobs: wholeNumber(args, 'jobs') ?? 1 });
  const { RedisExecutor } = await import('../../study/redis-executor.ts');
  return new RedisExecutor(redisUrl(args.executor as string), toolIdentity(version()));
}

const replicationText = ({ replications }: Study, replication: number): string =>
  replications === 1 ? '' : `, replication ${replication}`;

function dryRun(study: Study, shard: Shard | null, { terminal, json }: Context): void {
  const points = study.points.filter(({ index }) => shard === null || index % shard.of === shard.part - 1);
  if (json) {
    terminal.outJson(
      points.map(({ index, overrides, replication, scenario, id }) => ({
        index,
        values: Object.fromEntries(overrides.map(({ path, value }) => [path, value])),
        replication,
        seed: scenario.seed,
        run_hash: id,
      })),
    );
    return;
  }
  const rows = points.map(({ index, overrides, scenario }) => [String(index), settingText(overrides), scenario.seed]);
  terminal.out(`${studyName(study)}: ${study.settings.length} settings × ${study.replications}\n`);
  terminal.out(table(rows, { header: ['point', 'setting', 'seed'], right: [0], indent: 2, ...terminal.results }));
}

function printShard({ of, part }: Shard, folder: string, args: Arguments, { terminal, json }: Context): void {
  if (json) {
    terminal.outJson({ folder, shard: { part, of } });
    return;
  }
  const all = folder.replace(/shard-\d+-of-/, 'shard-*-of-');
  terminal.out(`${folder}\n`);
  terminal.out(`shard ${part} of ${of} is finished; when all are: mint-bench merge ${all}${outOption(args)}\n`);
}

const outOption = ({ out }: Arguments): string => (out === 'reports/studies' ? '' : ` --out ${quote(out as string)}`);
