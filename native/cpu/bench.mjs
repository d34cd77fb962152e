// Times the cpu addon against the roofline measured in the same run: `node native/cpu/bench.mjs [--isa avx2] [--threads 1]`.
// Each line: median of the samples, share of the read bandwidth (decode, caches evicted before each launch) or of the dense product
// (prefill), and how much faster than the operator written as plain loops (-O3, one thread). Meaningless on a busy machine.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';

const { isa, threads } = parseArgs({ options: { isa: { type: 'string' }, threads: { type: 'string' } } }).values;
const addon = createRequire(import.meta.url)('../build/mint_native_cpu.node');
const device = addon.open({ isa, threads: Number(threads ?? 0) });
const SAMPLES = 25;

function median(values) {
  return values.slice().sort()[values.length >> 1];
}
function rate(measure) {
  const samples = new Float64Array(SAMPLES);
  measure(samples);
  return median(samples);
}

const read = rate((samples) => addon.bandwidth(device, 'read', 2 ** 28, samples));
const copy = rate((samples) => addon.bandwidth(device, 'copy', 2 ** 28, samples));
const dense = {};
for (const dtype of ['fp32', 'bf16', 'fp16']) {
  dense[dtype] = rate((samples) => addon.dense(device, dtype, 1536, 1024, 1024, samples));
}
console.log(
  JSON.parse(addon.probe()).device,
  isa ?? '',
  `read ${(read / 1e9).toFixed(1)} GB/s, copy ${(copy / 1e9).toFixed(1)} GB/s,`,
);
console.log(
  `dense ${Object.entries(dense)
    .map(([dtype, flops]) => `${dtype} ${(flops / 1e9).toFixed(0)} GFLOP/s`)
    .join(', ')}`,
);

/** `adapters` segments of `rows` rows each. */
function time({ dtype, inDim, slices, rank, adapters, rows, cold }) {
  const outDim = slices.reduce((a, b) => a + b, 0);
  const pairs = adapters * rows;
  const weights = addon.createWeights(device, {
    dtype,
    inDim,
    sliceDims: Int32Array.from(slices),
    totalRank: adapters * rank,
  });
  addon.fillWeights(weights, 1);
  const sequence = (length, step) => Int32Array.from({ length }, (_, i) => i * step);
  const batch = {
    xRows: pairs,
    yRows: pairs,
    segStart: sequence(adapters + 1, rows),
    segRankStart: sequence(adapters, rank),
    segRank: new Int32Array(adapters).fill(rank),
    segScale: new Float32Array(adapters).fill(1),
    rows: sequence(pairs, 1),
    outRows: sequence(pairs, 1),
    rowScale: new Float32Array(pairs).fill(1),
  };
  const launch = addon.createLaunch(weights, batch, { accumulate: true });
  addon.time(launch, { cold, launches: 1 }, new Float64Array(3));
  const seconds = rate((samples) => addon.time(launch, { cold, launches: 1 }, samples));
  const plain = addon.plainLoop(launch) / seconds;
  addon.release(launch);
  addon.release(weights);
  const element = dtype === 'fp32' ? 4 : 2;
  const bytes = (adapters * rank * (slices.length * inDim + outDim) + pairs * (inDim + 2 * outDim)) * element;
  const flops = 2 * pairs * rank * (slices.length * inDim + outDim);
  const share = cold ? bytes / seconds / read : flops / seconds / dense[dtype];
  console.log(
    `${dtype} ${inDim} → ${slices.join('+')} rank ${rank}, ${adapters} adapters × ${rows} rows, ${cold ? 'flushed' : 'warm'}: ` +
      `${(seconds * 1e6).toFixed(0)} µs, ${(bytes / seconds / 1e9).toFixed(1)} GB/s, ${(flops / seconds / 1e9).toFixed(0)} GFLOP/s, ` +
      `${(share * 100).toFixed(0)}% of ${cold ? 'read bandwidth' : 'dense'}, ${plain.toFixed(1)} × plain loops`,
  );
}

for (const dtype of ['bf16', 'fp16', 'fp32']) {
  const shape = { dtype, inDim: 4096, slices: [4096] };
  for (const rank of [8, 16, 64]) time({ ...shape, rank, adapters: 64, rows: 1, cold: true });
  time({ ...shape, slices: [4096, 1024, 1024], rank: 16, adapters: 64, rows: 1, cold: true });
  for (const rank of [16, 64, 128, 256]) time({ ...shape, rank, adapters: 1, rows: 2048, cold: false });
  time({ ...shape, rank: 64, adapters: 16, rows: 128, cold: false });
}
