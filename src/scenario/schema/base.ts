/** Base models and GPUs: a preset by name, a preset with changes, or every dimension. */
import * as z from 'zod';
import { received, suggest } from '../findings.ts';
import { GPUS } from '../presets/gpus.ts';
import { MODELS } from '../presets/models.ts';
import { bandwidth, bytes, compute, count, number, power } from '../units.ts';
import { knownKeys } from './known-keys.ts';

export const DTYPES = ['fp32', 'bf16', 'fp16', 'fp8', 'fp4'] as const;

const text = () => z.string().min(1).max(100);
const dimension = (max = 1e7) => count({ min: 1, max });

const baseShape = z.strictObject({
  name: text().describe('Name of the model in results.'),
  hidden: dimension().describe('Width of the residual stream.'),
  layers: dimension(1e4).describe('Transformer layers.'),
  heads: dimension(1e4).describe('Query heads.'),
  kv_heads: dimension(1e4).describe('Key and value heads (grouped-query attention).'),
  head_dim: dimension(1e5).describe('Width of a head.'),
  mlp: count({ max: 1e7 }).describe('Width of the dense MLP; 0 where every layer is a mixture of experts.'),
  moe: z
    .strictObject({
      experts: dimension(1e5).describe('Routed experts a layer.'),
      top_k: dimension(1e4).describe('Experts a token is routed to.'),
      shared: count({ max: 1000 }).prefault(0).describe('Shared experts that every token passes.'),
      expert_mlp: dimension().describe('Width of one expert.'),
      dense_first: count({ max: 1e4 }).prefault(0).describe('Leading layers with a dense MLP.'),
    })
    .nullable()
    .prefault(null)
    .describe('Mixture of experts; null for a dense model.'),
  mla: z
    .strictObject({
      q_lora: count({ max: 1e6 }).describe('Rank of the compressed query; 0 where it is not compressed.'),
      kv_lora: dimension().describe('Rank of the compressed keys and values: what the cache holds.'),
      nope_dim: dimension(1e5).describe('Width of a head without rotary position.'),
      rope_dim: count({ max: 1e5 }).describe('Width of the rotary part, cached beside the compressed values.'),
      v_dim: dimension(1e5).describe("Width of a head's values."),
    })
    .nullable()
    .prefault(null)
    .describe('Multi-head latent attention; null where there is none.'),
  window: z
    .strictObject({
      tokens: dimension().describe('Tokens that a windowed layer attends to at most.'),
      layers: dimension(1e4).describe('How many of the layers are windowed.'),
    })
    .nullable()
    .prefault(null)
    .describe('Sliding window or sparse attention; null where all layers attend to everything.'),
  vocab: dimension(1e8).describe('Vocabulary.'),
  tied: z.boolean().prefault(false).describe('Embedding and LM head share their weights.'),
  max_context: dimension(1e8).describe('Longest context, tokens; prompts and answers are cut to it.'),
  weight_dtype: z.enum(DTYPES).prefault('bf16').describe('Dtype of the weights.'),
  kv_dtype: z.enum(DTYPES).prefault('bf16').describe('Dtype of the KV cache.'),
});

const flops = (dtype: string) => compute({ above: 0 }).optional().describe(`Dense peak in ${dtype}.`);

const gpuShape = z.strictObject({
  name: text().describe('Name of the accelerator in results.'),
  memory: bytes({ above: 0, max: 1e15 }).describe('Memory.'),
  memory_bandwidth: bandwidth({ above: 0 }).describe('Peak memory bandwidth.'),
  flops: z
    .strictObject({
      fp32: flops('fp32'),
      bf16: flops('bf16'),
      fp16: flops('fp16'),
      fp8: flops('fp8'),
      fp4: flops('fp4'),
    })
    .refine((rates) => Object.values(rates).some((value) => value !== undefined), {
      error: 'at least one dtype needs a rate',
    })
    .describe('Dense peak by dtype; a dtype that is missing runs at the next wider one.'),
  intra_node_bandwidth: bandwidth({ above: 0 }).describe('To GPUs of the same node, one direction, per GPU.'),
  inter_node_bandwidth: bandwidth({ above: 0 }).describe('To other nodes, one direction, per GPU.'),
  pcie_bandwidth: bandwidth({ above: 0 }).describe('Between host memory and this GPU, one direction.'),
  price_per_hour: number({ max: 1e6 }).prefault(0).describe('US dollars an hour.'),
  power: power({ max: 1e6 }).prefault(0).describe('Watts at full load.'),
});

type Shape = typeof baseShape | typeof gpuShape;

/** Merges one level deep, so that `moe: {top_k: 4}` changes one dimension of a preset's experts. */
function merge(preset: Record<string, unknown>, changes: Record<string, unknown>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...preset };
  for (const [key, value] of Object.entries(changes)) {
    const under = preset[key];
    const both = isMap(under) && isMap(value);
    merged[key] = both ? { ...under, ...value } : value;
  }
  return merged;
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function presetOr<S extends Shape>(shape: S, presets: Readonly<Record<string, object>>, what: string, form: string) {
  return z
    .unknown()
    .transform((input, context): z.output<S> => {
      const written = isMap(input) ? input : { preset: input };
      const { preset, ...changes } = written;
      const at = isMap(input) ? ['preset'] : [];
      let start: Record<string, unknown> = {};
      if (preset !== undefined || !isMap(input)) {
        if (typeof preset !== 'string' || !Object.hasOwn(presets, preset)) {
          const hint =
            typeof preset === 'string'
              ? suggest(preset, Object.keys(presets))
              : `for instance ${Object.keys(presets).slice(0, 4).join(', ')}`;
          const message =
            typeof preset === 'string' ? `${received(preset)} is not a known ${what}` : `is not a ${what}`;
          context.issues.push({
            code: 'custom',
            message,
            input: preset,
            path: at,
            params: { id: 'MB-E104', hint, expected: `the name of a ${what}, or its dimensions` },
          });
          return z.NEVER;
        }
        const { source: _, ...dimensions } = presets[preset] as Record<string, unknown>;
        start = dimensions;
      }
      const result = shape.safeParse(merge(start, changes));
      if (result.success) return result.data as z.output<S>;
      for (const issue of result.error.issues) {
        const known =
          issue.code === 'unrecognized_keys'
            ? { known: [...knownKeys(shape, issue.path), ...(issue.path.length === 0 ? ['preset'] : [])] }
            : {};
        context.issues.push({ ...issue, input: undefined, ...known } as never);
      }
      return z.NEVER;
    })
    .meta({ form });
}

export const baseSchema = () => presetOr(baseShape, MODELS, 'base model', 'base');
export const gpuSchema = () => presetOr(gpuShape, GPUS, 'GPU', 'gpu');

/** For the editor schema: the dimensions and the names of the presets. */
export const PRESET_FORMS = {
  base: { shape: baseShape, names: Object.keys(MODELS) },
  gpu: { shape: gpuShape, names: Object.keys(GPUS) },
} as const;
