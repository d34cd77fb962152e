import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../src/run/families.ts';
import type { EngineCalibration } from '../../src/scenario/engine-calibration.ts';
import { loadScenario } from '../../src/scenario/load.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { stepCostOf } from '../../src/sim/cost/index.ts';
import { explainRun, parametersOf } from '../../src/study/explain-run.ts';
import { jointValues, quartiles, scenarioWith } from '../../src/study/joint.ts';
import { scenarioAt } from '../../src/study/search-space.ts';
import { sensitivity, type Varied } from '../../src/study/sensitivity.ts';
import { beyondOf, endsOf, UNCERTAINTIES } from '../../src/study/uncertainties/index.ts';
import { fake, type Model, rateOf, smoke } from './fake-executor.ts';

const end = (value: number, ...metric: number[]) => ({ value, metric, passes: true, failure: null });
const varied = (key: string, low: ReturnType<typeof end>, high: ReturnType<typeof end>, value = 1): Varied => ({
  ...{ key, label: key, unit: '×', source: 'test', value, beyond: null, low, high },
});

describe('effects', () => {
  const found = sensitivity(
    [100],
    [
      varied('square', end(0.5, 25), end(2, 400)),
      varied('inverse', end(0.5, 200), end(2, 50)),
      varied('nothing', end(0.5, 100), end(2, 100)),
    ],
  )!;

  it('are sorted by swing, with elasticities that are exponents', () => {
    expect(found.effects.map(({ key }) => key)).toEqual(['square', 'inverse', 'nothing']);
    expect(found.effects.map(({ elasticity }) => elasticity)).toEqual([2, -1, 0]);
    expect(found.effects[0].change).toEqual({ low: -75, high: 300 });
  });

  it('dominate where they make up most of the squares', () => {
    expect(found.dominant).toEqual(['square']);
  });

  it('are beyond noise where the paired differences say so, within it where draws disagree about the way', () => {
    const base = [100, 120, 80, 110];
    // Every replication moves by ten, although they differ by more.
    const paired = varied('paired', end(0.5, 90, 110, 70, 100.5), end(2, 100, 120, 80, 110));
    const luck = varied('luck', end(0.5, 130, 80, 95, 90), end(2, 90, 130, 70, 120));
    // A share at its ceiling in three draws and far below it in one: the same way, but no mean to speak of.
    const knee = varied('knee', end(0.5, 100, 120, 80, 110), end(2, 99, 119.5, 79, 5));
    const noises = sensitivity(base, [paired, luck, knee])!.effects.map(({ key, noise }) => [key, noise]);
    expect(Object.fromEntries(noises)).toEqual({ paired: 'beyond', luck: 'within', knee: 'undecided' });
    expect(sensitivity([1, 2], [varied('x', end(1, 1, 2), end(2, 2, 3))])!.effects[0].noise).toBeNull();
  });

  it('are held against the luck of all that are looked at together: one in many ends is far from zero by chance', () => {
    const base = [100, 100, 100, 100, 100];
    // p = 0.007 of a t test: beyond noise alone, not among fourteen such ends.
    const slight = (key: string) => varied(key, end(0.5, ...base), end(2, 101, 102, 103, 104, 103.5));
    const many = Array.from({ length: 14 }, (_, i) => slight(`p${i}`));
    expect(sensitivity(base, [slight('one')])!.effects[0].noise).toBe('beyond');
    expect(new Set(sensitivity(base, many)!.effects.map(({ noise }) => noise))).toEqual(new Set(['undecided']));
    // What changes nothing was not luck that was tried.
    const still = Array.from({ length: 40 }, (_, i) => varied(`s${i}`, end(0.5, ...base), end(2, ...base)));
    expect(sensitivity(base, [slight('one'), ...still])!.effects[0].noise).toBe('beyond');
  });

  it('are none of a metric that has no value', () => {
    expect(sensitivity([null, null], [varied('x', end(1, 1, 2), end(2, 2, 3))])).toBeNull();
  });
});

describe('joint draws', () => {
  const parameters = parametersOf(scenarioAt(smoke(), []), ['ttft_ms_p99']);

  it('hold one value in every n-th of every range, in another order for each parameter', () => {
    const draws = jointValues(parameters, 16);
    expect(draws).toHaveLength(16);
    const orders = parameters.map(({ parameter, value }, p) => {
      const [low, high] = endsOf(parameter, value);
      // Evenly where a range begins at 0, which has no logarithm.
      const scaled = (one: number) => (low > 0 ? Math.log(one / low) / Math.log(high / low) : one / high);
      return draws.map((values) => Math.floor(16 * scaled(values[p])));
    });
    for (const order of orders)
      expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(new Set(orders.map(String)).size).toBe(parameters.length);
    expect(jointValues(parameters, 16)).toEqual(draws);
  });

  it('set every parameter of the scenario, and only those', () => {
    const scenario = scenarioAt(smoke(), []);
    const [values] = jointValues(parameters, 4);
    const drawn = scenarioWith(scenario, parameters, values);
    for (const [i, { parameter }] of parameters.entries())
      if (parameter.unit !== '×' || parameter.key === 'host_expansion')
        expect(parameter.read(drawn)).toBeCloseTo(values[i], 12);
    expect(rateOf(drawn) / rateOf(scenario)).toBeCloseTo(
      values[parameters.findIndex(({ parameter }) => parameter.key === 'rate')],
      12,
    );
    const here = parameters.map(({ value }) => value);
    expect(JSON.stringify(scenarioWith(scenario, parameters, here))).toBe(JSON.stringify(scenario));
  });

  it('are summed up by order statistics of what has a value', () => {
    expect(quartiles([5, null, 1, 3, 2, 4])).toEqual([1, 2, 3, 4, 5]);
    expect(quartiles([null])).toBeNull();
  });
});

describe('every uncertain parameter', () => {
  const scenarios: Scenario[] = [
    scenarioAt(smoke(), []),
    scenarioAt(smoke([{ path: 'hardware.parallel.tensor', value: '16' }]), []),
    scenarioAt(smoke([{ path: 'serving.cost', value: 'coefficients' }]), []),
    scenarioAt(
      smoke([
        { path: 'base', value: 'deepseek-v3' },
        { path: 'serving.slots', value: '2' },
        { path: 'hardware.parallel.tensor', value: '16' },
      ]),
      [],
    ),
    ...['vllm-0.5-llama-2', 'punica-textgen', 'dlora-cluster', 'base-trtllm-1.0'].map(
      (name) => loadScenario(`scenarios/published/${name}.yaml`, { families: FAMILIES }).scenario,
    ),
  ];

  it.each(UNCERTAINTIES.map((one) => [one.key, one] as const))(
    '%s has a source, ends around its value, and changes only itself',
    (key, one) => {
      expect(one.source.length).toBeGreaterThan(10);
      // So that its row fits 80 columns.
      expect(one.label.length).toBeLessThanOrEqual(21);
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

  it('is varied where a calibration of an engine holds its value, and then in place of that', () => {
    const { scenario } = loadScenario('scenarios/published/vllm-0.8-lora-grid.yaml', { families: FAMILIES });
    const { parameters } = scenario.serving.cost.params.data as EngineCalibration;
    const found = parametersOf(scenario, ['ttft_ms_p99']);
    const step = (of: Scenario) => stepCostOf(of).base[1];
    for (const key of ['memory_efficiency', 'step_overhead', 'kernel_gap']) {
      const { parameter, value } = found.find((one) => one.parameter.key === key)!;
      expect(value).toBe(parameters[key]);
      const [low, high] = endsOf(parameter, value);
      expect(parameter.read(parameter.write(scenario, high))).toBe(high);
      const [atLow, atHigh] = [low, high].map((end) => step(parameter.write(scenario, end)));
      expect(Math.sign(atHigh - atLow)).toBe(key === 'memory_efficiency' ? -1 : 1);
      expect(step(parameter.write(scenario, value))).toBe(step(scenario));
    }
  });

  it('says where the scenario lies outside of what is known of it', () => {
    const named = (key: string) => UNCERTAINTIES.find((one) => one.key === key)!;
    // A nameplate: no copy reaches it.
    expect(beyondOf(named('pcie_bandwidth'), 32e9)).toEqual({
      ...{ side: 'above', low: 16e9, high: 28.8e9, nameplate: true },
    });
    expect(beyondOf(named('rate'), 1)).toBeNull();
    const build = named('loader.build');
    expect([1e-3, 5e-3, 0.15, 0.3].map((value) => beyondOf(build, value))).toEqual([
      { side: 'below', low: 5e-3, high: 0.15, nameplate: false },
      null,
      null,
      { side: 'above', low: 5e-3, high: 0.15, nameplate: false },
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
    const { byMetric, flips, base } = await explainRun({
      scenario,
      metrics: ['ttft_ms_p99'],
      only: [],
      draws: 0,
      trials,
    });
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
    await explainRun({ scenario, metrics: ['ttft_ms_p99'], only: ['memory_efficiency'], draws: 20, trials });
    expect(simulated).toHaveLength(3);
  });

  it('simulates all parameters at once: two that are harmless alone break a queue together', async () => {
    /** Past a knee everything is late, and no single end is past it. */
    const past: Model = (scenario) => {
      const load = (rateOf(scenario) / 40) * (0.8 / (scenario.serving.cost.params.memory_efficiency as number));
      return { ttft_ms_p99: load > 1.27 ? 1e6 : 100 };
    };
    const { trials, simulated } = fake(past, 2);
    const asked = { metrics: ['ttft_ms_p99', 'revisions'], only: ['rate', 'memory_efficiency'], draws: 20 };
    const told: unknown[] = [];
    const found = await explainRun({
      ...{ scenario: scenarioAt(source, []), ...asked, trials },
      onEmpty: (empty) => told.push(empty, simulated.length),
    });
    expect(found.empty).toEqual(['revisions']);
    expect(told).toEqual([['revisions'], 2]);
    expect(found.byMetric.get('ttft_ms_p99')!.effects.map(({ swing }) => swing)).toEqual([0, 0]);
    expect(found.flips).toEqual([]);
    const { draws, byMetric } = found.joint!;
    for (const [i, { values, holds }] of draws.entries()) {
      const late = values.rate * (0.8 / values.memory_efficiency) > 1.27;
      expect(byMetric.get('ttft_ms_p99')![i]).toBe(late ? 1e6 : 100);
      expect(holds).toEqual([!late]);
    }
    expect(draws.filter(({ holds }) => !holds[0]).length).toBeGreaterThan(0);
  });

  it('counts the replications that keep a threshold on either side of a flip', async () => {
    const lucky: Model = (scenario) => ({
      ttft_ms_p99: scenario.seed.endsWith('1') ? 1600 : 1000 * (rateOf(scenario) / 40) ** 3,
    });
    const { trials } = fake(lucky, 2);
    const found = await explainRun({
      ...{ scenario: scenarioAt(source, []), metrics: ['ttft_ms_p99'], only: ['rate'], draws: 0, trials },
    });
    expect(found.base).toEqual({ passes: false, held: [1] });
    expect(found.joint).toBeNull();
    expect(found.flips).toEqual([]);
  });

  it('says in words what there is to explain where no metric has a value', async () => {
    const { trials, simulated } = fake(() => ({}));
    const asked = { scenario: scenarioAt(source, []), metrics: ['ttft_ms_p99'], only: ['rate'], draws: 0, trials };
    await expect(explainRun(asked)).rejects.toThrow(/ttft_ms_p99: no value in this scenario.*--metric/);
    // Said after the scenario as it stands, not after all ends and draws.
    expect(simulated).toHaveLength(1);
  });
});
