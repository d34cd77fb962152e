/** Each shipped scenario of interference shows its own mechanism above all others, at a length that a test has time for. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SharedBoard } from '../../../src/run/shared-board.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { interference } from '../../../src/study/interference/interference.ts';
import { MEASURES, PARTS } from '../../../src/study/interference/loss.ts';
import type { MechanismKey } from '../../../src/study/interference/mechanisms/index.ts';
import { aroundCrowd, oldTenants } from '../../../src/study/interference/phases.ts';
import { simulatePoint } from '../../../src/study/simulate-point.ts';
import { Trials } from '../../../src/study/trials.ts';
import { scenarioOf } from '../../run/small.ts';

const FOLDER = join(import.meta.dirname, '../../../scenarios');

/** Simulates on this thread. */
const trials = (replications = 1) =>
  new Trials({
    replications,
    folder: null,
    executor: {
      run(points, { onResult }) {
        for (const { index, id, scenario } of points) {
          const board = new SharedBoard(scenario.hardware.cells).buffer;
          onResult(simulatePoint({ index, id, scenario, check: false, board }));
        }
        return Promise.resolve();
      },
      close: () => Promise.resolve(),
    },
  });

const shipped = (name: string, ...changes: string[]): Scenario => {
  const file = join(FOLDER, `${name}.yaml`);
  return scenarioOf(readFileSync(file, 'utf8'), file, changes);
};

const SHOWS: readonly [name: string, own: MechanismKey, changes: string[]][] = [
  ['interference-ranks', 'ranks', ['duration=40s', 'warmup=10s']],
  ['interference-activation', 'activation', ['duration=40s', 'warmup=10s']],
  ['interference-links', 'links', ['duration=60s', 'warmup=10s']],
  ['interference-kv', 'kv', []],
  ['interference-neighbour', 'neighbours', ['duration=60s', 'warmup=10s']],
  ['interference-admission', 'arrivals', []],
];

describe('each scenario of interference', () => {
  it.each(SHOWS)('%s shows %s', async (name, own, changes) => {
    const scenario = shipped(name, ...changes);
    const cohort = oldTenants(scenario) ?? scenario.population.cohorts[0].name;
    const { asked } = await interference({ scenario, cohort, only: [], trials: trials() });
    const lost = asked.base!.losses.lost_ms!.value;
    const effects = Object.entries(asked.mechanisms).map(([key, { effect }]) => ({
      key,
      value: effect.lost_ms!.value,
    }));
    effects.sort((a, b) => b.value - a.value);
    expect(effects[0].key).toBe(own);
    // A good part of what is lost, and the rest of the system is quiet.
    expect(effects[0].value).toBeGreaterThan(0.2 * lost);
    expect(asked.together!.failure).toBeNull();

    // Parts add up to the whole in every row, the residual's too; the residual is what single effects leave of all together.
    const rows = [asked.base!.losses, asked.residual!, ...Object.values(asked.mechanisms).map(({ effect }) => effect)];
    for (const row of rows) {
      const sum = PARTS.reduce((total, part) => total + row[part]!.value, 0);
      expect(sum).toBeCloseTo(row.lost_ms!.value, 6);
    }
    for (const measure of MEASURES) {
      const singles = Object.values(asked.mechanisms).reduce((sum, { effect }) => sum + effect[measure]!.value, 0);
      expect(singles + asked.residual![measure]!.value).toBeCloseTo(asked.together!.effect[measure]!.value, 6);
    }
  });
});

describe('around a crowd', () => {
  it('old tenants feel it while it lasts, less where fewer adapters are built between two steps', async () => {
    const settings = ['1', '4'].map((most) => ({
      setting: most,
      scenario: shipped('interference-admission', `serving.loader.builds_per_step=${most}`),
    }));
    const cohort = oldTenants(settings[0].scenario)!;
    expect(cohort).toBe('tenants');
    const [one, four] = await aroundCrowd(settings, cohort, trials());
    const requests = (around: typeof one) =>
      Object.values(around.phases).reduce(
        (sum, rows) => sum + rows.find(({ metric }) => metric === 'ttft_ms_p99')!.n,
        0,
      );
    // Cutting a run into phases loses no request and adds none: the draws are those of the whole run.
    expect(requests(one)).toBe(requests(four));
    const [[whole]] = await trials().run([{ scenario: settings[0].scenario, label: '' }]);
    const measured = whole.rows.find(({ metric, cohort: of }) => metric === 'ttft_ms_p99' && of === cohort)!.n;
    expect(requests(one)).toBe(measured);
    expect(one.interference_ratio!.value).toBeGreaterThan(5);
    expect(four.interference_ratio!.value).toBeGreaterThan(one.interference_ratio!.value);
    const calm = shipped('interference-admission', 'population.flash_crowds=[]');
    const crowd = settings[0].scenario.population.flash_crowds;
    const [none] = await aroundCrowd(
      [
        {
          setting: '',
          scenario: {
            ...calm,
            population: { ...calm.population, flash_crowds: crowd.map((c) => ({ ...c, rate: 0 })) },
          },
        },
      ],
      cohort,
      trials(),
    );
    expect(none.interference_ratio!.value).toBeLessThan(1.5);
  });
});
