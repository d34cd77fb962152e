import { describe, expect, it } from 'vitest';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { explainRun, parametersOf } from '../../src/study/explain-run.ts';
import { scenarioAt } from '../../src/study/search-space.ts';
import { sensitivity, type Varied } from '../../src/study/sensitivity.ts';
import { beyondOf, endsOf, UNCERTAINTIES } from '../../src/study/uncertainties.ts';
import { fake, type Model, rateOf, smoke } from './fake-executor.ts';

const end = (value: number, ...metric: number[]) => ({ value, metric, passes: true, failure: null });
const varied = (key: string, low: ReturnType<typeof end>, high: ReturnType<typeof end>, value = 1): Varied => ({
  ...{ key, label: key, unit: '×', source: 'test', value, beyond: null, low, high },
});

describe('effects', () => {
  const found = sensitivity([100], true, [
    varied('square', end(0.5, 25), end(2, 400)),
    varied('inverse', end(0.5, 200), end(2, 50)),
    varied('nothing', end(0.5, 100), end(2, 100)),
  ]);

  it('are sorted by swing, with elasticities that are exponents', () => {
    expect(found.effects.map(({ key }) => key)).toEqual(['square', 'inverse', 'nothing']);
    expect(found.effects.map(({ elasticity }) => elasticity)).toEqual([2, -1, 0]);
    expect(found.effects[0].change).toEqual({ low: -75, high: 300 });
  });

  it('dominate where they make up most of the squares', () => {
    expect(found.dominant).toEqual(['square']);
  });

  it('are put together as independent ones, each side for itself', () => {
    const side = Math.hypot(Math.log(4), Math.log(2));
    expect(found.together.hi).toBeCloseTo(100 * Math.exp(side), 9);
    expect(found.together.lo).toBeCloseTo(100 * Math.exp(-side), 9);
    const through0 = sensitivity([0], true, [
      varied('a', end(0.5, -3), end(2, 3)),
      varied('b', end(0.5, 0), end(2, 4)),
    ]);
    expect(through0.together).toEqual({ lo: -3, hi: 5 });
  });

  it('are beyond noise only where the paired differences say so, and undecided below three replications', () => {
    const base = [100, 120, 80, 110];
    // Every replication moves by ten, although they differ by more.
    const paired = varied('paired', end(0.5, 90, 110, 70, 100.5), end(2, 100, 120, 80, 110));
    const luck = varied('luck', end(0.5, 130, 80, 95, 90), end(2, 90, 130, 70, 120));
    expect(sensitivity(base, true, [paired, luck]).effects.map(({ key, beyondNoise }) => [key, beyondNoise])).toEqual(
      expect.arrayContaining([
        ['paired', true],
        ['luck', false],
      ]),
    );
    expect(sensitivity([1, 2], true, [varied('x', end(1, 1, 2), end(2, 2, 3))]).effects[0].beyondNoise).toBeNull();
  });
});

describe('every uncertain parameter', () => {
  const scenarios: Scenario[] = [
    scenarioAt(smoke(), []),
    scenarioAt(smoke([{ path: 'hardware.parallel.tensor', value: '16' }]), []),
    scenarioAt(smoke([{ path: 'serving.cost', value: 'coefficients' }]), []),
  ];

  it.each(UNCERTAINTIES.map((one) => [one.key, one] as const))(
    '%s has a source, ends around its value, and changes only itself',
    (key, one) => {
      expect(one.source.length).toBeGreaterThan(10);
      expect(one.label.length).toBeLessThanOrEqual(26);
      const scenario = scenarios.find((candidate) => one.read(candidate) !== null);
      expect(scenario, `${key} plays a part nowhere`).toBeDefined();
      const value = one.read(scenario!) as number;
      const [low, high] = endsOf(one, value);
      expect(low).toBeLessThan(high);
      const before = JSON.stringify(scenario);
      for (const at of [low, high]) {
        const changed = one.write(scenario!, at);
        // A factor is relative: what it wrote is the new 1.
        if (one.unit !== '×' || key === 'host_expansion' || key.startsWith('lora'))
          expect(one.read(changed)).toBeCloseTo(at, 12);
        if (at !== value) expect(JSON.stringify(changed)).not.toBe(before);
      }
      expect(JSON.stringify(scenario)).toBe(before);
      expect(JSON.stringify(one.write(scenario!, value))).toBe(before);
    },
  );

  it('says where the scenario lies outside of what is known of it', () => {
    const named = (key: string) => UNCERTAINTIES.find((one) => one.key === key)!;
    // A nameplate: no copy reaches it.
    expect(beyondOf(named('pcie_bandwidth'), 32e9)).toEqual({ side: 'above', end: 28.8e9 });
    expect(beyondOf(named('rate'), 1)).toBeNull();
    const build = named('loader.build');
    expect([1e-3, 5e-3, 0.15, 0.3].map((value) => beyondOf(build, value))).toEqual([
      { side: 'below', end: 5e-3 },
      null,
      null,
      { side: 'above', end: 0.15 },
    ]);
  });

  it('has a key of its own; prices are varied where a metric is about money', () => {
    expect(new Set(UNCERTAINTIES.map(({ key }) => key)).size).toBe(UNCERTAINTIES.length);
    const keys = (metric: string) => parametersOf(scenarios[0], [metric]).map(({ parameter }) => parameter.key);
    expect(keys('ttft_ms_p99')).not.toContain('gpu.price_per_hour');
    expect(keys('cost_usd_per_million_tokens')).toContain('gpu.price_per_hour');
    expect(keys('ttft_ms_p99')).not.toContain('collective_base');
  });
});

describe('explaining a run', () => {
  /** Time to first token is cubic in the load and falls with the bandwidth that is reached. */
  const model: Model = (scenario) => ({
    ttft_ms_p99:
      1000 * (rateOf(scenario) / 40) ** 3 * (0.8 / (scenario.serving.cost.params.memory_efficiency as number)),
  });
  const source = smoke([{ path: 'thresholds', value: ['ttft_ms_p99 < 1500'] }]);

  it('names what it rests on, and where the verdict flips, to a tenth', async () => {
    const { trials, simulated } = fake(model);
    const scenario = scenarioAt(source, []);
    const { byMetric, flips, base } = await explainRun({ scenario, metrics: ['ttft_ms_p99'], only: [], trials });
    const found = byMetric.get('ttft_ms_p99')!;
    expect(base.passes).toBe(true);
    expect(found.base).toBeCloseTo(1000, 9);
    expect(found.effects.slice(0, 2).map(({ key }) => key)).toEqual(['rate', 'memory_efficiency']);
    expect(found.effects[0].elasticity).toBeCloseTo(3, 9);
    expect(found.effects[1].elasticity).toBeCloseTo(-1, 9);
    expect(found.effects[2].swing).toBeCloseTo(0, 9);
    expect(flips).toMatchObject([{ key: 'rate', end: 'high', threshold: { metric: 'ttft_ms_p99' } }]);
    const { below, above } = flips[0].between!;
    expect(below).toBeLessThan(1.5 ** (1 / 3));
    expect(above).toBeGreaterThan(1.5 ** (1 / 3));
    expect(above / below).toBeLessThan(1.11);
    expect(simulated.length).toBeLessThan(2 * UNCERTAINTIES.length + 8);
  });

  it('varies only what was asked for', async () => {
    const { trials, simulated } = fake(model);
    const scenario = scenarioAt(source, []);
    await explainRun({ scenario, metrics: ['ttft_ms_p99'], only: ['memory_efficiency'], trials });
    expect(simulated).toHaveLength(3);
  });
});
