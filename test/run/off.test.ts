/**
 * What is in a scenario but off, or on but out of reach, changes nothing: every table comes out byte for byte as without it.
 * Each change names a path that the plain scenario does not take, so a feature that leaks into the others shows here.
 */
import { beforeAll, describe, expect, test } from 'vitest';
import { differences, simulate, small, tablesOf } from './small.ts';

const tables = (...changes: string[]) => {
  const scenario = small(...changes);
  return tablesOf(scenario, simulate(scenario, false));
};

describe('changes nothing:', () => {
  let plain: Map<string, Buffer>;
  beforeAll(() => {
    plain = tables();
  });

  test.each([
    ['drift by no ranks', 'population.drift={law: shift, period: 1s, share: 0%}'],
    ['drift that begins after the end', 'population.drift={law: shift, period: 1h, share: 10%}'],
    ['a day without amplitude', 'population.diurnal={amplitude: 0, peak: 3s, period: 7s}'],
    ['a cap on the rate of a user that none reaches', 'population.max_rate_per_user=1000/s'],
    ['no pins', 'serving.pin.count=0'],
    [
      'a lifecycle in which nothing is ever trained',
      'lifecycle={updates: none, training: 5min, evaluation: {pass: 0%}, prewarm: host, rollback: {share: 50%}}',
    ],
    ['no prefetch', 'serving.prefetch=none'],
    [
      'a bound on requests in flight that is out of reach',
      'serving.admission={policy: bounded-in-flight, limit: 100000}',
    ],
    ['a token bucket that never empties', 'serving.admission={policy: token-bucket, rate: 1e6/s, burst: 1000000}'],
    ['budgets that are not used up', 'budget={max_events: 1e9, max_requests: 1e6, max_queue: 1e5}'],
    ['a load queue that never fills', 'serving.loader.queue=1000000'],
    ['an interval of a store that is no limit', 'hardware.object_store.interval=50ms'],
    ['priority classes under first come, first served', 'population.cohorts[agents].priority=3'],
    ['fair-share weights under first come, first served', 'population.cohorts[agents].weight=5'],
    ['one priority class under priority scheduling', 'serving.scheduling=priority'],
    ['the reserve of a prompt', 'serving.kv.reserve=prompt'],
    ['no decode steps between prefills', 'serving.decode_between_prefills=0'],
    ['steps that chunked prefill mixes anyway', 'serving.mixed_steps=false'],
    ['no bound on prompts at once', 'serving.max_prefills=none'],
    ['a deadline out of reach', 'serving.early_abort={deadline: 1h}'],
    ['no polling', 'serving.idle_poll=0'],
    ['replicas that are up at once', 'serving.startup={base: 0, per_slot: 0}'],
    ['adapters built in the background', 'serving.loader.build_in=background'],
    ['adapters that stay', 'serving.tiers.gpu.keep=until-evicted'],
    ['more entries in host memory than adapters', 'serving.tiers.host.entries=1000000'],
    ["slots for the adapters' own modules", 'serving.slot_modules=adapter'],
    ['a drainer that nobody starves long enough for', 'serving.drain={after: 1h}'],
    ['two-phase readiness that holds requests as a load does', 'serving.readiness={unready: hold}'],
    ['no adapter pinned to the GPU', 'serving.pin.gpu=0'],
    [
      'host work that takes no time',
      'serving.cost={model: roofline, request_overhead: 0, prompt_overhead: 0, host_step: 0, host_request: 0, host_launch: 0, collective_skew: 0}',
    ],
    ['kernels that launch nothing for tokens', 'serving.cost={model: roofline, lora_token: 0, lora_block: 0}'],
    [
      'products in FP8 at the full share of a base in 16 bits',
      'serving.cost={model: roofline, fp8_efficiency: 1, fp8_bandwidth: 1}',
    ],
    ['how a preempted request comes back where none is', 'serving.kv.preemption=swap'],
  ])('%s', (_, change) => {
    expect(differences(plain, tables(change))).toEqual([]);
  });

  test('a routing policy in cells of one replica', () => {
    for (const policy of ['random', 'round-robin', 'largest-batch', 'power-of-two', 'adapter-affinity', 'cell-local']) {
      expect(differences(plain, tables(`serving.routing=${policy}`)), policy).toEqual([]);
    }
    const stale = 'serving.routing={policy: residency-aware, staleness: 5s}';
    expect(differences(plain, tables(stale))).toEqual([]);
  });

  test('but what is on does', () => {
    for (const change of [
      'population.drift={law: shift, period: 1s, share: 10%}',
      'serving.pin.count=5',
      'lifecycle={updates: {law: poisson, rate: 1/min}}',
      'serving.slots=4',
      'serving.max_prefills=1',
      'serving.idle_poll=10ms',
      'serving.tiers.gpu.keep=while-used',
      'serving.early_abort={deadline: 1ms}',
      'serving.merge={}',
      'serving.startup={base: 1s}',
      'serving.loader.build_in=engine',
      'serving.engine=vllm-v1',
    ]) {
      expect(differences(plain, tables(change)), change).not.toEqual([]);
    }
  });
});
