/** An executor whose simulations are a function of the scenario: searches are tested against answers that are known. */
import { METRICS } from '../../src/metrics/catalog/index.ts';
import type { SummaryRow } from '../../src/metrics/summary.ts';
import { FAMILIES } from '../../src/run/families.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import type { Executor } from '../../src/study/executor.ts';
import type { StudySource } from '../../src/study/points.ts';
import { Trials } from '../../src/study/trials.ts';

export type Model = (scenario: Scenario) => Readonly<Record<string, number>>;

export function fake(model: Model, replications = 1) {
  const simulated: Scenario[] = [];
  const executor: Executor = {
    async run(points, { onResult }) {
      for (const { index, id, scenario } of points) {
        simulated.push(scenario);
        const metrics = model(scenario);
        const rows = METRICS.map(
          ({ name, unit }): SummaryRow => ({
            metric: name,
            cohort: 'all',
            unit,
            value: metrics[name] ?? null,
            n: 1,
            lo: null,
            hi: null,
          }),
        );
        onResult({ index, id, rows, verdicts: [], passed: true, events: 0 });
      }
    },
    async close() {},
  };
  return { simulated, trials: new Trials({ executor, replications, folder: null }) };
}

const FILE = 'scenarios/smoke.yaml';

/** The shipped smoke scenario with these overrides. */
export function smoke(fixed: StudySource['fixed'] = []): StudySource {
  return { file: FILE, text: loadScenario(FILE, { families: FAMILIES }).source.text, fixed };
}

export const rateOf = ({ population }: Scenario): number => population.cohorts.reduce((sum, { rate }) => sum + rate, 0);
