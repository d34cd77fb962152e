/**
 * Rules across fields, for a scenario that meets the schema. Each finding names the field to change and, in `uses`, what else
 * the judgement rests on. Units are the scenario's own: seconds, bytes, 1/s.
 */
import { type Finding, finding } from '../findings.ts';
import { checkLifecycle } from '../lifecycle.ts';
import type { Scenario } from '../scenario.ts';
import type { Families } from '../schema.ts';
import { checkBounds, checkGoals } from './goals.ts';
import { checkBase, checkMemory, checkParallel } from './hardware.ts';
import { checkFlashCrowds, checkPopulation, checkTrace } from './population.ts';
import type { Report } from './report.ts';
import { checkEngine } from './serving.ts';

export interface SemanticOptions {
  families: Families;
  /** Names that thresholds may use. */
  metrics?: readonly string[];
  /** Those of them that are shares of a whole, between 0 and 1. */
  fractions?: readonly string[];
  /** Where the scenario file is. */
  directory: string;
}

export function semantics(scenario: Scenario, options: SemanticOptions): Finding[] {
  const findings: Finding[] = [];
  const report: Report = (id, message, path, rest) => findings.push(finding(id, message, { path, ...rest }));
  checkPopulation(scenario, report);
  checkFlashCrowds(scenario, options.families, report);
  checkTrace(scenario, options.directory, report);
  checkBase(scenario, report);
  checkParallel(scenario, report);
  checkMemory(scenario, report);
  checkEngine(scenario, report);
  checkLifecycle(scenario, report);
  checkGoals(scenario, options.metrics, report);
  checkBounds(scenario, options.fractions ?? [], report);
  return findings;
}
