/** Whether the base is possible, fits its GPUs, and leaves memory for what is served beside it. */
import { adapterFootprint, modelBytes, rankClasses } from '../geometry.ts';
import type { Scenario } from '../scenario.ts';
import type { Path } from '../source-text.ts';
import type { Report } from './report.ts';

export function checkBase({ base }: Scenario, report: Report): void {
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

export function checkParallel({ hardware, base }: Scenario, report: Report): void {
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

export function checkMemory(scenario: Scenario, report: Report): void {
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
