/** What a scenario resolves to before anything is simulated: sizes, memory, offered load. */
import { metricNamed } from '../metrics/catalog/index.ts';
import { formatMetric, operatorSign } from '../report/format.ts';
import { FAMILIES } from '../run/families.ts';
import { type AdapterFootprint, adapterFootprint, rankClasses } from '../scenario/geometry.ts';
import { type EngineSetting, engineSettings } from '../scenario/presets/engines/apply.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { servingSchema } from '../scenario/schema/serving.ts';
import { adaptersOf, requestRate } from '../scenario/volume.ts';
import { planMemory } from '../sim/cost/memory.ts';
import type { MemoryPlan } from '../sim/cost/step-cost.ts';
import { type AdaptersFit, adaptersFit, fitText } from './adapters-fit.ts';
import { formatBytes, formatCount, formatSeconds } from './format.ts';
import { scenarioNotes } from './scenario-notes.ts';

export interface Plan {
  name: string;
  users: number;
  adapters: number;
  /** Requests a second of all cohorts, and over the whole run; before diurnal shape and flash crowds. */
  requests_per_second: number;
  requests: number;
  duration_s: number;
  replicas: number;
  cells: number;
  gpus: number;
  gpu: string;
  base: string;
  /** What `serving.engine` sets, and whether the scenario says otherwise; absent where no engine is named. */
  engine?: { name: string; settings: EngineSetting[] };
  /** What a reader should know of the engine preset here. */
  notes: string[];
  adapters_by_rank: AdapterFootprint[];
  fit: AdaptersFit;
  /** Of one replica. */
  memory: MemoryPlan;
  /** What is asked for, with the units that bare numbers of the scenario were taken in. */
  objectives: { name: string; times: string }[];
  thresholds: string[];
  /** Runs: points of the sweep times replications. */
  points: number;
  replications: number;
}

/** Throws a UserError where the base does not fit on its GPUs. */
export function planOf(scenario: Scenario): Plan {
  const { population, hardware } = scenario;
  const rate = requestRate(population);
  const { tensor, pipeline } = hardware.parallel;
  return {
    name: scenario.name,
    users: population.users,
    adapters: adaptersOf(population.users, population),
    requests_per_second: rate,
    requests: Math.round(rate * scenario.duration),
    duration_s: scenario.duration,
    replicas: hardware.replicas,
    cells: hardware.cells,
    gpus: hardware.replicas * tensor * pipeline,
    gpu: hardware.gpu.name,
    base: scenario.base.name,
    ...engineOf(scenario),
    notes: scenarioNotes(scenario),
    adapters_by_rank: rankClasses(scenario).map((rank) => adapterFootprint(scenario, rank)),
    fit: adaptersFit(scenario),
    memory: planMemory(scenario),
    objectives: Object.entries(scenario.slo).map(([name, objective]) => ({ name, times: timesOf(objective) })),
    thresholds: scenario.thresholds.map(thresholdText),
    points: scenario.sweep.reduce((product, axis) => product * axis.values.length, 1),
    replications: scenario.replications,
  };
}

function engineOf({ serving }: Scenario): Pick<Plan, 'engine'> {
  const name = serving.engine;
  if (name === undefined) return {};
  return { engine: { name, settings: engineSettings(name, serving, servingSchema(FAMILIES).parse({ engine: name })) } };
}

const written = (value: unknown) =>
  typeof value === 'object'
    ? JSON.stringify(value).replaceAll('"', '').replaceAll(':', ': ').replaceAll(',', ', ')
    : `${value}`;

function engineLines({ engine }: Plan): [string, string][] {
  if (engine === undefined) return [];
  const said = (overridden: boolean) =>
    engine.settings
      .filter((setting) => setting.overridden === overridden)
      .map(({ path, value }) => `${path}: ${written(value)}`);
  const rows: [string, string][] = [['engine', `${engine.name} sets ${said(false).join('; ')}`]];
  if (said(true).length > 0) rows.push(['', `and not, because the scenario says otherwise, ${said(true).join('; ')}`]);
  return rows;
}

const counted = (count: number, noun: string) => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

function timesOf(objective: Scenario['slo'][string]): string {
  return Object.entries(objective)
    .filter(([, seconds]) => typeof seconds === 'number' && Number.isFinite(seconds))
    .map(([time, seconds]) => `${time} ${formatSeconds(seconds)}`)
    .join(', ');
}

function thresholdText({ metric, op, value }: Scenario['thresholds'][number]): string {
  return `${metric} ${operatorSign(op)} ${formatMetric(value, metricNamed(metric)?.unit ?? '', 4)}`;
}

/** Label and value of each line that `validate` prints. */
export function planLines(plan: Plan): [string, string][] {
  const { memory } = plan;
  const kvTokens = (memory.kvBlocks * memory.blockBytes) / memory.kvBytesPerToken;
  return [
    ['users', `${formatCount(plan.users)}, ${formatCount(plan.adapters)} adapters`],
    [
      'load',
      `${formatCount(plan.requests_per_second)} requests/s for ${formatSeconds(plan.duration_s)}, about ${formatCount(plan.requests)} requests`,
    ],
    ['base', plan.base],
    ...engineLines(plan),
    ...plan.notes.map((note): [string, string] => ['note', note]),
    ...plan.adapters_by_rank.map(({ rank, diskBytes, hostBytes, objects }): [string, string] => [
      `rank ${rank}`,
      `${formatBytes(diskBytes)} on disk, ${formatBytes(hostBytes)} in host memory, ${formatCount(objects)} tensor objects`,
    ]),
    [
      'hardware',
      `${counted(plan.replicas, 'replica')} in ${counted(plan.cells, 'cell')}, ${formatCount(plan.gpus)} × ${plan.gpu}`,
    ],
    [
      'replica',
      `${formatBytes(memory.gpuBytes)}: weights ${formatBytes(memory.weightBytes)}, working ${formatBytes(memory.activationBytes)}, ` +
        `${counted(memory.slots, 'slot')} ${memory.slotBytes === 0 ? 'in the KV pool' : formatBytes(memory.slotBytes)}, KV cache for ${formatCount(Math.floor(kvTokens))} tokens`,
    ],
    ['fit', fitText(plan.adapters, plan.fit)],
    ...plan.objectives.map(({ name, times }): [string, string] => ['objective', `${name}: ${times}`]),
    ...(plan.thresholds.length === 0 ? [] : ([['threshold', plan.thresholds.join('; ')]] as [string, string][])),
    ...(plan.points * plan.replications > 1
      ? [
          ['runs', `${counted(plan.points, 'point')} × ${counted(plan.replications, 'replication')}`] as [
            string,
            string,
          ],
        ]
      : []),
  ];
}
