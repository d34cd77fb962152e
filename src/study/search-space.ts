/** Settings of a search as scenarios: overrides on the file as it was written, then the smaller system where that is asked for. */
import { UserError } from '../scenario/errors.ts';
import type { Override } from '../scenario/load.ts';
import type { Scenario, Threshold } from '../scenario/scenario.ts';
import { pointsOf, type StudySource } from './points.ts';
import { scaleDown } from './scaled.ts';

/** How a search simulates less than the whole; `{ scale: 1, set: [] }` is the whole. */
export interface Smaller {
  /** 1/n of the system at the same load per replica. */
  scale: number;
  /** Changes that hold in the search alone, for instance a shorter duration. */
  set: readonly Override[];
}

export const WHOLE: Smaller = { scale: 1, set: [] };

export const isWhole = ({ scale, set }: Smaller): boolean => scale === 1 && set.length === 0;

/** Throws a UserError with diagnostics where the values cannot be used. */
export function scenarioAt(source: StudySource, values: readonly Override[], smaller: Smaller = WHOLE): Scenario {
  const [{ scenario }] = pointsOf(source, [...values, ...smaller.set], 1);
  return scaleDown(scenario, smaller.scale);
}

/** "simulated at 1/8 of the system with duration=2h"; empty where it is whole. */
export function smallerText({ scale, set }: Smaller): string {
  const changes = set.map(({ path, value }) => `${path}=${value}`).join(' ');
  const parts = [scale === 1 ? '' : `1/${scale} of the system`, changes === '' ? '' : changes];
  return parts.filter((part) => part !== '').join(' with ');
}

/** Those that decide; throws a UserError where there is none. `option` says how to give one. */
export function decisive({ name, thresholds }: Scenario, option: string): Threshold[] {
  const failing = thresholds.filter(({ severity }) => severity === 'fail');
  if (failing.length === 0) {
    throw new UserError(
      `${name} has no threshold that can fail. Add one to the scenario (thresholds), or give it here, for instance ${option} 'ttft_ms_p99 < 2s'.`,
    );
  }
  return failing;
}

/** Thresholds from the command line in place of the scenario's own. */
export function withThresholds(source: StudySource, texts: readonly string[]): StudySource {
  return texts.length === 0
    ? source
    : { ...source, fixed: [...source.fixed, { path: 'thresholds', value: [...texts] }] };
}
