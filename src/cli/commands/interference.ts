/**
 * `interference <scenario>`: where the time that requests lose to one another comes from. Each mechanism is switched off alone, then
 * all together; what is left of the sum is their interaction. With a flash crowd: the old tenants before, during and after it.
 */

import { assumptions } from '../../report/assumptions.ts';
import { blocksOf, STRUCTURED } from '../../report/blocks.ts';
import type { InterferenceRow } from '../../report/figures/figure.ts';
import type { StudyRun } from '../../report/run-data.ts';
import { PLAIN, table } from '../../report/text-table.ts';
import { scenarioHash } from '../../scenario/hash.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { type Interference, interference } from '../../study/interference/interference.ts';
import { PARTS } from '../../study/interference/loss.ts';
import { MECHANISM_KEYS, MECHANISMS, type MechanismKey } from '../../study/interference/mechanisms/index.ts';
import { type AroundCrowd, aroundCrowd, oldTenants, PHASES } from '../../study/interference/phases.ts';
import { planStudy, type Setting, type Study, valueText } from '../../study/points.ts';
import { scenarioAt, smallerText } from '../../study/search-space.ts';
import type { Arguments, Command, Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { interferenceHeadline } from '../headlines/interference.ts';
import {
  type InterferencePrint,
  interferenceDetails,
  interferenceText,
  mechanismName,
  PART_NAMES,
} from '../interference-text.ts';
import { SET_OPTION, scenarioPath, wholeNumber } from '../load.ts';
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

export const command: Command = {
  positionals: {
    scenario: { type: 'string', describe: 'Scenario file, or name of a shipped scenario', completes: 'scenarios' },
  },
  options: {
    cohort: {
      type: 'string',
      describe: 'Whose requests; the first cohort without a flash crowd of its own by default, all: everybody’s',
    },
    only: { type: 'string', describe: 'Keys of the mechanisms to switch off, separated by commas; all by default' },
    list: { type: 'boolean', default: false, describe: 'List the mechanisms, and which play a part here, and stop' },
    ...SMALLER_OPTIONS,
    set: SET_OPTION,
    ...POINTS_OPTIONS,
  },
  examples: [
    ['interference interference-links', 'what contention on the shared disk costs a request'],
    ['interference 1M --scale 8 --search-set duration=1h --search-set warmup=10min', 'a large one on an eighth of it'],
    ['interference interference-admission', 'old tenants before, while and after new adapters arrive'],
  ],
  async run(args, context) {
    const varied = { fixed: fixedOf(args), axes: [] };
    const file = scenarioPath(args.scenario as string);
    const study = planStudy({ file, varied, listed: [[]], replications: wholeNumber(args, 'replications') });
    const smaller = smallerOf(args);
    const scenario = scenarioAt(study.source, [], smaller);
    const { replications } = study;
    const cohort = cohortOf(args, scenario);
    const only = onlyOf(args);
    if (args.list === true) return list(scenario, cohort, context);
    const again = reproduceLine('interference', args, [
      ...['cohort', 'only', 'scale', 'search-set', 'set', 'seed', 'replications'],
    ]);
    const old = oldTenants(scenario);
    const settings = old === null ? [] : settingsAround(study, planStudy({ file, varied, replications: 1 }), smaller);
    const identity = {
      ...{ scenario: scenarioHash(scenario), smaller, replications, cohort, only },
      settings: settings.map((one) => scenarioHash(one.scenario)),
    };
    const { found, crowd, runs, folder } = await withSearch(
      args,
      context,
      { kind: 'interference', name: scenario.name, identity, command: again, replications, scenario },
      async ({ trials, folder: into }) => ({
        found: await interference({ scenario, cohort, only, trials }),
        crowd: old === null ? [] : await aroundCrowd(settings, old, trials),
        runs: trials.simulated + trials.kept,
        folder: into,
      }),
    );
    const print: InterferencePrint = {
      ...{ found, crowd, name: scenario.name, smaller: smallerText(smaller), replications, runs },
      ...context.terminal.results,
    };
    const document = documentOf(print, again);
    folder.write('interference.json', `${JSON.stringify(document, null, 2)}\n`);
    const whose = cohort === 'all' ? 'all requests' : `cohort ${cohort}`;
    await finishSearch(
      folder,
      {
        kind: 'interference',
        ...{ name: scenario.name, description: scenario.description, command: again },
        source: [scenario.name, whose, print.smaller].filter(Boolean).join(', '),
        text: interferenceText({ ...print, ...PLAIN }),
        ...interferenceHeadline(print),
        blocks: blocksOf(interferenceDetails({ ...print, ...STRUCTURED })),
        assumptions: assumptions({ ...scenario, replications }),
        figures: [
          { scope: 'interference', id: 'ablation', input: rowsOf(found) },
          ...(crowd.length === 0 ? [] : [{ scope: 'study', id: 'admission-tail', input: studyRunsOf(crowd) } as const]),
        ],
      },
      args,
      context,
    );
    if (context.json) {
      context.terminal.outJson(document);
    } else {
      const { terminal } = context;
      terminal.out(interferenceText(print));
      terminal.out(`\n${runs} runs\n`);
      printPlaces(folder, 'interference.json', again, context);
    }
    return EXIT.ok;
  },
};

function cohortOf(args: Arguments, scenario: Scenario): string {
  const names = scenario.population.cohorts.map(({ name }) => name);
  const asked = args.cohort as string | undefined;
  if (asked === undefined) return oldTenants(scenario) ?? names[0];
  if (asked !== 'all' && !names.includes(asked))
    throw new UsageError(
      `--cohort: ${scenario.name} has no cohort ${JSON.stringify(asked)}`,
      `its cohorts: ${names.join(', ')}; all for everybody`,
    );
  return asked;
}

function onlyOf(args: Arguments): MechanismKey[] {
  if (args.only === undefined) return [];
  const keys = (args.only as string).split(',').map((key) => key.trim());
  const unknown = keys.find((key) => !MECHANISM_KEYS.includes(key as MechanismKey));
  if (unknown !== undefined)
    throw new UsageError(
      `--only: there is no mechanism ${JSON.stringify(unknown)}`,
      `mechanisms: ${MECHANISM_KEYS.join(', ')}`,
    );
  return keys as MechanismKey[];
}

/** Every setting of the scenario's own sweep, for the phases; the scenario itself where it has none. */
function settingsAround(study: Study, swept: Study, smaller: ReturnType<typeof smallerOf>) {
  return swept.settings.map((setting) => ({
    setting: settingName(setting, swept.settings),
    scenario: scenarioAt(study.source, setting, smaller),
  }));
}

/** "builds_per_step 4"; of values that are objects, only the fields in which the settings differ. */
function settingName(setting: Setting, all: readonly Setting[]): string {
  return setting
    .map(({ path, value }, axis) => {
      if (!isObject(value)) return `${path.split('.').at(-1)} ${valueText(value)}`;
      const others = all.map((one) => one[axis].value as Fields);
      const differing = Object.keys(value).filter((key) => others.some((one) => one[key] !== value[key]));
      return differing.map((key) => `${key} ${valueText(value[key])}`).join(', ');
    })
    .join(', ');
}

type Fields = Readonly<Record<string, unknown>>;
const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function list(scenario: Scenario, cohort: string, { terminal, json }: Context) {
  const mechanisms = MECHANISM_KEYS.map((key) => {
    const { label, summary, source, metric, off } = MECHANISMS[key];
    return { key, label, summary, source, metric, plays_a_part: off(scenario, cohort) !== null };
  });
  if (json) {
    terminal.outJson(mechanisms);
  } else {
    const rows = mechanisms.map(({ key, plays_a_part, metric, summary }) => [
      ...[key, plays_a_part ? 'yes' : 'no', metric, summary],
    ]);
    terminal.out(table(rows, { header: ['mechanism', 'here', 'shows in', 'switched off'], ...terminal.results }));
  }
  return EXIT.ok;
}

/** Bars of lost time: as it stands, without each, without all, and the interaction. */
function rowsOf({ asked }: Interference): InterferenceRow[] {
  const { base, mechanisms, together, residual } = asked;
  // Without those that change nothing: their bars are the first one again.
  const moving = Object.entries(mechanisms).filter(([, { effect }]) =>
    PARTS.some((part) => Math.abs(effect[part]?.value ?? 0) > 1e-6),
  );
  const bars = [
    { kind: 'base', bar: 'as it stands', values: base?.losses ?? null },
    ...moving.map(([key, { without }]) => ({
      ...{ kind: 'off' as const, bar: `without ${mechanismName(key as MechanismKey)}`, values: without },
    })),
    { kind: 'all', bar: 'without all of them', values: together?.without ?? null },
    { kind: 'residual', bar: 'interaction', values: residual },
  ] as const;
  return bars.flatMap(({ kind, bar, values }) =>
    PARTS.flatMap((part): InterferenceRow[] => {
      const milliseconds = values?.[part]?.value;
      const whole = base?.losses.lost_ms?.value;
      if (milliseconds === undefined || whole === undefined) return [];
      return [{ kind, bar, part: PART_NAMES[part], milliseconds, whole }];
    }),
  );
}

const studyRunsOf = (crowd: readonly AroundCrowd[]): StudyRun[] =>
  crowd.flatMap(({ setting, phases }) =>
    PHASES.map((phase) => ({
      label: [setting, phase].filter(Boolean).join(', '),
      params: { phase, ...(crowd.length > 1 ? { setting } : {}) },
      // The figure speaks of old tenants alone.
      summary: phases[phase].map((row) => ({ ...row, cohort: 'all' })),
    })),
  );

function documentOf({ found, crowd, name, smaller, replications, runs }: InterferencePrint, again: string) {
  return {
    schema_version: 1,
    provenance: 'simulated',
    kind: 'interference',
    scenario: name,
    command: again,
    simulated: smaller === '' ? 'whole' : smaller,
    replications,
    runs,
    mechanisms: Object.fromEntries(MECHANISM_KEYS.map((key) => [key, describe(key)])),
    absent: found.absent,
    cohort: found.asked,
    other_cohorts: found.others,
    around_crowd: crowd.map(({ setting, cohort, phases, newcomers, interference_ratio }) => ({
      setting,
      cohort,
      interference_ratio,
      phases,
      newcomers,
    })),
  };
}

function describe(key: MechanismKey) {
  const { label, summary, source, metric } = MECHANISMS[key];
  return { label, summary, source, metric };
}
