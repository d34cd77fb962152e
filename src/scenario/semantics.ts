/**
 * Rules across fields, for a scenario that meets the schema. Each finding names the field to change and, in `uses`, what else
 * the judgement rests on. Units are the scenario's own: seconds, bytes, 1/s.
 */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, resolve as resolvePath } from 'node:path';
import { type Finding, finding, suggest } from './findings.ts';
import { adapterFootprint, modelBytes, rankClasses } from './geometry.ts';
import { checkLifecycle } from './lifecycle.ts';
import type { RankMix, Scenario } from './scenario.ts';
import type { Families } from './schema.ts';
import type { Path } from './source-text.ts';

export interface SemanticOptions {
  families: Families;
  /** Names that thresholds may use. */
  metrics?: readonly string[];
  /** Those of them that are shares of a whole, between 0 and 1. */
  fractions?: readonly string[];
  /** Where the scenario file is. */
  directory: string;
}

export type Report = (
  id: string,
  message: string,
  path: Path,
  rest?: Pick<Finding, 'uses' | 'expected' | 'hint'>,
) => void;

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

const SHARE_TOLERANCE = 1e-6;
const percent = (share: number) => `${Number((100 * share).toPrecision(6))}%`;

function checkPopulation({ population, duration, warmup, adapter }: Scenario, report: Report): void {
  const { cohorts, users } = population;
  const total = cohorts.reduce((sum, cohort) => sum + cohort.share, 0);
  if (Math.abs(total - 1) > SHARE_TOLERANCE) {
    report('MB-E201', `the shares of the cohorts sum to ${percent(total)}`, ['population', 'cohorts'], {
      expected: '100%',
      uses: cohorts.map((_, i) => ['population', 'cohorts', i, 'share']),
    });
  }
  if (population.adapters_per_user > 1 && population.users_per_adapter > 1) {
    report('MB-E210', 'users either own several adapters or share one', ['population', 'users_per_adapter'], {
      hint: 'leave adapters_per_user or users_per_adapter at 1',
      uses: [['population', 'adapters_per_user']],
    });
  }
  if (population.users_per_adapter > users) {
    report(
      'MB-E210',
      `${population.users_per_adapter} users share an adapter and there are ${users}`,
      ['population', 'users_per_adapter'],
      { uses: [['population', 'users']] },
    );
  }
  const names = new Map<string, number>();
  cohorts.forEach((cohort, i) => {
    const at: Path = ['population', 'cohorts', i];
    const before = names.get(cohort.name);
    if (before !== undefined)
      report('MB-E211', `the name ${cohort.name} is taken by cohort ${before}`, [...at, 'name'], {
        hint: 'give every cohort a name of its own',
      });
    else names.set(cohort.name, i);
    if (cohort.name === 'all' && cohorts.length > 1)
      report('MB-E211', 'all is the name of the whole run in results', [...at, 'name'], {
        hint: 'give every cohort a name of its own',
      });
    const cohortUsers = cohort.share * users;
    if (cohort.rate > cohortUsers * population.max_rate_per_user * (1 + 1e-9)) {
      report(
        'MB-E222',
        `cohort ${cohort.name} cannot reach ${cohort.rate}/s: ${Math.round(cohortUsers)} users at ${population.max_rate_per_user}/s each are fewer`,
        ['population', 'max_rate_per_user'],
        {
          uses: [
            [...at, 'rate'],
            [...at, 'share'],
            ['population', 'users'],
            ['population', 'rate'],
          ],
        },
      );
    }
    if (cohort.share > 0 && cohortUsers < 0.5) {
      report('MB-E217', `cohort ${cohort.name} has no user: ${percent(cohort.share)} of ${users}`, [...at, 'share'], {
        uses: [['population', 'users']],
      });
    }
    if (cohort.rank !== null) checkRanks(cohort.rank, [...at, 'rank'], report);
  });
  checkRanks(adapter.rank, ['adapter', 'rank'], report);
  if (warmup >= duration)
    report('MB-E214', `the warm-up of ${warmup} s leaves nothing of the ${duration} s to measure`, ['warmup'], {
      uses: [['duration']],
    });
}

function checkRanks(mix: RankMix, path: Path, report: Report): void {
  const total = mix.ranks.reduce((sum, entry) => sum + entry.share, 0);
  if (Math.abs(total - 1) > SHARE_TOLERANCE)
    report('MB-E212', `the shares of the ranks sum to ${percent(total)}`, path, { expected: '100%' });
  const ranks = mix.ranks.map(({ rank }) => rank);
  const twice = ranks.find((rank, i) => ranks.indexOf(rank) !== i);
  if (twice !== undefined)
    report('MB-E212', `rank ${twice} stands in the list twice`, path, { hint: 'add the shares up' });
}

function checkFlashCrowds({ population, duration }: Scenario, families: Families, report: Report): void {
  const arrivals = population.arrivals.name;
  const { crowds } = families.arrivals[arrivals] as { crowds?: boolean };
  if (crowds === false && population.flash_crowds.length > 0) {
    report('MB-E225', `flash crowds cannot come on top of ${arrivals} arrivals`, ['population', 'flash_crowds'], {
      uses: [['population', 'arrivals']],
    });
  }
  const names = population.cohorts.map(({ name }) => name);
  for (const [i, crowd] of population.flash_crowds.entries()) {
    const at: Path = ['population', 'flash_crowds', i];
    const index = crowd.cohort === null ? 0 : names.indexOf(crowd.cohort);
    if (index === -1) {
      const hint = suggest(crowd.cohort!, names);
      report('MB-E213', `there is no cohort ${crowd.cohort}`, [...at, 'cohort'], {
        hint,
        uses: [['population', 'cohorts']],
      });
      continue;
    }
    const users = Math.floor(population.cohorts[index].share * population.users);
    if (crowd.users > users)
      report(
        'MB-E213',
        `the crowd has ${crowd.users} users and cohort ${names[index]} only ${users}`,
        [...at, 'users'],
        { uses: [['population']] },
      );
    if (crowd.at >= duration)
      report('MB-E213', `the crowd comes at ${crowd.at} s, after the end at ${duration} s`, [...at, 'at'], {
        uses: [['duration']],
      });
  }
}

/** A trace is looked for beside the scenario first, then from the working directory. */
export function findFile(file: string, directory: string): string | null {
  const candidates = isAbsolute(file) ? [file] : [resolvePath(directory, file), resolvePath(file)];
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.R_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not there or not readable: the next candidate.
    }
  }
  return null;
}

function checkTrace({ population }: Scenario, directory: string, report: Report): void {
  const { name, params } = population.arrivals;
  if (name !== 'trace' || typeof params.file !== 'string') return;
  const at: Path = ['population', 'arrivals', 'file'];
  if (params.file === '') {
    report('MB-E207', 'no trace file is named', at, { hint: 'add --set population.arrivals.file=trace.csv' });
  } else if (findFile(params.file, directory) === null) {
    report('MB-E207', `the trace file ${params.file} cannot be read`, at, {
      hint: 'paths start from the scenario file, then from the working directory',
    });
  }
}

function checkBase({ base }: Scenario, report: Report): void {
  const { moe, window } = base;
  if (base.mla === null && base.heads % base.kv_heads !== 0)
    report('MB-E215', `${base.heads} query heads cannot share ${base.kv_heads} key heads`, ['base', 'kv_heads'], {
      uses: [['base', 'heads']],
    });
  if (moe !== null && moe.top_k > moe.experts)
    report('MB-E215', `a token cannot go to ${moe.top_k} of ${moe.experts} experts`, ['base', 'moe', 'top_k']);
  if (moe !== null && moe.dense_first > base.layers)
    report('MB-E215', `${moe.dense_first} dense layers of ${base.layers}`, ['base', 'moe', 'dense_first']);
  if (base.mlp === 0 && (moe === null || moe.dense_first > 0))
    report('MB-E215', 'mlp is 0 and not every layer is a mixture of experts', ['base', 'mlp'], {
      uses: [['base', 'moe']],
    });
  if (window !== null && window.layers > base.layers)
    report('MB-E215', `${window.layers} windowed layers of ${base.layers}`, ['base', 'window', 'layers']);
}

function checkParallel({ hardware, base }: Scenario, report: Report): void {
  const { tensor, pipeline, expert } = hardware.parallel;
  const gpus = tensor * pipeline;
  const parallel: Path = ['hardware', 'parallel'];
  const rest = { uses: [['base'], ['hardware', 'parallel']] };
  if (hardware.replicas % hardware.cells !== 0) {
    report(
      'MB-E203',
      `${hardware.replicas} replicas cannot be split over ${hardware.cells} cells`,
      ['hardware', 'cells'],
      {
        expected: `a divisor of ${hardware.replicas}`,
        uses: [['hardware', 'replicas']],
      },
    );
  }
  if (base.heads % tensor !== 0)
    report('MB-E204', `${base.heads} heads cannot be split over ${tensor} GPUs`, [...parallel, 'tensor'], rest);
  if (pipeline > base.layers)
    report('MB-E204', `${base.layers} layers make no ${pipeline} stages`, [...parallel, 'pipeline'], rest);
  if (gpus % expert !== 0)
    report('MB-E204', `experts over ${expert} GPUs do not fit a replica of ${gpus} GPUs`, [...parallel, 'expert'], {
      expected: `a divisor of ${gpus}`,
      ...rest,
    });
  if (expert > 1 && base.moe === null)
    report('MB-E204', `${base.name} has no experts to spread`, [...parallel, 'expert'], {
      hint: 'leave expert at 1',
      ...rest,
    });
  const node = hardware.gpus_per_node;
  if (gpus > node ? gpus % node !== 0 : node % gpus !== 0) {
    report('MB-E204', `replicas of ${gpus} GPUs do not fill nodes of ${node}`, ['hardware', 'gpus_per_node'], rest);
  }
}

const gib = (bytes: number) => `${Number((bytes / 2 ** 30).toPrecision(4))} GiB`;

function checkMemory(scenario: Scenario, report: Report): void {
  const { hardware, serving, base, adapter, population } = scenario;
  const { tensor, pipeline } = hardware.parallel;
  const usable = hardware.gpu.memory * serving.kv.memory_fraction * tensor * pipeline;
  const uses: Path[] = [['base'], ['hardware'], ['adapter'], ['serving']];
  const weights = modelBytes(base, tensor);
  if (weights >= usable) {
    report(
      'MB-E209',
      `the weights of ${base.name} need ${gib(weights)} and a replica has ${gib(usable)}`,
      ['hardware', 'parallel'],
      { hint: 'more GPUs a replica, a GPU with more memory, or a smaller weight_dtype', uses },
    );
    return;
  }
  if (adapter.modules.length === 0) return;
  const ranks = rankClasses(scenario);
  if (ranks.length === 0) return;
  const largest = adapterFootprint(scenario, ranks[ranks.length - 1]);
  if (serving.kv.pool === 'static' && weights + serving.slots * largest.gpuBytes >= usable) {
    report(
      'MB-E221',
      `${serving.slots} slots of ${gib(largest.gpuBytes)} leave no memory for the KV cache`,
      ['serving', 'slots'],
      {
        expected: `at most ${Math.max(0, Math.floor((usable - weights) / largest.gpuBytes) - 1)} slots at rank ${largest.rank}`,
        uses,
      },
    );
  }
  const { host, disk } = serving.tiers;
  if (host.capacity < largest.hostBytes)
    report(
      'MB-E208',
      `host memory for adapters holds ${gib(host.capacity)} and the largest adapter takes ${gib(largest.hostBytes)}`,
      ['serving', 'tiers', 'host', 'capacity'],
      { uses },
    );
  if (disk.capacity > 0 && disk.capacity < largest.diskBytes)
    report(
      'MB-E208',
      `the disk for adapters holds ${gib(disk.capacity)} and the largest adapter takes ${gib(largest.diskBytes)}`,
      ['serving', 'tiers', 'disk', 'capacity'],
      { hint: '0 leaves the disk out', uses },
    );
  const pinned = serving.pin.count * population.cohorts.length * largest.hostBytes;
  if (pinned > host.capacity)
    report(
      'MB-E223',
      `pinned adapters need ${gib(pinned)} of host memory and there is ${gib(host.capacity)}`,
      ['serving', 'pin', 'count'],
      { uses },
    );
}

/** Mechanisms of engines that cannot be combined; presets bring most of them. */
function checkEngine({ serving }: Scenario, report: Report): void {
  const conflict = (message: string, at: Path, others: Path[], hint: string) =>
    report('MB-E227', message, ['serving', ...at], { uses: others.map((path) => ['serving', ...path]), hint });
  if ((serving.decode_between_prefills ?? 0) > 0 && serving.chunked_prefill) {
    conflict(
      'decode steps between prefills need prefills that come alone, and chunked_prefill mixes them',
      // A preset brings the one, the scenario the other.
      [serving.engine === undefined ? 'decode_between_prefills' : 'chunked_prefill'],
      [['chunked_prefill'], ['decode_between_prefills']],
      'set chunked_prefill: false',
    );
  }
  if (serving.tiers.gpu.keep === 'while-used' && serving.prefetch.name !== 'none') {
    conflict(
      `adapters that leave the GPU when no request uses them cannot be prefetched by ${serving.prefetch.name}`,
      ['prefetch'],
      [['tiers', 'gpu', 'keep']],
      'set prefetch: none, or tiers.gpu.keep: until-evicted',
    );
  }
  const pinned = serving.pin.gpu ?? 0;
  const most = Math.min(serving.slots, serving.max_adapters_per_batch);
  if (pinned >= most) {
    conflict(
      `${pinned} pinned adapters leave no slot of ${most} to the others`,
      ['pin', 'gpu'],
      [['slots'], ['max_adapters_per_batch']],
      `pin at most ${most - 1}`,
    );
  }
  if (pinned > 0 && serving.merge !== undefined && serving.merge.adaptive === undefined) {
    conflict('merged weights hold one adapter, so none can be pinned beside it', ['pin', 'gpu'], [['merge']], 'set 0');
  }
  const adaptive = serving.merge?.adaptive;
  if (adaptive !== undefined && adaptive.below > adaptive.above) {
    conflict(
      'an adapter would be merged and taken out at once',
      ['merge', 'adaptive', 'below'],
      [['merge', 'adaptive']],
      'make it at most what above is',
    );
  }
  if ((serving.readiness?.gap ?? 0) > 0 && serving.loader.build_in !== 'engine') {
    conflict(
      'the engine builds nothing between its steps, so there is no gap to keep',
      ['readiness', 'gap'],
      [['loader', 'build_in']],
      'set loader.build_in: engine, or gap: 0s',
    );
  }
  if (serving.early_abort !== undefined && serving.early_abort.margin >= serving.early_abort.deadline) {
    conflict(
      'the margin leaves nothing of the deadline',
      ['early_abort', 'margin'],
      [['early_abort']],
      'make it smaller',
    );
  }
  if (serving.slot_modules !== undefined && serving.slot_modules !== 'adapter' && serving.kv.pool === 'unified') {
    conflict(
      'slots for every module are reserved, and a unified pool reserves none',
      ['slot_modules'],
      [['kv', 'pool']],
      'set slot_modules: adapter, or kv.pool: static',
    );
  }
}

function checkGoals(
  { slo, thresholds, population, serving }: Scenario,
  metrics: readonly string[] | undefined,
  report: Report,
): void {
  const names = Object.keys(slo);
  population.cohorts.forEach((cohort, i) => {
    if (cohort.slo === null || names.includes(cohort.slo)) return;
    report('MB-E205', `there is no objective ${cohort.slo}`, ['population', 'cohorts', i, 'slo'], {
      hint: suggest(cohort.slo, names),
      uses: [['slo']],
    });
  });
  if (metrics !== undefined) {
    thresholds.forEach((threshold) => {
      if (metrics.includes(threshold.metric)) return;
      report('MB-E206', `there is no metric ${threshold.metric}`, ['thresholds', threshold.metric], {
        hint: suggest(threshold.metric, metrics),
      });
    });
  }
  if (serving.max_batch_tokens < serving.max_batch) {
    report(
      'MB-E220',
      `a step of ${serving.max_batch_tokens} tokens cannot hold ${serving.max_batch} decoding requests`,
      ['serving', 'max_batch_tokens'],
      { uses: [['serving', 'max_batch']] },
    );
  }
}

/** A share that must be at least 99 is meant as 99%, and would never be reached. */
function checkBounds({ thresholds }: Scenario, fractions: readonly string[], report: Report): void {
  for (const { metric, op, value } of thresholds) {
    if (!fractions.includes(metric)) continue;
    const never = (op === '>' && value === 1) || (op === '<' && value === 0);
    if (value >= 0 && value <= 1 && !never) continue;
    const meant = value > 1 && value <= 100 ? `write ${value}%` : undefined;
    report('MB-E228', `${metric} is a share of a whole and '${op} ${value}' judges nothing`, ['thresholds', metric], {
      expected: 'a bound between 0% and 100%',
      hint: meant,
    });
  }
}
