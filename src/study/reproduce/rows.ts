/** Published rows → points of a study: each row is the scenario with its settings, resolved and checked before anything runs. */
import { FRACTIONS, METRICS } from '../../metrics/catalog/index.ts';
import { FAMILIES } from '../../run/families.ts';
import { runHashOf } from '../../run/identity.ts';
import { loadScenarioText, type Override } from '../../scenario/load.ts';
import { readScenario } from '../../scenario/read-file.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { requestRate } from '../../scenario/volume.ts';
import {
  isMetric,
  OFFERED,
  type PublishedFile,
  type PublishedGroup,
  predictionOf,
  type Reproduction,
} from './published.ts';

export interface PublishedRow {
  readonly reproduction: string;
  readonly group: PublishedGroup;
  /** Position in the group, and the settings as they stand in the table. */
  readonly index: number;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly label: string;
  /** Published values by metric, and other simulators' predictions by simulator and metric. */
  readonly published: ReadonlyMap<string, number>;
  readonly predictions: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Arrivals a second; null in a closed loop or a burst, where nothing is offered. */
  readonly offered: number | null;
  /** Metrics of the row that a choice was made on (`chosen` of the file). */
  readonly lookedAt: ReadonlySet<string>;
  readonly scenario: Scenario;
  readonly id: string;
}

const OPTIONS = { families: FAMILIES, metrics: METRICS.map((metric) => metric.name), fractions: FRACTIONS };

/** @param extra overrides on top of every row: what a fit tries. */
export function rowsOf({ name, scenarioFile, file }: Reproduction, extra: readonly Override[] = []): PublishedRow[] {
  const text = readScenario(scenarioFile);
  return file.groups.flatMap((group) =>
    group.rows.map((values, index): PublishedRow => {
      const cells = Object.fromEntries(group.columns.map((column, c) => [column, values[c]]));
      const settings = Object.fromEntries(Object.entries(cells).filter(([column]) => isSetting(column)));
      const overrides = [...overridesOf(group.set, file), ...overridesOf(settings, file), ...extra];
      const { scenario } = loadScenarioText(text, scenarioFile, { ...OPTIONS, overrides });
      const published = new Map<string, number>();
      const predictions = new Map<string, Map<string, number>>();
      for (const [column, value] of Object.entries(cells)) {
        if (typeof value !== 'number') continue;
        const prediction = predictionOf(column);
        if (isMetric(column)) published.set(column, value);
        else if (prediction !== null) {
          const known = predictions.get(prediction.by) ?? new Map<string, number>();
          predictions.set(prediction.by, known.set(prediction.metric, value));
        }
      }
      return {
        reproduction: name,
        group,
        index,
        settings,
        label: labelOf(settings, cells.note),
        published,
        predictions,
        offered: typeof cells[OFFERED] === 'number' ? cells[OFFERED] : offeredBy(scenario),
        lookedAt: lookedAt(file, group, cells, published),
        scenario,
        id: runHashOf(scenario),
      };
    }),
  );
}

function lookedAt(
  { chosen }: PublishedFile,
  { name }: PublishedGroup,
  cells: Readonly<Record<string, unknown>>,
  published: ReadonlyMap<string, number>,
): Set<string> {
  const used = chosen
    .flatMap(({ rows }) => rows)
    .filter(
      ({ groups, where }) =>
        groups.includes(name) &&
        Object.entries(where).every(([column, values]) => values.some((value) => value === cells[column])),
    );
  return new Set(used.flatMap(({ metrics }) => metrics ?? [...published.keys()]));
}

export const isSetting = (column: string): boolean =>
  !isMetric(column) && predictionOf(column) === null && column !== 'note' && column !== OFFERED;

function overridesOf(settings: Readonly<Record<string, unknown>>, { parameters }: PublishedFile): Override[] {
  return Object.entries(settings).flatMap(([column, value]): Override[] => {
    if (value === null) return [];
    if (!Object.hasOwn(parameters, column)) return [{ path: column, value }];
    return Object.entries(parameters[column]).map(([path, template]) => ({ path, value: filled(template, value) }));
  });
}

/** `$` is the value; `$*1.5` a rounded multiple of it, `$+2012` as much more. */
function filled(template: string, value: unknown): string {
  return template.replaceAll(/\$(?:\*([\d.]+)|\+(\d+))?/g, (_, factor?: string, more?: string) => {
    if (factor !== undefined) return String(Math.round(Number(value) * Number(factor)));
    if (more !== undefined) return String(Number(value) + Number(more));
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

function labelOf(settings: Readonly<Record<string, unknown>>, note: unknown): string {
  const parts = Object.entries(settings)
    .filter(([, value]) => value !== null)
    .map(
      ([column, value]) => `${column.split('.').at(-1)} ${typeof value === 'object' ? JSON.stringify(value) : value}`,
    );
  if (typeof note === 'string') parts.push(note);
  return parts.join(', ');
}

function offeredBy({ population }: Scenario): number | null {
  return population.arrivals.name === 'open' ? requestRate(population) : null;
}
