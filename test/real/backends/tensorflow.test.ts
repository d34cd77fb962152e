import { afterAll, describe, expect, it } from 'vitest';
import { BASELINES } from '../../../src/real/backends/index.ts';
import { conformanceCases, summarise } from '../../../src/real/conformance.ts';
import { startKernels } from '../kernel-process.ts';

const { kernels, close } = startKernels();
afterAll(close);

describe.each(BASELINES)('%s', (backend) => {
  it('agrees with the reference, and names its runtime', async (context) => {
    const probe = await kernels.run({ op: 'probe', backend });
    if (!probe.usable) {
      console.log(`${backend} skipped: ${probe.steps.map((step) => `${step.candidate}: ${step.reason}`).join('; ')}`);
      return context.skip();
    }
    expect(probe.variant).toMatch(/^tfjs-(node-gpu|webgpu|wasm|cpu) \d/);
    expect(probe.dtypes).toEqual(['fp32']);
    // The CUDA binding is no dependency: where it is missing, its remedy says how to add it.
    const binding = probe.steps.find((step) => step.candidate === '@tensorflow/tfjs-node-gpu');
    if (binding?.outcome === 'missing') expect(binding.remedy).toContain('npm install');
    const results = [];
    for (const { group, spec } of conformanceCases('small', backend).filter((_, i) => i % 2 === 0)) {
      results.push(await kernels.run({ op: 'conform', backend, group, spec }));
    }
    expect(summarise(results).filter((row) => row.failed > 0)).toEqual([]);
  });

  it('refuses 16 bit instead of computing something else', async (context) => {
    const probe = await kernels.run({ op: 'probe', backend });
    if (!probe.usable) return context.skip();
    const [{ group, spec }] = conformanceCases('small', backend);
    const result = await kernels.run({ op: 'conform', backend, group, spec: { ...spec, dtype: 'bf16' } });
    expect(result.fault).toBe('TensorFlow.js has no bf16 tensors');
  });
});
