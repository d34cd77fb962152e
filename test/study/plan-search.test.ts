import { describe, expect, it } from 'vitest';
import { restText } from '../../src/cli/plan-text.ts';
import { bindingOf } from '../../src/metrics/binding.ts';
import type { Verdict } from '../../src/metrics/thresholds.ts';
import { type Candidate, type PlanOptions, plan } from '../../src/study/plan.ts';
import { settingText } from '../../src/study/points.ts';
import { parseAxis } from '../../src/study/range.ts';
import { scenarioAt, WHOLE } from '../../src/study/search-space.ts';
import { fake, type Model, rateOf, smoke } from './fake-executor.ts';

const TTFT = { path: 'thresholds', value: ['ttft_ms_p99 < 2s'] };
const RATE = { path: 'population.rate', value: '300/s' };

/** Requests a second that one replica carries, by GPU. */
const CARRIES: Readonly<Record<string, number>> = { 'NVIDIA H100 SXM': 30, 'NVIDIA L40S': 12 };
const queue: Model = (scenario) => {
  const load = rateOf(scenario) / scenario.hardware.replicas / CARRIES[scenario.hardware.gpu.name];
  return { ttft_ms_p99: 2000 * load ** 4, queue_ms_mean: 2600 * load, e2el_ms_mean: 3000 * load, alone_ms_mean: 500 };
};

function search(axes: string[], model: Model = queue, change: Partial<PlanOptions> = {}) {
  const { simulated, trials } = fake(model);
  const found = plan({
    source: smoke([TTFT, RATE]),
    axes: axes.map(parseAxis),
    objective: 'usd_per_hour',
    smaller: WHOLE,
    width: 1,
    trials,
    ...change,
  });
  return { simulated, found };
}

describe('the cheapest configuration', () => {
  it('is found over GPUs and replicas, with the neighbours that fail and what they are short of', async () => {
    const { found, simulated } = search(['hardware.gpu=l40s,h100', 'hardware.replicas=2..32']);
    const { answer, candidates, failing } = await found;
    // 10 H100 at 3 USD against 25 (whole cells: 26) L40S at 1.9.
    expect(settingText(candidates[answer!].setting)).toBe('hardware.gpu=h100, hardware.replicas=12');
    expect(candidates[answer!].price).toBe(36);
    expect(candidates[answer!].how).toBe('whole');
    const neighbours = failing.map(({ candidate }) => settingText(candidates[candidate].setting));
    expect(neighbours).toContain('hardware.gpu=h100, hardware.replicas=10');
    for (const { candidate, binding } of failing) {
      expect(candidates[candidate].failing).toMatchObject([{ metric: 'ttft_ms_p99', ok: false }]);
      expect(candidates[candidate].price).toBeLessThanOrEqual(36);
      expect(binding!.resource).toMatch(/compute of the replicas/);
    }
    expect(simulated.length).toBeLessThan(16);
    // Everything cheaper is settled.
    expect(candidates.slice(0, answer!).every(({ state }) => state === 'fails')).toBe(true);
  });

  it('is not looked for where a value is misspelt, which leaves out what it meant', async () => {
    const { found, simulated } = search(['hardware.gpu=l40s,h10', 'hardware.replicas=8..32']);
    await expect(found).rejects.toThrow(/"h10" is not a known GPU \(at hardware.gpu=h10/);
    expect(simulated).toEqual([]);
    const trace = search(['population.arrivals.file=a.csv,b.csv'], queue, {
      source: smoke([TTFT, { path: 'population.arrivals', value: { model: 'trace', format: 'azure', file: 'a.csv' } }]),
    });
    await expect(trace.found).rejects.toThrow(/a\.csv/);
  });

  it('takes values of an axis without an order one by one', async () => {
    const model: Model = ({ serving }) => ({ ttft_ms_p99: serving.slots === 32 ? 100 : 5000 });
    const { answer, candidates } = await search(['serving.slots=8,16,32,64'], model).found;
    expect(settingText(candidates[answer!].setting)).toBe('serving.slots=32');
  });

  it('prefers what was written first among equally dear ones', async () => {
    const model: Model = ({ serving }) => ({ ttft_ms_p99: serving.tiers.host.capacity >= 40 * 2 ** 30 ? 100 : 5000 });
    const { answer, candidates, failing } = await search(['serving.tiers.host.capacity=8GiB..128GiB:8GiB'], model)
      .found;
    expect(settingText(candidates[answer!].setting)).toBe('serving.tiers.host.capacity=40GiB');
    expect(settingText(candidates[failing[0].candidate].setting)).toBe('serving.tiers.host.capacity=32GiB');
  });

  it('is confirmed whole where the search was on a smaller system', async () => {
    // The half is too hopeful by a tenth.
    const model: Model = (scenario) => {
      const { ttft_ms_p99 } = queue(scenario);
      return { ttft_ms_p99: scenario.hardware.cells === 1 ? ttft_ms_p99 * 0.6 : ttft_ms_p99 };
    };
    const { answer, candidates, failing, misled } = await search(['hardware.replicas=4..32:4'], model, {
      smaller: { scale: 2, set: [] },
      source: smoke([TTFT, { path: 'population.rate', value: '470/s' }]),
    }).found;
    expect(settingText(candidates[answer!].setting)).toBe('hardware.replicas=16');
    expect(candidates[answer!].how).toBe('whole');
    expect(candidates[failing[0].candidate].how).toBe('whole');
    expect(misled.length + candidates.filter(({ how }) => how === 'search').length).toBeGreaterThan(0);
  });

  it('does not exist where nothing meets the thresholds: the dearest failure is described', async () => {
    const { answer, failing, candidates } = await search(['hardware.replicas=2..8']).found;
    expect(answer).toBeNull();
    expect(settingText(candidates[failing[0].candidate].setting)).toBe('hardware.replicas=8');
  });

  it('leaves out what is no valid scenario, and says why', async () => {
    const { invalid, answer } = await search(['hardware.replicas=3,12']).found;
    expect(answer).toBe(0);
    expect(invalid).toHaveLength(1);
    expect(invalid[0].reason).toMatch(/cells|multiple/);
  });
});

describe('what binds', () => {
  const scenario = scenarioAt(smoke(), []);
  const base = { e2el_ms_mean: 10_000, alone_ms_mean: 1000, arrivals: 1000, cold_loads: 500, activations: 800 };
  it.each([
    ['KV cache memory', { queue_ms_mean: 8000, kv_utilisation: 0.97 }],
    ['places in the batch', { queue_ms_mean: 8000, running_mean: 1000 }],
    ['compute of the replicas', { queue_ms_mean: 8000, replica_utilisation: 1, step_share_base: 0.8 }],
    ['speed of steps (70% of their time is lora)', { queue_ms_mean: 10, step_share_lora: 0.7 }],
    ['copies from host to GPU', { adapter_wait_ms_mean: 8000, load_wait_slot_ms_mean: 9000, finished: 1000 }],
    // Loads take a second of each request's eight: the rest is spent behind slots that are in use.
    [
      'GPU slots',
      { adapter_wait_ms_mean: 8000, load_fetch_ms_mean: 2000, finished: 1000, gpu_active_adapters_mean: 250 },
    ],
    ['bandwidth of disks', { adapter_wait_ms_mean: 8000, load_fetch_ms_mean: 9000 }],
    ['loaders', { adapter_wait_ms_mean: 8000, load_queue_ms_mean: 9000, loads_in_flight_mean: 16 }],
    ['room for loads', { adapter_wait_ms_mean: 8000, load_queue_ms_mean: 9000, loads_in_flight_mean: 1 }],
  ])('%s', (resource, metrics) => {
    expect(bindingOf({ ...base, ...metrics }, scenario).resource).toContain(resource);
  });

  it('is room for loads where none of them began and nothing finished, whatever share of no time is lost', () => {
    const stuck = { arrivals: 1000, unfinished: 1000, finished: 0, cold_ratio: 1, cold_loads: 0 };
    const found = bindingOf(stuck, scenario);
    expect(found.resource).toContain('serving.tiers.host.capacity');
    expect(found.evidence).toEqual(['no request finished, and none of the loads they wait for began']);
    expect(bindingOf({ ...stuck, finished: 1 }, scenario).resource).not.toBe(found.resource);
  });

  it('has shares of lost time that sum to one', () => {
    const { lost } = bindingOf({ ...base, queue_ms_mean: 3000, adapter_wait_ms_mean: 2000 }, scenario);
    expect(lost.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(lost[0].ms).toBe(4000);
  });
});

describe('what binds a threshold on first tokens', () => {
  const scenario = scenarioAt(smoke(), []);
  // Decoding loses most of a request's time; first tokens wait for adapters, and hardly in the queue.
  const metrics = {
    ...{ e2el_ms_mean: 5000, alone_ms_mean: 900, finished: 1000, step_share_base: 0.78, replica_utilisation: 1 },
    ...{ ttft_ms_mean: 1700, queue_ms_mean: 95, adapter_wait_ms_mean: 1570 },
    ...{ ttft_ms_p99: 5540, queue_ms_p99: 676, adapter_wait_ms_p99: 5360 },
    ...{ ttft_ms_p50: 1000, queue_ms_p50: 700, adapter_wait_ms_p50: 1 },
    ...{ slo_ttft_attainment: 0.4, slo_tpot_attainment: 0.9, slo_e2el_attainment: 1 },
  };
  const broken = (metric: string, value = 500): Verdict => ({
    ...{ metric, op: '<', value, actual: null, ok: false, severity: 'fail' },
  });

  it.each([
    ['ttft_ms_p99', 500, 'ttft_ms_p99', 'GPU slots'],
    ['ttft_host_ms_p99', 500, 'ttft_ms_p99', 'GPU slots'],
    // At the median it is the queue that is long.
    ['ttft_ms_p50', 500, 'ttft_ms_p50', 'compute of the replicas'],
    ['slo_ttft_attainment', 0.99, 'ttft_ms_p99', 'GPU slots'],
    ['slo_attainment', 0.99, 'ttft_ms_p99', 'GPU slots'],
    ['slo_attainment', 0.6, 'ttft_ms_p50', 'compute of the replicas'],
    ['tpot_ms_p99', 50, 'e2el_ms_mean', 'the speed of steps (78% of their time is base)'],
    ['e2el_ms_p99', 50, 'e2el_ms_mean', 'the speed of steps (78% of their time is base)'],
  ])('%s, bound %d', (metric, bound, of, resource) => {
    const binding = bindingOf(metrics, scenario, [broken(metric, bound)]);
    expect(binding.of).toBe(of);
    expect(binding.resource).toContain(resource);
    expect(binding.lost.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 12);
  });

  it('says the parts at the quantile of the threshold; prefill is no less than what is left of the means', () => {
    const { evidence, lost } = bindingOf(metrics, scenario, [broken('ttft_ms_p99')]);
    expect(evidence[0]).toMatch(
      /^time to first token, p99 5\.54 s: wait for the adapter 5\.36 s, queue .* 676 ms, prefill/,
    );
    expect(lost.at(-1)).toMatchObject({ name: 'prefill', ms: 1700 - 95 - 1570 });
  });

  it('is step time where first tokens wait for nothing else', () => {
    const prefill = { ...metrics, queue_ms_p99: 10, adapter_wait_ms_p99: 20 };
    expect(bindingOf(prefill, scenario, [broken('ttft_ms_p99')])).toMatchObject({
      of: 'ttft_ms_p99',
      resource: 'the speed of steps (78% of their time is base)',
      lost: [{ name: 'prefill', ms: 5510 }, { ms: 20 }, { ms: 10 }],
    });
  });

  it('divides the whole time where another threshold breaks too, or attainment is lost elsewhere', () => {
    expect(bindingOf(metrics, scenario, [broken('ttft_ms_p99'), broken('tpot_ms_p99')]).of).toBe('e2el_ms_mean');
    const tpot = { ...metrics, slo_tpot_attainment: 0.3 };
    expect(bindingOf(tpot, scenario, [broken('slo_attainment', 0.99)]).of).toBe('e2el_ms_mean');
    // Refusals miss all objectives alike.
    const refused = { ...metrics, slo_tpot_attainment: 0.4, slo_e2el_attainment: 0.4 };
    expect(bindingOf(refused, scenario, [broken('slo_attainment', 0.99)]).of).toBe('e2el_ms_mean');
  });

  it('is a tier where only the places in which adapters are found fail, whatever is waited for', () => {
    const found = { ...metrics, hit_ratio_gpu: 0.2, hit_ratio_host: 0.3, hit_ratio_disk: 0.4, cold_ratio: 0.5 };
    expect(bindingOf(found, scenario, [broken('hit_ratio_gpu', 0.5)])).toMatchObject({
      reading: 'lookups',
      resource: 'GPU slots (serving.slots)',
      evidence: [
        'lookups find the adapter on the GPU in 20% of the cases, in host memory in 30%, on the disk only in 40%, nowhere on the node in 10%',
      ],
    });
    expect(bindingOf(found, scenario, [broken('byte_cold_ratio', 0.1)]).resource).toMatch(/^host memory/);
    const both = [broken('cold_ratio', 0.1), broken('ttft_ms_p99')];
    expect(bindingOf(found, scenario, both).reading).toBe('waits');
  });

  it('comes with the axis in which the answer differs', async () => {
    const model: Model = ({ serving }) => ({ ...metrics, ttft_ms_p99: serving.slots >= 32 ? 100 : 5540 });
    const { failing } = await search(['hardware.replicas=8', 'serving.slots=16,32'], model).found;
    expect(failing).toMatchObject([
      {
        differs: { path: 'serving.slots', fails: '16', answer: '32' },
        binding: { of: 'ttft_ms_p99', resource: 'GPU slots (serving.slots)' },
      },
    ]);
    const none = await search(['serving.slots=8,16'], model).found;
    expect(none.failing).toMatchObject([{ differs: null }]);
  });
});

describe('what was not simulated', () => {
  const rest = (prices: number[], answer: number, known: number[]) =>
    restText(
      prices.map((price, at) => ({ price, state: at < answer ? 'fails' : null }) as Candidate),
      known,
      answer,
    );
  it('counts what passes by inference', () => {
    const states = ['fails', 'passes', 'passes', null] as const;
    const candidates = states.map((state, at) => ({ price: 5 + at, state }) as Candidate);
    expect(restText(candidates, [0, 1], 1)).toBe(
      '  2 others, which cost more, were not simulated; 1 passes by inference\n',
    );
  });

  it.each([
    [[6, 6, 6], 1, [0, 1], /1 other, which costs as much, was not simulated\n.*order of the axes/],
    [[6, 8, 9], 0, [0], /^ {2}2 others, which cost more, were not simulated\n$/],
    [[6, 6, 9], 0, [0], /2 others, which cost as much or more, were not simulated\n.*order of the axes/],
    [[5, 6], 1, [0, 1], /^$/],
    // Of the same price, but it fails: nothing was tied.
    [[6, 6], 1, [0, 1], /^$/],
  ])('of prices %j', (prices, answer, known, text) => {
    expect(rest(prices, answer, known)).toMatch(text);
  });
});
