/** From the lines of a history to what its page shows: scenarios, their latest state, and a trend a metric. */
import { metricNamed } from '../../metrics/catalog/index.ts';
import type { HistoryLine } from '../../metrics/history.ts';
import { type HistoryPoint, MARGIN, type Trend } from './history-figure.ts';

export interface ScenarioHistory {
  scenario: string;
  runs: number;
  last: HistoryLine;
  /** Of the last run against the one before; null where there is none, or the scenario has changed since. */
  moved: { better: string[]; worse: string[] } | null;
  trends: Trend[];
}

/**
 * Systems in the order of their names: a scenario, with what was set on top of it. Seeds are kept apart: another seed is another draw, not a
 * trend.
 */
export function scenarioHistories(lines: readonly HistoryLine[]): ScenarioHistory[] {
  const groups = new Map<string, HistoryLine[]>();
  const seeds = new Map<string, Set<string>>();
  for (const line of lines) seeds.set(systemOf(line), (seeds.get(systemOf(line)) ?? new Set()).add(line.seed));
  for (const line of lines) {
    const system = systemOf(line);
    const key = seeds.get(system)!.size > 1 ? `${system} (seed ${line.seed})` : system;
    groups.set(key, [...(groups.get(key) ?? []), line]);
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([scenario, group]) => {
      const trends = trendsOf(scenario, group);
      const last = group[group.length - 1];
      const before = group.at(-2);
      const lastMoves = (move: HistoryPoint['move']) =>
        trends
          .filter(({ points }) => points.at(-1)?.date === last.date && points.at(-1)?.move === move)
          .map(({ metric }) => metric);
      const moved =
        before === undefined || before.run_hash !== last.run_hash
          ? null
          : { better: lastMoves('better'), worse: lastMoves('worse') };
      return { scenario, runs: group.length, last, moved, trends };
    });
}

/** "smoke", "smoke with hardware.gpu=l40s" */
const systemOf = ({ scenario, set = [] }: HistoryLine): string =>
  set.length === 0 ? scenario : `${scenario} with ${[...set].sort().join(', ')}`;

function trendsOf(scenario: string, lines: readonly HistoryLine[]): Trend[] {
  const names = [...new Set(lines.flatMap(({ metrics }) => Object.keys(metrics)))];
  return names.flatMap((name): Trend[] => {
    const metric = metricNamed(name);
    const better = metric?.better ?? 'neither';
    const unit = lines.find(({ metrics }) => metrics[name] !== undefined)!.metrics[name].unit;
    const points: HistoryPoint[] = [];
    let before: HistoryLine | null = null;
    for (const line of lines) {
      const value = line.metrics[name]?.value ?? null;
      if (value === null) continue;
      points.push({
        date: line.date,
        commit: line.commit === null ? '–' : `${line.commit.slice(0, 10)}${line.dirty ? ' and changes' : ''}`,
        value,
        move: before === null ? 'same' : moveOf(before, line, name, better, unit),
      });
      before = line;
    }
    if (points.length === 0) return [];
    const definition = metric?.definition ?? '';
    return [{ metric: name, unit, scenario, definition, better, points }];
  });
}

function moveOf(
  before: HistoryLine,
  line: HistoryLine,
  name: string,
  better: Trend['better'],
  unit: string,
): HistoryPoint['move'] {
  if (before.run_hash !== line.run_hash) return 'new scenario';
  const [a, b] = [before.metrics[name].value!, line.metrics[name].value!];
  const margin = unit === 'fraction' ? MARGIN / 4 : MARGIN * (Math.abs(a) || Math.abs(b));
  if (Math.abs(b - a) <= margin || better === 'neither') return 'same';
  return b > a === (better === 'higher') ? 'better' : 'worse';
}
