/** The part of the schema that says what an adapter is: `adapter`. */
import * as z from 'zod';
import { bytes, count, fraction, number } from '../units.ts';
import { knownKeys } from './known-keys.ts';

const rankShare = z.strictObject({
  rank: count({ min: 1, max: 4096 }).describe('LoRA rank.'),
  share: fraction().describe('Share of the adapters that have it; shares sum to 100%.'),
});

const rankMix = z.strictObject({
  ranks: z.array(rankShare).min(1).max(32).describe('Ranks and their shares.'),
  assign: z
    .enum(['hash', 'interleaved'])
    .prefault('hash')
    .describe('How an adapter gets its rank: by a keyed hash, or in turn by adapter number (S-LoRA).'),
});

/** Hands the issues of a form on, `above` levels higher: where the form's outer levels were not written. */
function issuesOf(
  result: z.ZodSafeParseError<unknown>,
  schema: z.core.$ZodType,
  context: { issues: unknown[] },
  above = 0,
) {
  for (const issue of result.error.issues) {
    const known = issue.code === 'unrecognized_keys' ? { known: knownKeys(schema, issue.path) } : {};
    context.issues.push({ ...issue, input: undefined, path: issue.path.slice(above), ...known });
  }
  return z.NEVER;
}

/** `8`, `[{rank: 8, share: 80%}, …]`, or the whole mix. */
export const rank = () =>
  z
    .unknown()
    .transform((input, context): z.output<typeof rankMix> => {
      const short = typeof input === 'number' || typeof input === 'string';
      const whole = short ? { ranks: [{ rank: input, share: 1 }] } : Array.isArray(input) ? { ranks: input } : input;
      const result = rankMix.safeParse(whole);
      return result.success
        ? result.data
        : issuesOf(result, rankMix, context, short ? 3 : Array.isArray(input) ? 1 : 0);
    })
    .meta({ form: 'rank' });

export const MODULES = [
  'q',
  'k',
  'v',
  'o',
  'q_a',
  'q_b',
  'kv_a',
  'kv_b',
  'gate',
  'up',
  'down',
  'shared_experts',
  'experts',
  'router',
  'embed',
  'lm_head',
] as const;
/** `mlp` is every MLP that is not a routed expert; `all-linear` is every linear layer but router, embedding and LM head. */
export const MODULE_GROUPS = ['attention', 'mlp', 'experts', 'all-linear'] as const;
const moduleList = z.array(z.enum([...MODULE_GROUPS, ...MODULES.filter((name) => name !== 'experts')])).min(1);
const moduleGroup = z.enum(MODULE_GROUPS);

/** `attention`, or a list of groups and modules. */
const modules = () =>
  z
    .unknown()
    .transform((input, context): z.output<typeof moduleGroup> | z.output<typeof moduleList> => {
      const schema = Array.isArray(input) ? moduleList : moduleGroup;
      const result = schema.safeParse(input);
      return result.success ? result.data : issuesOf(result, schema, context);
    })
    .meta({ form: 'modules' });

/** What the short forms accept, for the editor schema. */
export const SHORT_FORMS: Readonly<Record<string, readonly z.core.$ZodType[]>> = {
  rank: [count({ min: 1, max: 4096 }), z.array(rankShare), rankMix],
  modules: [moduleGroup, moduleList],
};

export const adapterSchema = () =>
  z.strictObject({
    rank: rank().prefault(8).describe('LoRA rank: a number, or a list of {rank, share}.'),
    modules: modules()
      .prefault('attention')
      .describe('Adapted modules: attention, mlp, experts, all-linear, or a list of them and of single modules.'),
    dtype: z.enum(['fp32', 'bf16', 'fp16', 'fp8', 'fp4']).prefault('bf16').describe('Dtype of the stored adapter.'),
    layout: z
      .enum(['padded-slots', 'paged-rank'])
      .prefault('padded-slots')
      .describe('GPU layout: a slot holds the largest rank (vLLM), or pages of 8 ranks (S-LoRA, SGLang).'),
    packed: z
      .boolean()
      .prefault(false)
      .describe('Tensors packed into few objects on disk (MinT): fewer objects to build at a load, same bytes.'),
    slot_overhead: bytes({ max: 1e12 })
      .prefault(0)
      .describe('Bytes of a padded GPU slot beside the factors, per replica (vLLM: buffers for added vocabulary).'),
    host_expansion: number({ min: 0.01, max: 1000 })
      .prefault(1)
      .describe(
        'Bytes in host memory for each byte on disk (MinT reports 586.8 MB for a 105.5 MB file over 4 tensor-parallel workers).',
      ),
  });
