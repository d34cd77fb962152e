import type { Scenario } from '../../../scenario/scenario.ts';
import { planMemory } from '../../../sim/cost/memory.ts';
import type { MechanismEntry } from './entry.ts';

const withMemory = (scenario: Scenario, memory: number): Scenario => ({
  ...scenario,
  hardware: { ...scenario.hardware, gpu: { ...scenario.hardware.gpu, memory } },
});

export const kv: MechanismEntry = {
  label: 'adapter memory',
  summary: 'GPU memory grows by what the adapter slots take, so that the KV cache is as large as without adapters',
  source: 'S-LoRA (Sheng et al., arXiv 2311.03285), section 5; vLLM reserves slots before it sizes the KV cache',
  metric: 'queue_ms_p99',
  off(scenario) {
    const { hardware, serving } = scenario;
    const split: Scenario = { ...scenario, serving: { ...serving, kv: { ...serving.kv, pool: 'static' } } };
    // Slots that would not fit as they are still have a size.
    const { slotBytes } = planMemory(withMemory(split, hardware.gpu.memory * 1024));
    if (slotBytes === 0) return null;
    const gpus = hardware.parallel.tensor * hardware.parallel.pipeline;
    return withMemory(split, hardware.gpu.memory + Math.ceil(slotBytes / gpus / serving.kv.memory_fraction));
  },
};
