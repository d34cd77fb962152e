import { rankClasses } from '../../../scenario/geometry.ts';
import { layoutRule } from '../../../sim/cost/roofline.ts';
import type { MechanismEntry } from './entry.ts';

export const ranks: MechanismEntry = {
  label: 'mixed ranks',
  summary:
    'Every adapter costs a step its own rank, not the largest of the deployment or of the batch; slots stay padded',
  source: 'CaraServe (Li et al., arXiv 2401.11240), section 2.3',
  metric: 'tpot_ms_p99',
  off(scenario) {
    const { cost } = scenario.serving;
    // Measured multipliers know no rank; a measured profile is what it is.
    if (cost.name !== 'roofline' || cost.params.lora === false || rankClasses(scenario).length < 2) return null;
    const rule = cost.params.lora_kernel === 'layout' ? layoutRule(scenario) : cost.params.lora_kernel;
    if (rule !== 'padded' && rule !== 'max') return null;
    return {
      ...scenario,
      serving: { ...scenario.serving, cost: { ...cost, params: { ...cost.params, lora_kernel: 'mean' } } },
    };
  },
};
