// Prints native/cuda/PREDICTIONS.md: what a launch moves and computes, counted from the kernels' own work list, and the time that
// follows on an A100 and an H100; `node native/cuda/predict.mjs > native/cuda/PREDICTIONS.md`. With kernel measurements of an
// H100 as arguments (`mint-bench kernel decode`, `prefill`) it prints the measured times beside the predicted ones instead.
//
// Counted device-memory traffic: weights of each owner in use once (rows that share an owner reuse them in registers or cache),
// x once, y read and written, partial sums of the split shrink written and read, the work list. Time: the larger of bytes over
// bandwidth and FLOPs over the dense rate for each of shrink and expand, plus a fixed cost per kernel of a replayed graph. The
// assumptions below were written down before anything was measured, and stay as they were.
import { readFileSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';

const DEVICES = [
  // Vendor data sheets (SXM, 80 GB): bytes/s, dense bf16 FLOP/s without sparsity, multiprocessors.
  { name: 'A100', bandwidth: 2.039e12, flops: 312e12, multiprocessors: 108 },
  { name: 'H100', bandwidth: 3.35e12, flops: 989e12, multiprocessors: 132 },
];
/** What large streaming kernels reach of the data sheet's bandwidth, and WMMA products of its FLOP/s: assumptions. */
const BANDWIDTH_SHARE = 0.85;
const FLOPS_SHARE = 0.5;
/** Start and drain of one kernel inside a graph, in seconds: assumption. */
const KERNEL_SECONDS = 2e-6;

const ELEMENT = 2;
const ITEM_BYTES = 48;
const CASES = [
  { name: '4096 → 4096', inDim: 4096, slices: [4096] },
  { name: '4096 → 4096 + 1024 + 1024', inDim: 4096, slices: [4096, 1024, 1024] },
  { name: '4096 → 14336 + 14336', inDim: 4096, slices: [14336, 14336] },
  { name: '14336 → 4096', inDim: 14336, slices: [4096] },
];
const LOADS = [
  { name: '1 token', tokens: 1, adapters: 1 },
  { name: '64 tokens, 64 adapters', tokens: 64, adapters: 64 },
  { name: '256 tokens, 256 adapters', tokens: 256, adapters: 256 },
  // Eight sequences of three adapters, as the prefill suite has them.
  { name: '2048 prefill tokens', tokens: 2048, adapters: 3 },
];

/** splitsOf of work_list.h, as the depth of a part. */
function splitDepth(inDim, items, slots) {
  const most = Math.min(32, Math.ceil(inDim / 256));
  const time = (splits) => Math.ceil((items * splits) / slots) / splits;
  const once = Math.min(most, Math.max(1, Math.floor(slots / items)));
  let best = once;
  for (let splits = once + 1; splits <= Math.min(most, 2 * once + 1); splits++)
    if (time(splits) < 0.95 * time(best)) best = splits;
  return Math.ceil(inDim / best / 256) * 256;
}

/** work_list.h in a few lines: blocks and splits of one launch with equal segments. */
function predict({ inDim, slices }, { tokens, adapters }, rank, device) {
  const outDim = slices.reduce((a, b) => a + b, 0);
  const rows = tokens / adapters;
  const prefill = rows >= 16;
  const [rowStep, rankStep, slots] = prefill
    ? [64, 64, 3 * device.multiprocessors]
    : [16, 16, 4 * device.multiprocessors];
  const rowBlocks = adapters * Math.ceil(rows / rowStep);
  const items = rowBlocks * slices.length * Math.ceil(rank / rankStep);
  const depth = splitDepth(inDim, items, slots);
  const splits = Math.ceil(inDim / depth);
  const tiles = Math.floor(tokens / 64) * Math.floor(outDim / 128);
  const most = rank <= 16 ? 512 : 128;
  const few = adapters * Math.floor(outDim / most) < slots;
  const columns = prefill
    ? 128 * Math.min(8, Math.max(1, Math.floor(tiles / (16 * device.multiprocessors))))
    : few
      ? most / 2
      : most;
  const expandItems = rowBlocks * slices.reduce((sum, out) => sum + Math.ceil(out / columns), 0);
  const shrunk = tokens * rank * slices.length;
  const shrink = {
    bytes:
      (adapters * rank * slices.length + tokens) * inDim * ELEMENT + splits * shrunk * 4 + items * splits * ITEM_BYTES,
    flops: 2 * shrunk * inDim,
  };
  const expand = {
    bytes:
      (adapters * rank + 2 * tokens) * outDim * ELEMENT +
      splits * shrunk * 4 +
      (prefill ? 2 * shrunk * ELEMENT : 0) +
      expandItems * ITEM_BYTES,
    flops: 2 * tokens * rank * outDim,
  };
  const time = (part, share, rate) =>
    Math.max(part.bytes / (device.bandwidth * share), part.flops / (device.flops * rate));
  const kernels = prefill ? 3 : 2;
  const counted = (adapters * rank * (slices.length * inDim + outDim) + tokens * (inDim + 2 * outDim)) * ELEMENT;
  return {
    counted,
    bytes: shrink.bytes + expand.bytes,
    flops: shrink.flops + expand.flops,
    roofline: time(shrink, 1, 1) + time(expand, 1, 1),
    expected:
      time(shrink, BANDWIDTH_SHARE, FLOPS_SHARE) +
      time(expand, BANDWIDTH_SHARE, FLOPS_SHARE) +
      kernels * KERNEL_SECONDS,
  };
}

const micro = (seconds) => (seconds * 1e6).toFixed(1);

function predictions() {
  const lines = [
    '# Predicted times of the CUDA kernels',
    '',
    'Printed by `node native/cuda/predict.mjs`; no number here was measured. bf16, accumulating, L2 flushed. "Counted" is what the',
    'operator has to move at least (weights of each adapter once, x once, y read and written); "moved" is what these kernels move',
    '(plus partial sums and work lists, for the H100). "Roofline" divides by the data sheet (A100 SXM 80 GB: 2.039 TB/s,',
    `312 TFLOP/s; H100 SXM: 3.35 TB/s, 989 TFLOP/s); "expected" assumes ${BANDWIDTH_SHARE * 100}% of the bandwidth, ${FLOPS_SHARE * 100}% of the tensor-core`,
    `rate and ${KERNEL_SECONDS * 1e6} µs a kernel in a replayed graph (decode: 2 kernels, prefill: 3). Measured times stand beside them in`,
    'reports/h100/README.md.',
    '',
    '| Projection | Load | Rank | Counted MB | Moved MB | GFLOP | A100 roofline µs | A100 expected µs | H100 roofline µs | H100 expected µs |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|---:|',
  ];
  for (const shape of CASES)
    for (const load of LOADS)
      for (const rank of [16, 64]) {
        const [a100, h100] = DEVICES.map((device) => predict(shape, load, rank, device));
        const mega = (bytes) => (bytes / 1e6).toFixed(2);
        lines.push(
          `| ${shape.name} | ${load.name} | ${rank} | ${mega(h100.counted)} | ${mega(h100.bytes)} | ${(h100.flops / 1e9).toFixed(3)} | ` +
            `${micro(a100.roofline)} | ${micro(a100.expected)} | ${micro(h100.roofline)} | ${micro(h100.expected)} |`,
        );
      }
  return lines;
}

/** Predicted beside measured (cold, and warm in a row of launches), for the shapes that the measurements have. */
function against(files) {
  const rows = files.flatMap((file) =>
    tableFromIPC(readFileSync(file))
      .toArray()
      .map((row) => row.toJSON()),
  );
  const lines = [
    '| Projection | Load | Rank | Roofline µs | Expected µs | Measured cold µs | Measured warm µs | Cold ÷ expected | Of the roofline |',
    '|---|---|---:|---:|---:|---:|---:|---:|---:|',
  ];
  for (const shape of CASES)
    for (const load of LOADS)
      for (const rank of [16, 64]) {
        const suite = load.tokens / load.adapters >= 16 ? 'prefill' : 'decode';
        const row = rows.find(
          (row) =>
            row.suite === suite &&
            row.in_dim === shape.inDim &&
            row.slices === shape.slices.join('|') &&
            row.tokens === load.tokens &&
            row.rank_mean === rank,
        );
        if (row === undefined) continue;
        const { roofline, expected } = predict(shape, load, rank, DEVICES[1]);
        lines.push(
          `| ${shape.name} | ${load.name} | ${rank} | ${micro(roofline)} | ${micro(expected)} | ${(row.flushed_ns_p50 / 1e3).toFixed(1)} | ` +
            `${(row.warm_ns_p50 / 1e3).toFixed(1)} | ${(row.flushed_ns_p50 / 1e9 / expected).toFixed(2)} | ${Math.round(100 * row.roofline_fraction)}% |`,
        );
      }
  return lines;
}

const files = process.argv.slice(2);
console.log((files.length > 0 ? against(files) : predictions()).join('\n'));
