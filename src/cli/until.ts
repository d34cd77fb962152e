/** `sweep --until`: not the points of an axis but the place on it where thresholds break, for every setting of the other axes. */

import { assumptions } from '../report/assumptions.ts';
import { blocksOf, STRUCTURED } from '../report/blocks.ts';
import type { KneeRow } from '../report/figures/figure.ts';
import type { StudyRun } from '../report/run-data.ts';
import { PLAIN } from '../report/text-table.ts';
import { scenarioHash } from '../scenario/hash.ts';
import { splitAxes, splitList } from '../study/axes.ts';
import { findKnees, type KneeResult } from '../study/knee.ts';
import { planStudy, type Setting, type StudySource, settingsOf, settingText } from '../study/points.ts';
import { bytesOf, isRange, parseAxis, type Range } from '../study/range.ts';
import { decisive, type Smaller, scenarioAt, smallerText, withThresholds } from '../study/search-space.ts';
import type { Arguments, Context } from './command.ts';
import { EXIT } from './exit-codes.ts';
import { kneeHeadline } from './headlines/knee.ts';
import { kneeDetails, kneeText } from './knee-text.ts';
import { scenarioPath, wholeNumber } from './load.ts';
import { UsageError } from './parse.ts';
import { finishSearch, fixedOf, printPlaces, reproduceLine, SMALLER_OPTIONS, smallerOf, withSearch } from './search.ts';

export const UNTIL_OPTIONS = {
  until: {
    type: 'string',
    describe:
      "Search --axis for the knee: 'slo' for the scenario's thresholds, or 'ttft_ms_p99 < 2s, slo_attainment >= 99%'",
  },
  axis: {
    type: 'string',
    array: true,
    default: [] as string[],
    describe: 'With --until: the axis to search, path=10/s..1000/s or path=8..64:8',
  },
  resolution: { type: 'string', default: '5%', describe: 'With --until: how narrow the knee is to be bracketed' },
  coarse: { type: 'number', default: 6, describe: 'With --until: first values along the axis' },
  most: { type: 'number', default: 40, describe: 'With --until: most values of the axis for each setting' },
  ...SMALLER_OPTIONS,
} as const;

/** Metrics that are printed beside those of the thresholds. */
const HEADLINE = ['goodput_rps', 'ttft_ms_p99', 'tpot_ms_p99', 'replica_utilisation', 'kv_utilisation'];

/** Options of a sweep that a search cannot keep, and why not. */
const NOT_OF_A_SEARCH: Readonly<Record<string, string>> = {
  shard: 'each value that a search tries follows from those before it: it has no parts',
  executor: 'a search tries a few values at a time, on the processors here (--jobs)',
  point: 'name one axis to search with --axis; --set takes lists for the others',
  'dry-run': 'which values a search tries is known when it has tried them',
};

export async function runUntil(args: Arguments, context: Context): Promise<number> {
  for (const [name, why] of Object.entries(NOT_OF_A_SEARCH)) {
    const given = args[name];
    if (given !== undefined && given !== false && !(Array.isArray(given) && given.length === 0))
      throw new UsageError(`--${name} does not go with --until`, why);
  }
  const { axis, source, settings, replications } = spaceOf(args);
  const smaller = smallerOf(args);
  const coarse = wholeNumber(args, 'coarse') ?? 6;
  if (coarse < 3)
    throw new UsageError('--coarse must be at least 3: fewer values cannot show that a threshold recovers');
  const most = Math.max(coarse, wholeNumber(args, 'most') ?? 40);
  const resolution = resolutionOf(args.resolution as string);
  const first = scenarioAt(source, settings[0], smaller);
  const thresholds = decisive(first, '--until');
  const again = reproduceLine('sweep', args, [
    'set',
    'seed',
    'until',
    'axis',
    'replications',
    'resolution',
    'coarse',
    'most',
    'scale',
    'search-set',
  ]);
  const identity = { scenario: scenarioHash(first), axis, settings, thresholds, replications, smaller };
  const { result, folder, simulated } = await withSearch(
    args,
    context,
    { kind: 'knee', name: first.name, identity, command: again, replications, scenario: first },
    async ({ trials, folder }) => ({
      result: await findKnees({ source, axis, settings, coarse, resolution, most, smaller, trials }),
      folder,
      simulated: trials.simulated + trials.kept,
    }),
  );
  const note = smallerText(smaller);
  const document = kneeDocument(result, { name: first.name, command: again, smaller, resolution, replications });
  folder.write('knee.json', `${JSON.stringify(document, null, 2)}\n`);
  const print = { result, name: first.name, smaller: note, metrics: HEADLINE };
  const runs = studyRuns(result, smaller);
  await finishSearch(
    folder,
    {
      kind: 'knee',
      ...{ name: first.name, description: first.description, command: again },
      source: `${first.name}${note === '' ? '' : `, ${note}`}`,
      text: kneeText({ ...print, ...PLAIN }),
      ...kneeHeadline(print),
      blocks: blocksOf(kneeDetails({ ...print, ...STRUCTURED })),
      assumptions: assumptions({ ...first, replications }),
      figures: [
        { scope: 'knee', id: 'knee', input: kneeRows(result) },
        ...(runs.length === 0 ? [] : [{ scope: 'study', id: 'goodput-load', input: runs } as const]),
      ],
    },
    args,
    context,
  );
  if (context.json) {
    context.terminal.outJson(document);
  } else {
    const { terminal } = context;
    terminal.out(kneeText({ ...print, ...terminal.results }));
    terminal.out(`\n${simulated} runs\n`);
    printPlaces(folder, 'knee.json', again, context);
  }
  return EXIT.ok;
}

function resolutionOf(written: string): number {
  const value = Number(written.trim().replace(/%$/, '')) / (written.trim().endsWith('%') ? 100 : 1);
  if (!(value > 0 && value < 1))
    throw new UsageError(`--resolution ${written}: expected a share such as 5%`, 'the knee is bracketed this narrowly');
  return value;
}

function spaceOf(args: Arguments): { axis: Range; source: StudySource; settings: Setting[]; replications: number } {
  const axes = (args.axis as string[]).map(parseAxis);
  const ranges = axes.filter(isRange);
  if (ranges.length !== 1) {
    throw new UsageError(
      `--until searches one range, and --axis gives ${ranges.length === 0 ? 'none' : ranges.length}`,
      'for instance --axis population.rate=10/s..1000/s; other axes are lists, --set adapter.rank=8,64',
    );
  }
  const [axis] = ranges;
  const varied = splitAxes(fixedOf(args));
  const lists = axes.flatMap((one) => (isRange(one) ? [] : [one]));
  const clash = [...varied.fixed, ...varied.axes, ...lists].find(({ path }) => path === axis.path);
  if (clash !== undefined) throw new UsageError(`${axis.path} is the axis to search and cannot also be set`);
  const study = planStudy({
    file: scenarioPath(args.scenario as string),
    // The axis under search is none of the grid, whatever the scenario's own sweep says.
    varied: { fixed: varied.fixed, axes: [...varied.axes, ...lists] },
    replications: wholeNumber(args, 'replications'),
  });
  const kept = study.settings.map((setting) => setting.filter(({ path }) => path !== axis.path));
  const unique = [...new Map(kept.map((setting) => [settingText(setting), setting])).values()];
  const until = (args.until as string).trim();
  const texts = until === 'slo' ? [] : splitList(until);
  return {
    axis,
    source: withThresholds(study.source, texts),
    settings: unique.length === 0 ? settingsOf([]) : unique,
    replications: study.replications,
  };
}

function kneeRows({ axis, thresholds, settings }: KneeResult): KneeRow[] {
  // Bytes are drawn in the unit that suits their size, whatever they were written in.
  const bytes = bytesOf(axis);
  const drawn = (value: number) => value * (bytes ?? 1);
  return settings.flatMap(({ setting, points, bracket }) =>
    thresholds.flatMap(({ metric, value: bound, op }) =>
      points.flatMap(({ value, holds, rows }): KneeRow[] => {
        const row = rows.find((one) => one.metric === metric);
        if (row === undefined || row.value === null) return [];
        return [
          {
            setting: settingText(setting),
            axis: axis.path,
            axisUnit: bytes === null ? axis.unit : 'B',
            value: drawn(value),
            metric,
            unit: row.unit,
            actual: row.value,
            lo: row.lo,
            hi: row.hi,
            bound,
            op,
            holds: holds.filter(Boolean).length / holds.length,
            below: bracket.bracket === null ? null : drawn(bracket.bracket.below),
            above: bracket.bracket === null ? null : drawn(bracket.bracket.above),
          },
        ];
      }),
    ),
  );
}

/** For the figure of goodput against load: only where the axis changes the load. A smaller system's rates stand for the whole. */
function studyRuns({ axis, settings }: KneeResult, { scale }: Smaller): StudyRun[] {
  if (!/(^|\.)(rate|rate_per_user|users|clients)$/.test(axis.path)) return [];
  return settings.flatMap(({ setting, points, bracket: { bracket, side } }) =>
    points.flatMap(({ value, text, rows, offeredRps }): StudyRun[] => {
      if (offeredRps === null) return [];
      const params = Object.fromEntries(setting.map(({ path, value }) => [path, String(value)]));
      const times = (value: number | null) => (value === null ? null : value * scale);
      const whole = rows.map((row) =>
        row.metric === 'goodput_rps' ? { ...row, value: times(row.value), lo: times(row.lo), hi: times(row.hi) } : row,
      );
      return [
        {
          label: `${settingText(setting)} ${text}`,
          params: { ...params, offered_rps: offeredRps },
          kept: bracket !== null && value === (side === 'below' ? bracket.below : bracket.above),
          summary: whole,
        },
      ];
    }),
  );
}

function kneeDocument(
  { axis, thresholds, settings, seeds }: KneeResult,
  about: { name: string; command: string; smaller: Smaller; resolution: number; replications: number },
) {
  return {
    schema_version: 1,
    provenance: 'simulated',
    kind: 'knee',
    scenario: about.name,
    command: about.command,
    axis,
    until: thresholds,
    replications: about.replications,
    seeds,
    resolution: about.resolution,
    smaller: about.smaller,
    settings: settings.map(({ setting, bracket, points, brokenBy, binding, headroom, coverage }) => ({
      values: Object.fromEntries(setting.map(({ path, value }) => [path, value])),
      verdict: bracket.verdict,
      holds_side: bracket.side,
      bracket: bracket.bracket,
      mean: bracket.mean,
      median_coverage: coverage,
      crossings: bracket.crossings,
      stretches: bracket.stretches,
      disagreement: bracket.disagreement,
      widest_gap: bracket.widestGap,
      resolved: bracket.resolved,
      broken_by: brokenBy,
      binding,
      headroom,
      points: points.map(({ value, text, holds, failing, failure, rows }) => ({
        value,
        text,
        holds,
        failing,
        failure,
        metrics: Object.fromEntries(
          rows.map(({ metric, unit, value: mean, lo, hi }) => [metric, { unit, value: mean, lo, hi }]),
        ),
      })),
    })),
  };
}
