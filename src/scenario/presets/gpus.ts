/**
 * Accelerators by key: datasheet figures, dense FLOP/s (no structured sparsity), one direction of each link, per device.
 *
 * Rows marked aiconfigurator are that project's listing of the vendors' datasheets (ai-dynamo/aiconfigurator,
 * aic-core/src/aiconfigurator_core/systems @ 095f58a); FP4 rates and the other rows are from the vendors' datasheets. What a
 * kernel reaches of these peaks is a parameter of the cost model, not of the device.
 *
 * Prices are round figures of the size of 2025 on-demand cloud list prices, for comparisons inside one study: set your own
 * with hardware.gpu.price_per_hour. Power is the board limit (TDP).
 */
import type { Gpu } from '../scenario.ts';

export type GpuPreset = Gpu & { readonly source: string };

const GIB = 2 ** 30;
const AICONFIGURATOR = 'ai-dynamo/aiconfigurator@095f58a: systems';
const DATASHEET = "vendor's datasheet";

/** GiB, then GB/s of memory, TFLOP/s, GB/s of links, US dollars an hour, watts: the units datasheets use. */
interface Row {
  name: string;
  gib: number;
  memory_gbps: number;
  bf16: number;
  fp8?: number;
  fp4?: number;
  fp32?: number;
  intra: number;
  inter: number;
  pcie: number;
  price: number;
  watts: number;
  source: string;
}

function gpu(row: Row): GpuPreset {
  const flops: Gpu['flops'] = { bf16: row.bf16 * 1e12, fp16: row.bf16 * 1e12 };
  if (row.fp32 !== undefined) flops.fp32 = row.fp32 * 1e12;
  if (row.fp8 !== undefined) flops.fp8 = row.fp8 * 1e12;
  if (row.fp4 !== undefined) flops.fp4 = row.fp4 * 1e12;
  return {
    name: row.name,
    memory: Math.round(row.gib * GIB),
    memory_bandwidth: row.memory_gbps * 1e9,
    flops,
    intra_node_bandwidth: row.intra * 1e9,
    inter_node_bandwidth: row.inter * 1e9,
    pcie_bandwidth: row.pcie * 1e9,
    price_per_hour: row.price,
    power: row.watts,
    source: row.source,
  };
}

export const GPUS: Readonly<Record<string, GpuPreset>> = {
  a10g: gpu({
    name: 'NVIDIA A10G',
    gib: 24,
    memory_gbps: 600,
    bf16: 70,
    intra: 32,
    inter: 1.25,
    pcie: 32,
    price: 1,
    watts: 300,
    source: DATASHEET,
  }),
  a30: gpu({
    name: 'NVIDIA A30',
    gib: 24,
    memory_gbps: 933,
    bf16: 165,
    intra: 32,
    inter: 25,
    pcie: 32,
    price: 0.8,
    watts: 165,
    source: AICONFIGURATOR,
  }),
  'a100-40': gpu({
    name: 'NVIDIA A100 SXM 40 GB',
    gib: 40,
    memory_gbps: 1_555,
    bf16: 312,
    intra: 300,
    inter: 25,
    pcie: 32,
    price: 1.3,
    watts: 400,
    source: DATASHEET,
  }),
  'a100-80': gpu({
    name: 'NVIDIA A100 SXM 80 GB',
    gib: 80,
    memory_gbps: 2_039,
    bf16: 312,
    intra: 300,
    inter: 25,
    pcie: 32,
    price: 1.8,
    watts: 400,
    source: AICONFIGURATOR,
  }),
  l4: gpu({
    name: 'NVIDIA L4',
    gib: 24,
    memory_gbps: 300,
    bf16: 121,
    fp8: 242,
    intra: 32,
    inter: 25,
    pcie: 32,
    price: 0.8,
    watts: 72,
    source: AICONFIGURATOR,
  }),
  l40s: gpu({
    name: 'NVIDIA L40S',
    gib: 44.9883,
    memory_gbps: 864,
    bf16: 362.05,
    fp8: 733,
    intra: 32,
    inter: 50,
    pcie: 32,
    price: 1.9,
    watts: 350,
    source: AICONFIGURATOR,
  }),
  'rtx-4090': gpu({
    name: 'NVIDIA GeForce RTX 4090',
    // Of 24 as the driver reports it (casys-kaist/LLMServingSim@5daddb2, bench/examples/RTX4090_Llama-3.1-8B/meta.json).
    gib: 23.5165,
    memory_gbps: 1_008,
    bf16: 165,
    fp8: 330,
    intra: 32,
    inter: 1.25,
    pcie: 32,
    price: 0.4,
    watts: 450,
    source: DATASHEET,
  }),
  'rtx-pro-6000': gpu({
    name: 'NVIDIA RTX PRO 6000 Server',
    gib: 95.5928,
    memory_gbps: 1_792,
    bf16: 467.801,
    fp8: 935.601,
    intra: 64,
    inter: 50,
    pcie: 64,
    price: 2,
    watts: 600,
    source: AICONFIGURATOR,
  }),
  'h100-pcie': gpu({
    name: 'NVIDIA H100 PCIe',
    gib: 80,
    memory_gbps: 2_000,
    bf16: 756.5,
    fp8: 1_513,
    intra: 64,
    inter: 50,
    pcie: 64,
    price: 2.5,
    watts: 350,
    source: AICONFIGURATOR,
  }),
  h100: gpu({
    name: 'NVIDIA H100 SXM',
    gib: 80,
    memory_gbps: 3_350,
    bf16: 989,
    fp8: 1_978,
    intra: 450,
    inter: 50,
    pcie: 64,
    price: 3,
    watts: 700,
    source: AICONFIGURATOR,
  }),
  h200: gpu({
    name: 'NVIDIA H200 SXM',
    gib: 141,
    memory_gbps: 4_800,
    bf16: 989,
    fp8: 1_978,
    intra: 450,
    inter: 50,
    pcie: 64,
    price: 3.8,
    watts: 700,
    source: AICONFIGURATOR,
  }),
  b200: gpu({
    name: 'NVIDIA B200 SXM',
    gib: 180,
    memory_gbps: 7_700,
    bf16: 2_250,
    fp8: 4_500,
    fp4: 9_000,
    intra: 900,
    inter: 100,
    pcie: 128,
    price: 5,
    watts: 1_000,
    source: AICONFIGURATOR,
  }),
  b300: gpu({
    name: 'NVIDIA B300 SXM',
    gib: 268.594,
    memory_gbps: 7_750,
    bf16: 2_250,
    fp8: 4_500,
    fp4: 13_500,
    intra: 900,
    inter: 100,
    pcie: 128,
    price: 6,
    watts: 1_100,
    source: AICONFIGURATOR,
  }),
  gb200: gpu({
    name: 'NVIDIA GB200 (one GPU)',
    gib: 185.03,
    memory_gbps: 8_000,
    bf16: 2_500,
    fp8: 5_000,
    fp4: 10_000,
    intra: 900,
    inter: 900,
    pcie: 64,
    price: 6,
    watts: 1_200,
    source: AICONFIGURATOR,
  }),
  gb300: gpu({
    name: 'NVIDIA GB300 (one GPU)',
    gib: 277.547,
    memory_gbps: 8_000,
    bf16: 2_500,
    fp8: 5_000,
    fp4: 15_000,
    intra: 900,
    inter: 900,
    pcie: 64,
    price: 7,
    watts: 1_400,
    source: AICONFIGURATOR,
  }),
  /** One socket of 56 cores: AMX at 2,048 BF16 and AVX-512 at 64 FP32 operations a cycle and core, 2.0 GHz; DDR5-4800 × 8. */
  'cpu-xeon-8480': gpu({
    name: 'Intel Xeon Platinum 8480+',
    gib: 512,
    memory_gbps: 307.2,
    bf16: 229.4,
    fp32: 7.2,
    intra: 48,
    inter: 12.5,
    pcie: 64,
    price: 1,
    watts: 350,
    source: DATASHEET,
  }),
};
