/**
 * Parameters of everything in a step but LoRA. The roofline and the measured kernel profile share them: a profile replaces
 * only the LoRA part. Shares are of the datasheet's peaks; times are in seconds.
 */
import * as z from 'zod';
import { duration, fraction, number } from '../../scenario/units.ts';

export const baseParams = {
  memory_efficiency: fraction({ above: 0 })
    .default(0.8)
    .describe('Share of peak memory bandwidth that operators reach (ai-dynamo/aiconfigurator scales by 0.8)'),
  flops_efficiency: fraction({ above: 0 })
    .default(0.7)
    .describe('Share of peak FLOP/s that large matrix products reach (cuBLAS on H100, BF16: about 0.7)'),
  fp8_efficiency: fraction({ above: 0 })
    .default(1)
    .describe(
      'Share of that share which matrix products in FP8 reach of the FP8 peak (activations are quantised on the way)',
    ),
  fp8_bandwidth: fraction({ above: 0 })
    .default(1)
    .describe('Share of the memory bandwidth of 16-bit matrix products that those in FP8 or FP4 reach'),
  attention_efficiency: fraction({ above: 0 })
    .default(0.5)
    .describe('Share of peak FLOP/s that attention reaches (FlashAttention-2 and -3 on H100: 0.35 to 0.75)'),
  expert_efficiency: fraction({ above: 0 })
    .default(1)
    .describe('Share of what dense products reach that grouped products over experts reach, in FLOP/s and bandwidth'),
  expert_bandwidth: fraction({ above: 0 })
    .optional()
    .describe('The same in bandwidth alone, where few tokens share an expert; default: expert_efficiency'),
  step_overhead: duration()
    .default(1e-3)
    .describe('Seconds of scheduling, sampling and host work in each step that the GPU waits for'),
  request_overhead: duration()
    .default(0)
    .describe(
      'Seconds of host work for each request of a step that the GPU waits for (scheduling, inputs, sampled tokens)',
    ),
  prompt_overhead: duration()
    .default(0)
    .describe(
      'Seconds of host work for each prompt that is begun, and anew after a preemption, where the thread that runs steps prepares prompts and answers too (vLLM 0.5)',
    ),
  host_step: duration()
    .default(0)
    .describe(
      'Seconds of host work in each step that runs beside the device (overlap scheduling): a step takes no less',
    ),
  host_request: duration().default(0).describe('The same for each request of a step, on top of host_step'),
  host_launch: duration()
    .default(0)
    .describe(
      'The same for each layer of a step over more tokens than captured_tokens, whose kernels the host launches one by one',
    ),
  kernel_gap: duration().default(1e-6).describe('Seconds between two kernels of a captured graph'),
  captured_tokens: number()
    .default(512)
    .describe(
      'Most tokens of a step that is a captured graph: host_launch and collective_skew take their time in larger steps alone',
    ),
  kernels_per_layer: number().default(12).describe('Kernels of one layer without LoRA'),
  collective_base: duration()
    .default(6.6e-6)
    .describe('Seconds of latency of each collective (NCCL tuning.cc, ring, LL)'),
  intra_node_hop: duration().default(0.6e-6).describe('Seconds of latency of a hop inside a node (NCCL, NVLink, LL)'),
  inter_node_hop: duration().default(2.7e-6).describe('Seconds of latency of a hop between nodes (NCCL, network, LL)'),
  collective_skew: duration()
    .default(0)
    .describe(
      'Seconds by which launches of one host process vary at a collective, mean, in steps over more than captured_tokens tokens: the collective waits for the last of the ranks',
    ),
  expert_exchange: z
    .enum(['all-to-all', 'all-reduce'])
    .default('all-to-all')
    .describe('How tokens reach experts on other GPUs: dispatch and combine, or an all-reduce over replicated tokens'),
};

const schema = z.strictObject(baseParams);
export type BaseParams = z.infer<typeof schema>;
