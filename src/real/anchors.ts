/**
 * Published latencies of multi-LoRA operators, as cited profiles: what a scenario may name for a GPU that nobody has at
 * hand. Each anchor is a shape with its counted bytes and FLOPs; the fit is calibrate's own.
 *
 * Where a source reports too few shapes to fit four coefficients, the rates are the data sheet's and the published rows give
 * the launch and adapter costs.
 */
import { type KernelProfile, kernelProfileSchema } from '../scenario/kernel-profile.ts';
import { type Coefficients, type FitShape, fitLaunch, fitOperator, meanError, predict } from './fit.ts';

export interface Anchor {
  /** Where the row stands. */
  source: string;
  label: string;
  inDim: number;
  outDim: number;
  slices: number;
  rank: number;
  tokens: number;
  distinct: number;
  /** Shrink and expand together. */
  microseconds: number;
}

export interface AnchorSet {
  name: string;
  device: { name: string; also: string[]; memory_bandwidth: number; flops: number };
  kernel: string;
  rank_rule: KernelProfile['rank_rule'];
  /** `all`: ranks vary at one number of adapters, so bandwidth can be told from the cost of an adapter. */
  fit: 'all' | 'launch';
  anchors: Anchor[];
}

const PUNICA = 'Chen et al., Punica, MLSys 2024 (arXiv 2310.18547)';
const punica = (
  figure: string,
  label: string,
  rank: number,
  tokens: number,
  distinct: number,
  microseconds: number,
): Anchor => ({
  source: `${PUNICA}, ${figure}`,
  label,
  inDim: 4096,
  outDim: 4096,
  slices: 1,
  rank,
  tokens,
  distinct,
  microseconds,
});

const A100 = {
  name: 'NVIDIA A100-SXM4-80GB',
  also: ['NVIDIA A100 SXM 80 GB'],
  memory_bandwidth: 2.039e12,
  flops: 312e12,
};

const CSGMV = 'sgl-project/sglang@b7d595f: benchmark/kernels/lora_csgmv/README.md';
// The README names the input widths; the output widths are those of the 9B model that it serves, and matter little: the
// bytes of eight adapters take 1 to 4 µs of the 11 to 22 measured.
const csgmv = (label: string, inDim: number, outDim: number, slices: number, microseconds: number): Anchor => ({
  source: CSGMV,
  label,
  inDim,
  outDim,
  slices,
  rank: 32,
  tokens: 32,
  distinct: 8,
  microseconds,
});

/** Figures 8 and 9 disagree on rank 16 at batch 64 (116 and 75 µs): other kernels or widths, so each is a set of its own. */
export const ANCHOR_SETS: readonly AnchorSet[] = [
  {
    name: 'a100-punica-fig8',
    device: A100,
    kernel: 'Punica SGMV, fp16',
    rank_rule: 'max',
    fit: 'launch',
    anchors: [
      punica('Figure 8', 'distinct, batch 1', 16, 1, 1, 37),
      punica('Figure 8', 'distinct, batch 64', 16, 64, 64, 116),
      punica('Figure 8', 'uniform, batch 64', 16, 64, 8, 46),
      punica('Figure 8', 'identical, batch 64', 16, 64, 1, 40),
    ],
  },
  {
    name: 'a100-punica-fig9',
    device: A100,
    kernel: 'Punica SGMV, fp16',
    rank_rule: 'max',
    fit: 'all',
    anchors: [
      punica('Figure 9', 'rank 8, one request', 8, 1, 1, 42),
      punica('Figure 9', 'rank 64, one request', 64, 1, 1, 42),
      punica('Figure 9', 'rank 8, distinct, batch 64', 8, 64, 64, 72),
      punica('Figure 9', 'rank 16, distinct, batch 64', 16, 64, 64, 75),
      punica('Figure 9', 'rank 32, distinct, batch 64', 32, 64, 64, 89),
      punica('Figure 9', 'rank 64, distinct, batch 64', 64, 64, 64, 118),
    ],
  },
  {
    name: 'h200-sglang-csgmv',
    device: { name: 'NVIDIA H200', also: ['NVIDIA H200 SXM'], memory_bandwidth: 4.8e12, flops: 989e12 },
    kernel: 'SGLang csgmv with compact grid and split-k, bf16',
    rank_rule: 'max',
    fit: 'launch',
    anchors: [
      csgmv('qkv', 4096, 4096, 3, 15.25),
      csgmv('gate_up', 4096, 12_288, 2, 22.27),
      csgmv('down', 12_288, 4096, 1, 10.98),
    ],
  },
  {
    name: 'a800-dlora',
    device: { name: 'NVIDIA A800-SXM4-80GB', also: [], memory_bandwidth: 2.039e12, flops: 312e12 },
    kernel: 'dLoRA batched einsum, fp16',
    rank_rule: 'max',
    fit: 'launch',
    anchors: [2, 16].map((tokens) => ({
      source: 'Wu et al., dLoRA, OSDI 2024; LLMServe/dLoRA-artifact@75f1c43: ae_scripts/figure5',
      label: `batch ${tokens}`,
      inDim: 4096,
      outDim: 4096,
      slices: 1,
      rank: 16,
      tokens,
      distinct: tokens,
      microseconds: tokens === 2 ? 35.3 : 36.9,
    })),
  },
];

/** Weights of the distinct adapters and the activations, at 16 bit; y is read and written. */
export function anchorWork(anchor: Anchor): { bytes: number; flops: number } {
  const { inDim, outDim, slices, rank, tokens, distinct } = anchor;
  const perRank = slices * (inDim + outDim);
  return {
    bytes: 2 * (distinct * rank * perRank + tokens * (inDim + 2 * slices * outDim)),
    flops: 2 * tokens * rank * perRank,
  };
}

export interface CitedProfile {
  name: string;
  profile: KernelProfile;
  /** Published and fitted time of each anchor, µs. */
  rows: { label: string; publishedUs: number; fittedUs: number }[];
}

/** No shape is held out (there are two to six a source): `fit.mape` is then the error of the fit itself. */
export function citedProfile(set: AnchorSet): CitedProfile {
  const shapes: FitShape[] = set.anchors.map((anchor) => ({
    ...anchorWork(anchor),
    distinct: anchor.distinct,
    seconds: anchor.microseconds / 1e6,
  }));
  const sheet = { bytesPerSecond: set.device.memory_bandwidth, flopsPerSecond: set.device.flops };
  const fitted = set.fit === 'all' ? fitOperator(shapes) : fitLaunch(shapes, sheet);
  const known: Coefficients = {
    ...fitted,
    bytesPerSecond: Number.isFinite(fitted.bytesPerSecond) ? fitted.bytesPerSecond : sheet.bytesPerSecond,
    flopsPerSecond: Number.isFinite(fitted.flopsPerSecond) ? fitted.flopsPerSecond : sheet.flopsPerSecond,
  };
  const profile = kernelProfileSchema.parse({
    format: 'mint-bench-kernel-profile',
    version: 1,
    device: set.device,
    kernel: `${set.kernel}; published, not measured here: ${[...new Set(set.anchors.map((anchor) => anchor.source))].join('; ')}`,
    rank_rule: set.rank_rule,
    operator_s: known.operator,
    adapter_s: known.adapter,
    bytes_per_s: known.bytesPerSecond,
    flops_per_s: known.flopsPerSecond,
    fit: { shapes: shapes.length, held_out: 0, mape: meanError(known, shapes) },
  });
  const rows = set.anchors.map(({ label, microseconds }, i) => ({
    label,
    publishedUs: microseconds,
    fittedUs: predict(known, shapes[i]) * 1e6,
  }));
  return { name: set.name, profile, rows };
}
