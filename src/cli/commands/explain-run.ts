/**
 * `explain-run <run|scenario>`: the few parameters that a headline rests on. Each uncertain one is taken to both ends of its
 * stated range; a tornado of what changes, and a warning where the verdict does.
 */

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { metricNamed } from '../../metrics/catalog/index.ts';
import { assumptions } from '../../report/assumptions.ts';
import { blocksOf, STRUCTURED } from '../../report/blocks.ts';
import type { SensitivityRow } from '../../report/figures/figure.ts';
import { fold, PLAIN, table } from '../../report/text-table.ts';
import { scenarioHash } from '../../scenario/hash.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { HEADLINE } from '../../study/compare/judge.ts';
import { type Explained, explainRun, parametersOf } from '../../study/explain-run.ts';
import { planStudy } from '../../study/points.ts';
import { scenarioAt, smallerText } from '../../study/search-space.ts';
import { beyondOf, endsOf, UNCERTAINTIES } from '../../study/uncertainties/index.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { sensitivityHeadline } from '../headlines/sensitivity.ts';
import { SET_OPTION, scenarioPath, wholeNumber } from '../load.ts';
import { metricNames } from '../metric-names.ts';
import { POINTS_OPTIONS } from '../options.ts';
import { UsageError } from '../parse.ts';
import {
  finishSearch,
  fixedOf,
  printPlaces,
  reproduceLine,
  SMALLER_OPTIONS,
  smallerOf,
  withSearch,
} from '../search.ts';
import {
  beyondText,
  nothingIn,
  parameterText,
  type SensitivityPrint,
  sensitivityDetails,
  sensitivityText,
} from '../sensitivity-text.ts';

/** The range of so many joint draws is expected to hold nine of ten others: (n − 1)/(n + 1). */
const DRAWS = 20;

export const command: Command = {
  positionals: {
    run: {
      type: 'string',
      describe: 'Run folder, scenario file, or name of a shipped scenario',
      completes: 'files',
    },
  },
  options: {
    metric: {
      type: 'string',
      completes: 'metrics',
      describe:
        "Metrics to explain, separated by commas; 'headline': what runs are compared by; those of the thresholds by default",
    },
    only: { type: 'string', describe: 'Keys of the parameters to vary, separated by commas; all by default' },
    draws: {
      type: 'number',
      default: DRAWS,
      describe: 'Joint draws: all parameters at once, each from its range; 0 for none',
    },
    list: { type: 'boolean', default: false, describe: 'List the parameters, their ranges and sources, and stop' },
    ...SMALLER_OPTIONS,
    set: SET_OPTION,
    ...POINTS_OPTIONS,
  },
  examples: [
    ['explain-run smoke --replications 3', 'what its thresholds rest on'],
    ['explain-run reports/runs/smoke-bbee3d9821 --metric ttft_ms_p99', 'the headline of a finished run'],
    ['explain-run 1M --list', 'what is uncertain in it, how much, and says who'],
  ],
  async run(args, context) {
    const study = planStudy({
      file: fileOf(args.run as string),
      varied: { fixed: fixedOf(args), axes: [] },
      listed: [[]],
      replications: wholeNumber(args, 'replications'),
    });
    const smaller = smallerOf(args);
    const scenario = scenarioAt(study.source, [], smaller);
    const { replications } = study;
    const metrics = metricsOf(args, scenario);
    const only = onlyOf(args);
    const draws = drawsOf(args);
    if (args.list === true) return list(scenario, metrics, only, context);
    const again = reproduceLine('explain-run', args, [
      ...[
        'metric',
        'only',
        ...(draws === DRAWS ? [] : ['draws']),
        'scale',
        'search-set',
        'set',
        'seed',
        'replications',
      ],
    ]);
    const identity = { scenario: scenarioHash(scenario), smaller, replications };
    const { explained, runs, folder } = await withSearch(
      args,
      context,
      { kind: 'sensitivity', name: scenario.name, identity, command: again, replications, scenario },
      async ({ trials, folder: into }) => ({
        explained: await explainRun({
          ...{ scenario, metrics, only, draws, trials },
          onEmpty: (empty) => context.quiet || context.terminal.err(`${nothingIn(empty)}\n`),
        }),
        runs: trials.simulated + trials.kept,
        folder: into,
      }),
    );
    const print: SensitivityPrint = {
      ...{ explained, name: scenario.name, smaller: smallerText(smaller), replications, runs },
      ...context.terminal.results,
    };
    const document = documentOf(print, again);
    folder.write('sensitivity.json', `${JSON.stringify(document, null, 2)}\n`);
    await finishSearch(
      folder,
      {
        kind: 'sensitivity',
        ...{ name: scenario.name, description: scenario.description, command: again },
        source: `${scenario.name}${print.smaller === '' ? '' : `, ${print.smaller}`}`,
        text: sensitivityText({ ...print, ...PLAIN }),
        ...sensitivityHeadline(print),
        blocks: blocksOf(sensitivityDetails({ ...print, ...STRUCTURED })),
        assumptions: assumptions({ ...scenario, replications }),
        figures: [{ scope: 'sensitivity', id: 'tornado', input: rowsOf(explained) }],
      },
      args,
      context,
    );
    if (context.json) {
      context.terminal.outJson(document);
    } else {
      const { terminal } = context;
      terminal.out(sensitivityText(print));
      terminal.out(`\n${runs} runs\n`);
      printPlaces(folder, 'sensitivity.json', again, context);
    }
    return EXIT.ok;
  },
};

/** A run folder stands for the scenario that it resolved. */
function fileOf(written: string): string {
  const resolved = [written, join('reports', 'runs', written)].map((folder) => join(folder, 'scenario.resolved.yaml'));
  return resolved.find((file) => existsSync(file)) ?? scenarioPath(written);
}

function metricsOf(args: Arguments, { thresholds }: Scenario): string[] {
  const own = [...new Set(thresholds.map(({ metric }) => metric))];
  if (args.metric === undefined) return own.length === 0 ? ['ttft_ms_p99'] : own;
  const written = (args.metric as string).replaceAll(/\bheadline\b/g, HEADLINE.join(','));
  return [...new Set(metricNames('--metric', written))];
}

function drawsOf({ draws }: Arguments): number {
  if (!Number.isInteger(draws) || (draws as number) < 0)
    throw new UsageError('--draws must be a whole number of at least 0');
  return draws as number;
}

function onlyOf(args: Arguments): string[] {
  if (args.only === undefined) return [];
  const keys = (args.only as string).split(',').map((key) => key.trim());
  const unknown = keys.find((key) => !UNCERTAINTIES.some((one) => one.key === key));
  if (unknown !== undefined)
    throw new UsageError(
      `--only: there is no parameter ${JSON.stringify(unknown)}`,
      'mint-bench explain-run … --list has them',
    );
  return keys;
}

function list(scenario: Scenario, metrics: readonly string[], only: readonly string[], { terminal, json }: Context) {
  const parameters = parametersOf(scenario, metrics, only).map(({ parameter, value }) => {
    const [low, high] = endsOf(parameter, value);
    return {
      key: parameter.key,
      label: parameter.label,
      unit: parameter.unit,
      low,
      value,
      high,
      beyond: beyondOf(parameter, value),
      source: parameter.source,
    };
  });
  if (json) {
    terminal.outJson(parameters);
  } else {
    const { width, style } = terminal.results;
    const rows = parameters.map(({ key, unit, low, value, high }) => [
      key,
      ...[low, value, high].map((one) => parameterText(unit, one)),
    ]);
    const [header, ...lines] = table(rows, {
      ...{ header: ['parameter', 'low', 'here', 'high'], right: [1, 2, 3], width, style },
    }).split('\n');
    // Sources are sentences: each stands below its parameter, over the whole width.
    const below = parameters.map(({ unit, value, beyond, source }) =>
      fold(beyond === null ? source : `${beyondText(unit, value, beyond)}; ${source}`, width, '    '),
    );
    terminal.out([`${header}\n`, ...parameters.map((_, i) => `${lines[i]}\n${below[i]}`)].join(''));
  }
  return EXIT.ok;
}

function rowsOf({ byMetric, thresholds, joint }: Explained): SensitivityRow[] {
  return [...byMetric].flatMap(([metric, { base, effects }]) => {
    const bound = thresholds.find((threshold) => threshold.metric === metric)?.value ?? null;
    const common = { metric, unit: metricNamed(metric)?.unit ?? '', base, bound };
    const ends = effects.flatMap((effect) =>
      (['low', 'high'] as const).map(
        (end): SensitivityRow => ({
          ...{ parameter: effect.label, end: end === 'low' ? 'low end' : 'high end', at: effect.at[end] },
          ...{ text: parameterText(effect.unit, effect[end].value), ...common },
        }),
      ),
    );
    const draws = (joint?.byMetric.get(metric) ?? []).map(
      (at): SensitivityRow => ({ parameter: 'all together', end: 'joint draw', text: '', at, ...common }),
    );
    return [...ends, ...draws];
  });
}

function documentOf({ explained, name, smaller, replications, runs }: SensitivityPrint, again: string) {
  const { byMetric, empty, thresholds, base, flips, joint } = explained;
  return {
    schema_version: 2,
    provenance: 'simulated',
    kind: 'sensitivity',
    scenario: name,
    command: again,
    simulated: smaller === '' ? 'whole' : smaller,
    replications,
    runs,
    thresholds,
    passes: base.passes,
    held: base.held,
    metrics: Object.fromEntries(
      [...byMetric].map(([metric, { base: center, effects, dominant }]) => [
        metric,
        { base: center, dominant, effects, joint: joint?.byMetric.get(metric) ?? null },
      ]),
    ),
    empty,
    joint_draws: joint?.draws ?? null,
    flips,
  };
}
