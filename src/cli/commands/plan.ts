/**
 * `plan <scenario>`: the cheapest configuration of given axes that meets the thresholds, what binds it, and the line that checks
 * it. Exit code 10 where none does.
 */

import { assumptions } from '../../report/assumptions.ts';
import { blocksOf, STRUCTURED } from '../../report/blocks.ts';
import type { PlanRow } from '../../report/figures/figure.ts';
import { PLAIN } from '../../report/text-table.ts';
import { scenarioHash } from '../../scenario/hash.ts';
import { splitList } from '../../study/axes.ts';
import { OBJECTIVES, type PlanResult, plan } from '../../study/plan.ts';
import { planStudy } from '../../study/points.ts';
import { parseAxis } from '../../study/range.ts';
import { scenarioAt, smallerText, withThresholds } from '../../study/search-space.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { planHeadline } from '../headlines/plan.ts';
import { SET_OPTION, scenarioPath, wholeNumber } from '../load.ts';
import { POINTS_OPTIONS } from '../options.ts';
import { UsageError } from '../parse.ts';
import { checkLine, type PlanPrint, planDetails, planText, priceText } from '../plan-text.ts';
import {
  finishSearch,
  fixedOf,
  printPlaces,
  reproduceLine,
  SMALLER_OPTIONS,
  smallerOf,
  withSearch,
} from '../search.ts';

export const command: Command = {
  positionals: {
    scenario: { type: 'string', describe: 'Scenario file, or name of a shipped one', completes: 'scenarios' },
  },
  options: {
    axis: {
      type: 'string',
      completes: 'fields',
      array: true,
      default: [] as string[],
      describe: 'What may be chosen: path=a,b,c or path=8..64:8; may be repeated',
    },
    meet: {
      type: 'string',
      describe: "Thresholds to meet, such as 'ttft_ms_p99 < 2s'; the scenario's own by default",
    },
    cost: {
      type: 'string',
      choices: Object.keys(OBJECTIVES),
      default: 'usd_per_hour',
      describe: 'What is kept low: rent of GPUs and nodes, their power, or the number of GPUs',
      completes: Object.keys(OBJECTIVES),
    },
    ...SMALLER_OPTIONS,
    width: { type: 'number', default: 1, describe: 'Configurations tried at once; more take more runs and less time' },
    set: SET_OPTION,
    ...POINTS_OPTIONS,
  },
  examples: [
    ['plan smoke --axis hardware.replicas=2..16', 'how many replicas the thresholds take'],
    [
      "plan 1M --axis hardware.replicas=8..48:8 --meet 'ttft_ms_p99 < 2s' --scale 8",
      'a search on an eighth of the system; the answer is checked whole',
    ],
    ['plan smoke --axis hardware.gpu=l40s,a100-80,h100 --axis hardware.replicas=2..16:2', 'which GPU, and how many'],
  ],
  async run(args, context) {
    const axes = (args.axis as string[]).map(parseAxis);
    if (axes.length === 0)
      throw new UsageError('plan needs at least one --axis', 'for instance --axis hardware.replicas=8..64:8');
    const fixed = fixedOf(args);
    const clash = fixed.find(({ path }) => axes.some((axis) => axis.path === path));
    if (clash !== undefined) throw new UsageError(`${clash.path} is an axis and cannot also be set`);
    const written = args.scenario as string;
    const texts = args.meet === undefined ? [] : splitList(args.meet as string);
    const study = planStudy({
      file: scenarioPath(written),
      varied: { fixed, axes: [] },
      listed: [[]],
      replications: wholeNumber(args, 'replications'),
    });
    const source = withThresholds(study.source, texts);
    const { replications } = study;
    const objective = args.cost as string;
    const smaller = smallerOf(args);
    const width = wholeNumber(args, 'width') ?? 1;
    const base = scenarioAt(source, []);
    const again = reproduceLine('plan', args, [
      'axis',
      'meet',
      ...(objective === 'usd_per_hour' ? [] : ['cost']),
      'scale',
      'search-set',
      'set',
      'seed',
      'replications',
      ...(width === 1 ? [] : ['width']),
    ]);
    const identity = { scenario: scenarioHash(base), axes, objective, smaller, replications, width };
    const { result, runs, folder } = await withSearch(
      args,
      context,
      { kind: 'plan', name: base.name, identity, command: again, replications, scenario: base },
      async ({ trials, folder: into }) => ({
        result: await plan({ source, axes, objective, smaller, width, trials }),
        runs: trials.simulated + trials.kept,
        folder: into,
      }),
    );
    const print: PlanPrint = {
      ...{ result, name: base.name, objective, unit: OBJECTIVES[objective].unit, smaller: smallerText(smaller) },
      ...{ replications, runs, scenario: written, fixed, thresholds: texts, ...context.terminal.results },
    };
    const document = planDocument(print, again);
    folder.write('plan.json', `${JSON.stringify(document, null, 2)}\n`);
    const rows = rowsOf(print);
    await finishSearch(
      folder,
      {
        kind: 'plan',
        ...{ name: base.name, description: base.description, command: again },
        source: `${base.name}${print.smaller === '' ? '' : `, searched at ${print.smaller}`}`,
        text: planText({ ...print, ...PLAIN }),
        ...planHeadline(print),
        blocks: blocksOf(planDetails({ ...print, ...STRUCTURED })),
        assumptions: assumptions({
          ...scenarioAt(source, result.answer === null ? [] : result.candidates[result.answer].setting),
          replications,
        }),
        figures: rows.length === 0 ? [] : [{ scope: 'plan', id: 'plan-candidates', input: rows }],
      },
      args,
      context,
    );
    if (context.json) {
      context.terminal.outJson(document);
    } else {
      context.terminal.out(planText(print));
      printPlaces(folder, 'plan.json', again, context);
    }
    return result.answer === null ? EXIT.threshold : EXIT.ok;
  },
};

/** Configurations that were simulated, and so have values; `objective` as a price stands behind each. */
function rowsOf({ result, objective, unit }: PlanPrint): PlanRow[] {
  const { candidates, answer, thresholds } = result;
  return candidates.flatMap(({ setting, price, state, rows }, at) => {
    if (state === null) return [];
    const short = setting.map(({ path, value }) => `${path.split('.').at(-1)} ${value}`).join(', ');
    return thresholds.flatMap(({ metric, op, value: bound }): PlanRow[] => {
      const row = rows.find((one) => one.metric === metric);
      if (row === undefined || row.value === null) return [];
      return [
        {
          ...{ configuration: `${short}, ${priceText(price, objective, unit)}`, price, metric, unit: row.unit },
          ...{ actual: row.value, lo: row.lo, hi: row.hi, bound, op },
          verdict: at === answer ? 'answer' : state,
        },
      ];
    });
  });
}

const valuesOf = (setting: PlanResult['candidates'][number]['setting']) =>
  Object.fromEntries(setting.map(({ path, value }) => [path, value]));

function planDocument(print: PlanPrint, again: string) {
  const { result, name, objective, unit, smaller, replications, runs } = print;
  const { candidates, answer, thresholds, failing, invalid, contradictions, misled, monotone } = result;
  return {
    schema_version: 1,
    provenance: 'simulated',
    kind: 'plan',
    scenario: name,
    command: again,
    objective: { name: objective, unit },
    meet: thresholds,
    replications,
    search: smaller === '' ? 'whole' : smaller,
    runs,
    answer:
      answer === null
        ? null
        : {
            values: valuesOf(candidates[answer].setting),
            price: candidates[answer].price,
            headroom: result.headroom,
            check: checkLine(print, candidates[answer]),
          },
    binding: failing.map(({ candidate, binding, differs }) => ({
      values: valuesOf(candidates[candidate].setting),
      price: candidates[candidate].price,
      failing: candidates[candidate].failing,
      failure: candidates[candidate].failure,
      differs,
      binding,
    })),
    configurations: candidates.map(({ setting, price, state, how, inferredFrom, failing: broken, failure, rows }) => ({
      values: valuesOf(setting),
      price,
      verdict: state,
      known_by: how,
      inferred_from: inferredFrom === null ? null : valuesOf(candidates[inferredFrom].setting),
      failing: broken,
      failure,
      metrics: Object.fromEntries(
        rows.map(({ metric, unit: of, value, lo, hi }) => [metric, { unit: of, value, lo, hi }]),
      ),
    })),
    invalid: invalid.map(({ setting, reason }) => ({ values: valuesOf(setting), reason })),
    monotone,
    contradictions: contradictions.map(({ candidate, inferredFrom, passes }) => ({
      values: valuesOf(candidates[candidate].setting),
      inferred_from: inferredFrom === null ? null : valuesOf(candidates[inferredFrom].setting),
      passes,
    })),
    misled: misled.map(({ candidate, probe }) => ({
      values: valuesOf(candidates[candidate].setting),
      search_said: probe,
    })),
  };
}
