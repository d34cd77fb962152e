/**
 * The tensors of a LoRA adapter of a base model, named as PEFT and vLLM name them; packed as MinT packs them: the experts of
 * one layer's projection stacked into one tensor. Object counts and bytes follow from scenario/geometry.ts.
 */
import { type Linear, linears } from '../scenario/geometry.ts';
import type { AdapterModule, BaseModel } from '../scenario/scenario.ts';
import type { TensorInfo } from './safetensors.ts';

export interface AdapterFileSpec {
  base: BaseModel;
  modules: readonly AdapterModule[];
  rank: number;
  dtype: TensorInfo['dtype'];
  packed: boolean;
}

/** Dense MLPs stand in the first layers of models that have both kinds. */
function firstLayer(base: BaseModel, linear: Linear): number {
  return linear.layers < base.layers && linear.operator.match(/router|expert|shared/) !== null
    ? base.layers - linear.layers
    : 0;
}

export function adapterTensors({ base, modules, rank, dtype, packed }: AdapterFileSpec): TensorInfo[] {
  const tensors: TensorInfo[] = [];
  const wanted = new Set(modules);
  for (const linear of linears(base)) {
    if (!wanted.has(linear.module)) continue;
    const start = firstLayer(base, linear);
    for (let layer = start; layer < start + linear.layers; layer++) {
      const stem = `base_model.model.model.layers.${layer}.${linear.name.replaceAll(' ', '_')}_proj`;
      const pair = (prefix: string, leading: number[]): void => {
        tensors.push({ name: `${prefix}.lora_A.weight`, dtype, shape: [...leading, rank, linear.in] });
        tensors.push({ name: `${prefix}.lora_B.weight`, dtype, shape: [...leading, linear.out, rank] });
      };
      if (linear.copies === 1) pair(stem, []);
      else if (packed) pair(stem, [linear.copies]);
      else for (let copy = 0; copy < linear.copies; copy++) pair(`${stem}.${copy}`, []);
    }
  }
  return tensors;
}
