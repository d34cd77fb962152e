import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/scenario/errors.ts';
import { findKnees, type KneeOptions } from '../../src/study/knee.ts';
import { parseAxis, type Range } from '../../src/study/range.ts';
import { scaleDown } from '../../src/study/scaled.ts';
import { scenarioAt, WHOLE } from '../../src/study/search-space.ts';
import { fake, type Model, rateOf, smoke } from './fake-executor.ts';

const TTFT = [{ path: 'thresholds', value: ['ttft_ms_p99 < 2s'] }];

function search(axis: string, model: Model, change: Partial<KneeOptions> = {}, replications = 1) {
  const { simulated, trials } = fake(model, replications);
  const found = findKnees({
    source: smoke(TTFT),
    axis: parseAxis(axis) as Range,
    settings: [[]],
    coarse: 6,
    resolution: 0.02,
    most: 40,
    smaller: WHOLE,
    trials,
    ...change,
  });
  return { found, simulated };
}

/** Two seconds at a load of 30 requests a second and replica; the seed moves that by a few percent. */
const queue: Model = (scenario) => {
  const luck = 1 + 0.03 * (scenario.seed.length % 3);
  const load = (rateOf(scenario) * luck) / scenario.hardware.replicas / 30;
  return { ttft_ms_p99: 2000 * load ** 4, arrivals: rateOf(scenario) * scenario.duration };
};

describe('the knee of a scenario', () => {
  it('in the rate is where the threshold breaks, and says what broke', async () => {
    const { thresholds, settings } = await search('population.rate=20/s..1000/s', queue).found;
    const [{ bracket, brokenBy, points }] = settings;
    expect(thresholds).toEqual([{ metric: 'ttft_ms_p99', op: '<', value: 2000, severity: 'fail' }]);
    // Four replicas of 30 requests a second, less the luck of the scenario's own seed.
    const knee = 120 / 1.03;
    expect(bracket.bracket!.below).toBeLessThan(knee);
    expect(bracket.bracket!.above).toBeGreaterThan(knee);
    expect(brokenBy).toMatchObject([{ metric: 'ttft_ms_p99', ok: false }]);
    expect(brokenBy[0].actual).toBeGreaterThan(2000);
    expect(points[0].offeredRps).toBeCloseTo(20, 6);
    expect(points.map(({ text }) => text)[0]).toBe('20/s');
  });

  it('in replicas steps by whole cells and holds above', async () => {
    const { axis, settings } = await search('hardware.replicas=2..64', queue, {
      source: smoke([...TTFT, { path: 'population.rate', value: '400/s' }]),
    }).found;
    expect(axis.step).toBe(2);
    const [{ bracket, brokenBy }] = settings;
    expect(bracket.side).toBe('above');
    // 400 · 1.03 / 30 = 13.7 replicas.
    expect(bracket.bracket).toEqual({ below: 12, above: 14 });
    expect(brokenBy[0].metric).toBe('ttft_ms_p99');
  });

  it('differs by setting of another axis', async () => {
    const settings = ['2', '8'].map((value) => [{ path: 'hardware.replicas', value }]);
    const found = await search('population.rate=20/s..1000/s', queue, { settings }).found;
    const [two, eight] = found.settings.map(({ bracket }) => bracket.bracket!.below);
    expect(eight / two).toBeCloseTo(4, 0);
  });

  it('takes the same seeds at every value', async () => {
    const { found, simulated } = search('population.rate=20/s..1000/s', queue, {}, 3);
    const { seeds, settings } = await found;
    expect(seeds).toEqual(['mint', 'mint#1', 'mint#2']);
    expect(simulated).toHaveLength(3 * settings[0].points.length);
    expect(settings[0].coverage).toBe(0.75);
  });

  it('on a smaller system is the knee of the whole, because the load per replica is the same', async () => {
    const { found, simulated } = search('population.rate=20/s..1000/s', queue, { smaller: { scale: 2, set: [] } });
    const [{ bracket, points }] = (await found).settings;
    expect(bracket.bracket!.below).toBeLessThan(120 / 1.03);
    expect(bracket.bracket!.above).toBeGreaterThan(120 / 1.03);
    expect(simulated.every(({ hardware }) => hardware.replicas === 2 && hardware.cells === 1)).toBe(true);
    expect(points[0].offeredRps).toBeCloseTo(20, 6);
  });

  it('needs a threshold that can fail', async () => {
    const source = smoke([{ path: 'thresholds', value: [] }]);
    await expect(search('population.rate=20/s..1000/s', queue, { source }).found).rejects.toThrow(/--until/);
  });

  it('counts what cannot be simulated to its end as broken, with the reason', async () => {
    // Slots that leave no memory for the KV cache.
    const { found } = search('serving.slots=8..65536', () => ({ ttft_ms_p99: 100 }));
    const [{ bracket, points }] = (await found).settings;
    expect(bracket.verdict).toBe('knee');
    expect(points.at(-1)!.failure).toMatch(/leave no memory/);
    expect(points[0].failure).toBeNull();
  });
});

describe('a smaller system', () => {
  const whole = scenarioAt(smoke(), []);

  it('has the same load, users and bandwidth per replica', () => {
    const half = scaleDown(whole, 2);
    expect(rateOf(half) / half.hardware.replicas).toBeCloseTo(rateOf(whole) / whole.hardware.replicas, 12);
    expect(half.population.users / half.hardware.replicas).toBe(whole.population.users / whole.hardware.replicas);
    expect(half.hardware.replicas / half.hardware.cells).toBe(whole.hardware.replicas / whole.hardware.cells);
    expect(scaleDown(whole, 1)).toBe(whole);
  });

  it('is refused where cells cannot be divided, with the divisors that can', () => {
    expect(() => scaleDown(whole, 3)).toThrow(UserError);
    expect(() => scaleDown(whole, 3)).toThrow(/Use 2\./);
  });
});
