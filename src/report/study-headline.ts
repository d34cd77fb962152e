/** What a sweep says before any figure: which settings pass, between what its headline metrics lie, and which axis moves each most. */
import { fieldValue } from './field-value.ts';
import { formatMetric } from './format.ts';
import type { Tile, Verdict } from './headline.ts';
import { findSummary } from './run-data.ts';
import type { StudyTables } from './study-digest.ts';

/** A metric over the settings of a study. */
interface Spread {
  readonly metric: string;
  readonly unit: string;
  readonly least: At;
  readonly most: At;
  /** Path of the axis that changes it most while the others stay; null where none does, or there is one axis. */
  readonly by: string | null;
}

interface At {
  readonly value: number;
  readonly setting: number;
}

/** Metrics whose best and worst setting stand in a sentence. */
const PLACED: readonly string[] = ['slo_attainment', 'cost_usd_per_user_month'];
const COST = 'cost_usd_per_user_month';

export function studyHeadline(study: StudyTables, metrics: readonly string[]): { verdict: Verdict; tiles: Tile[] } {
  const { settings, replications } = study;
  const spreads = metrics.flatMap((metric) => spreadOf(study, metric) ?? []);
  const passing = settings.filter(({ passed }) => passed === replications);
  const judged = settings.some(({ passed }) => passed < replications);
  const plain = { because: [], thresholds: [], check: null };
  const first = spreads.find(({ metric }) => metric === 'ttft_ms_p99') ?? spreads.at(0);
  const [outcome, word, sentence] = judged
    ? ([passing.length > 0 ? 'none' : 'fail', passing.length > 0 ? '' : 'NONE', passText(study, passing)] as const)
    : ([
        'none',
        '',
        first === undefined ? 'No setting has a value of these metrics.' : spreadText(study, first),
      ] as const);
  // The tiles say the rest; these say where.
  const rest = spreads.filter(({ metric }) => metric !== first?.metric && PLACED.includes(metric));
  return {
    verdict: {
      ...{ ...plain, outcome, word, sentence },
      because: rest.map((one) => ({ text: spreadText(study, one), evidence: [] })),
    },
    tiles: [
      {
        label: 'Settings',
        value: String(settings.length),
        note: `${replications} ${replications === 1 ? 'replication' : 'replications'} each`,
      },
      ...(judged
        ? [
            {
              label: 'Meet their thresholds',
              value: `${passing.length} of ${settings.length}`,
              note: 'in every replication',
            },
          ]
        : []),
      ...spreads.map(spreadTile),
    ],
  };
}

/** Least and greatest mean over the settings; null where no setting has a value. */
function spreadOf({ axes, settings }: StudyTables, metric: string): Spread | null {
  const values = settings.flatMap(({ setting, summary }): At[] => {
    const value = findSummary(summary, metric)?.value ?? null;
    return value === null ? [] : [{ value, setting }];
  });
  if (values.length === 0) return null;
  const unit = findSummary(settings[0].summary, metric)?.unit ?? '';
  const least = values.reduce((a, b) => (b.value < a.value ? b : a));
  const most = values.reduce((a, b) => (b.value > a.value ? b : a));
  const moves = axes.map((axis) => {
    const groups = new Map<string, number[]>();
    for (const { value, setting } of values) {
      const others = JSON.stringify(axes.filter((one) => one !== axis).map(({ written }) => written[setting]));
      groups.set(others, [...(groups.get(others) ?? []), value]);
    }
    const ranges = [...groups.values()].map((group) => Math.max(...group) - Math.min(...group));
    return { path: axis.path, move: ranges.reduce((a, b) => a + b, 0) / ranges.length };
  });
  const largest = moves.reduce((a, b) => (b.move > a.move ? b : a));
  return { metric, unit, least, most, by: axes.length > 1 && largest.move > 0 ? largest.path : null };
}

const settingLabel = ({ axes }: StudyTables, setting: number): string =>
  axes
    .filter(({ values }) => values[setting] !== null)
    .map(({ path, values, unit, written }) => {
      // As it can be typed; bytes that were written as bare numbers are not read.
      const shown = unit === 'B' ? fieldValue(values[setting], unit, written[setting]) : written[setting];
      return `${path}=${shown}`;
    })
    .join(', ');

function spreadText(study: StudyTables, { metric, unit, least, most, by }: Spread): string {
  const [low, high] = [least, most].map(({ value }) => formatMetric(value, unit));
  if (low === high) return `${metric} is ${low} at every setting.`;
  const moved = by === null ? '' : `; ${by} moves it most`;
  return `${metric} goes from ${low} at ${settingLabel(study, least.setting)} to ${high} at ${settingLabel(study, most.setting)}${moved}.`;
}

function spreadTile({ metric, unit, least, most, by }: Spread): Tile {
  const [low, high] = [least, most].map(({ value }) => formatMetric(value, unit));
  if (low === high) return { label: metric, value: low, note: 'at every setting' };
  return { label: metric, value: `${low} – ${high}`, note: by === null ? 'over the settings' : `most by ${by}` };
}

function passText(study: StudyTables, passing: StudyTables['settings']): string {
  const { settings } = study;
  if (passing.length === 0) return `None of ${settings.length} settings meets its thresholds in every replication.`;
  const share = `${passing.length} of ${settings.length} settings meet their thresholds in every replication`;
  const priced = passing.flatMap(({ setting, summary }) => {
    const row = findSummary(summary, COST);
    return row === undefined || row.value === null ? [] : [{ setting, value: row.value, unit: row.unit }];
  });
  if (priced.length === 0) return `${share}.`;
  const cheapest = priced.reduce((a, b) => (b.value < a.value ? b : a));
  const price = `${formatMetric(cheapest.value, cheapest.unit)} a user and month`;
  const least = priced.filter(
    ({ value, unit }) => formatMetric(value, unit) === formatMetric(cheapest.value, cheapest.unit),
  );
  if (least.length > 1) {
    const which = least.length === passing.length ? 'all of those' : `${least.length} of those`;
    return `${share}; ${which} cost ${least.length === passing.length ? 'the same' : 'least'}, ${price}.`;
  }
  return `${share}; of those ${settingLabel(study, cheapest.setting)} costs least, ${price}.`;
}
