/** What one mechanism of interference is: where it shows, and the same scenario without it. */
import type { Scenario } from '../../../scenario/scenario.ts';

export interface MechanismEntry {
  /** A word or two, what stands after “without”: the row of a table, the bar of a figure. */
  readonly label: string;
  /** What is switched off, and what that leaves as it is. */
  readonly summary: string;
  /** Who measured it first. */
  readonly source: string;
  /** Metric of the catalog in which it shows most directly. */
  readonly metric: string;
  /** The scenario without it, for the requests of `cohort` (`all`: everybody's); null where it plays no part. */
  off(scenario: Scenario, cohort: string): Scenario | null;
}

export const withLoader = (scenario: Scenario, changes: Partial<Scenario['serving']['loader']>): Scenario => ({
  ...scenario,
  serving: { ...scenario.serving, loader: { ...scenario.serving.loader, ...changes } },
});
