/**
 * What a scenario may say but probably does not mean: warnings with ids. Bounds are analytic and generous: a warning means
 * that something will almost certainly not come out as intended.
 */

import type { Choice } from './family.ts';
import { type Finding, finding } from './findings.ts';
import { adapterFootprint, parameterCounts, rankClasses } from './geometry.ts';
import { doubtLifecycle } from './lifecycle.ts';
import type { Dtype, Gpu, Scenario } from './scenario.ts';
import type { Families } from './schema.ts';
import type { Path } from './source-text.ts';
import { requestRate } from './volume.ts';

type Warn = (id: string, message: string, path: Path, hint?: string) => void;

export function plausibility(scenario: Scenario, families: Families): Finding[] {
  const findings: Finding[] = [];
  const warn: Warn = (id, message, path, hint) => findings.push(finding(id, message, { path, hint }));
  load(scenario, families, warn);
  time(scenario, warn);
  residency(scenario, warn);
  samples(scenario, warn);
  goals(scenario, warn);
  units(scenario, warn);
  sessions(scenario, families, warn);
  doubtLifecycle(scenario, warn);
  return findings;
}

const ORDER: readonly Dtype[] = ['fp4', 'fp8', 'fp16', 'bf16', 'fp32'];

/** FLOP/s at which a dtype runs: its own rate or the next wider one's. */
function flops(gpu: Gpu, dtype: Dtype): number {
  for (const wider of ORDER.slice(ORDER.indexOf(dtype))) if (gpu.flops[wider] !== undefined) return gpu.flops[wider];
  return Math.max(...Object.values(gpu.flops));
}

interface Law {
  min: number;
  max: number;
  cdf(k: number): number;
}

/**
 * Mean of a clipped integer law, min + Σ P(X > k), by the trapezoid rule on a geometric grid: within a few percent, which a
 * bound on the load does not notice. Null where the member has no such law.
 */
export function meanLength(choice: Choice, families: Families): number | null {
  const member = families.lengths[choice.name] as unknown as { create?: (params: unknown) => Law };
  const law = member?.create?.(choice.params);
  if (law === undefined || typeof law.cdf !== 'function') return null;
  let mean = law.min;
  let before = law.cdf(law.min);
  for (let k = law.min; k < law.max; ) {
    const width = Math.min(law.max - k, Math.max(1, k >> 2));
    k += width;
    const after = law.cdf(k);
    mean += width * (1 - (before + after) / 2);
    before = after;
  }
  return mean;
}

function load(scenario: Scenario, families: Families, warn: Warn): void {
  const { population, base, hardware, budget, duration } = scenario;
  if (population.arrivals.name !== 'open') return;
  const rate = requestRate(population);
  const crowds = population.flash_crowds.reduce((sum, crowd) => sum + crowd.rate * crowd.duration, 0);
  const requests = rate * duration + crowds;
  if (requests > budget.max_requests)
    warn('MB-W405', `about ${requests.toExponential(1)} requests are more than budget.max_requests allows`, [
      'budget',
      'max_requests',
    ]);
  if (requests < 100)
    warn(
      'MB-W404',
      `only about ${Math.round(requests)} requests arrive`,
      ['duration'],
      'a longer duration or a higher rate',
    );
  let tokens = 0;
  for (const cohort of population.cohorts) {
    const prompt = meanLength(cohort.prompt_tokens, families);
    const output = meanLength(cohort.output_tokens, families);
    if (prompt === null || output === null) return;
    tokens += cohort.rate * (prompt + output);
  }
  const { tensor, pipeline } = hardware.parallel;
  const peak = hardware.replicas * tensor * pipeline * flops(hardware.gpu, base.weight_dtype);
  const needed = 2 * parameterCounts(base).active * tokens;
  if (needed > peak) {
    warn(
      'MB-W401',
      `the offered ${tokens.toPrecision(3)} tokens/s need ${(needed / peak).toPrecision(2)} times the peak FLOP/s of all GPUs`,
      ['hardware', 'replicas'],
      'queues will grow without end: more replicas or a lower rate',
    );
  }
}

function time({ population, duration, warmup }: Scenario, warn: Warn): void {
  const { diurnal, start } = population;
  if (diurnal.amplitude > 0 && duration < diurnal.period)
    warn(
      'MB-W406',
      `the run ends before one cycle of ${diurnal.period} s`,
      ['duration'],
      'the mean rate is then not the one asked for',
    );
  if (start === 'cold' && warmup === 0)
    warn('MB-W402', 'the run begins cold and without warm-up: its tails are those of filling the tiers', [
      'population',
      'start',
    ]);
}

function residency(scenario: Scenario, warn: Warn): void {
  const { hardware, serving, population, base, adapter } = scenario;
  const { host, disk } = serving.tiers;
  if (host.capacity > hardware.node.host_memory)
    warn('MB-W407', 'adapters get more host memory than a node has', ['serving', 'tiers', 'host', 'capacity']);
  if (disk.capacity > hardware.node.disk.capacity)
    warn('MB-W407', 'adapters get more disk than a node has', ['serving', 'tiers', 'disk', 'capacity']);
  const adapters = (population.users * population.adapters_per_user) / population.users_per_adapter;
  if (serving.max_adapters_per_batch > serving.slots)
    warn('MB-W408', `a step cannot use ${serving.max_adapters_per_batch} adapters of ${serving.slots} slots`, [
      'serving',
      'max_adapters_per_batch',
    ]);
  if (hardware.gpu.flops[base.weight_dtype] === undefined) {
    warn('MB-W409', `${hardware.gpu.name} has no ${base.weight_dtype} rate: the next wider one is used`, [
      'hardware',
      'gpu',
    ]);
  }
  if (hardware.parallel.tensor > hardware.gpus_per_node)
    warn('MB-W410', 'tensor parallelism crosses nodes: collectives run at inter-node bandwidth', [
      'hardware',
      'parallel',
      'tensor',
    ]);
  const ranks = rankClasses(scenario);
  if (ranks.length === 0 || adapter.modules.length === 0) return;
  const largest = adapterFootprint(scenario, ranks[ranks.length - 1]);
  const slowest =
    serving.loader.resolve +
    serving.loader.build +
    serving.loader.build_per_object * largest.objects +
    serving.loader.register +
    hardware.object_store.latency +
    largest.diskBytes / Math.min(hardware.node.network.bandwidth, hardware.object_store.bandwidth);
  if (population.start === 'cold' && scenario.warmup > 0 && scenario.warmup < slowest) {
    warn('MB-W402', `the warm-up is shorter than one load of ${slowest.toPrecision(3)} s`, ['warmup']);
  }
  if (adapters < hardware.cells)
    warn('MB-W411', `${adapters} adapters leave some of the ${hardware.cells} cells without any`, [
      'hardware',
      'cells',
    ]);
}

/** A p99.9 of a thousand requests is one request. */
function samples({ population, duration, warmup, thresholds }: Scenario, warn: Warn): void {
  if (population.arrivals.name !== 'open') return;
  const measured = requestRate(population) * (duration - warmup);
  for (const { metric } of thresholds) {
    const digits = /_p(\d{2,5})$/.exec(metric)?.[1];
    if (digits === undefined) continue;
    const beyond = measured * (1 - Number(digits) / 10 ** digits.length);
    if (beyond < 100)
      warn(
        'MB-W403',
        `${metric} rests on about ${Math.round(beyond)} requests beyond the percentile`,
        ['thresholds', metric],
        'at least 100 make it stable',
      );
  }
}

/** Seconds beyond which nobody waits: a number that was meant in ms. */
const TOO_LONG = { ttft: 600, tpot: 2, e2el: 1e5 } as const;
/** A bound so far below the objective on the same time was meant in seconds. */
const TOO_SHORT = 1 / 50;

function units({ slo, thresholds }: Scenario, warn: Warn): void {
  const least: Partial<Record<string, number>> = {};
  for (const [name, objective] of Object.entries(slo)) {
    for (const [time, most] of Object.entries(TOO_LONG)) {
      const seconds = (objective as unknown as Record<string, number | null | undefined>)[time];
      if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) continue;
      least[time] = Math.min(least[time] ?? seconds, seconds);
      if (seconds >= most)
        warn(
          'MB-W414',
          `${time} of ${seconds} s is not an objective that anybody misses`,
          ['slo', name, time],
          `a bare number is in seconds: for milliseconds write ${seconds}ms`,
        );
    }
  }
  for (const { metric, op, value } of thresholds) {
    const objective = least[/^(ttft|tpot|e2el)_ms_/.exec(metric)?.[1] ?? ''];
    if (objective === undefined || !op.startsWith('<') || value >= TOO_SHORT * 1000 * objective) continue;
    warn(
      'MB-W414',
      `${metric} ${op} ${value} ms, where the objective is ${1000 * objective} ms`,
      ['thresholds', metric],
      `a bare number is in ms: for seconds write '${op} ${value}s'`,
    );
  }
}

function goals({ slo, population }: Scenario, warn: Warn): void {
  const used = new Set(population.cohorts.map((cohort) => cohort.slo));
  for (const name of Object.keys(slo))
    if (!used.has(name))
      warn(
        'MB-W412',
        `no cohort uses the objective ${name}`,
        ['slo', name],
        `name it where it counts: population.cohorts[].slo: ${name}`,
      );
}

function sessions({ population }: Scenario, families: Families, warn: Warn): void {
  const { name } = population.arrivals;
  if ((families.arrivals[name] as { sessions?: boolean }).sessions !== false) return;
  for (const [i, cohort] of population.cohorts.entries()) {
    if (cohort.sessions !== null)
      warn('MB-W413', `${name} arrivals already hold every request: the sessions are not used`, [
        'population',
        'cohorts',
        i,
        'sessions',
      ]);
  }
}
