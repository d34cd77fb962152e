import { type MechanismEntry, withLoader } from './entry.ts';

export const activation: MechanismEntry = {
  label: 'activation',
  summary: 'Copies from host memory to the GPU take no time, so no step waits for one; swapped KV blocks are as quick',
  source: 'S-LoRA (Sheng et al., arXiv 2311.03285), section 5; MinT (arXiv 2605.13779), section 5.3',
  metric: 'adapter_wait_ms_mean',
  off(scenario) {
    const instant = withLoader(scenario, { activate: 0 });
    const { hardware } = instant;
    return {
      ...instant,
      hardware: { ...hardware, gpu: { ...hardware.gpu, pcie_bandwidth: Number.POSITIVE_INFINITY } },
    };
  },
};
