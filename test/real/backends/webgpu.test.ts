import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../../src/real/backend.ts';
import { type CaseResult, conformanceCases, summarise } from '../../../src/real/conformance.ts';
import type { KernelDtype } from '../../../src/real/operator.ts';
import { startKernels, type TestKernels } from '../kernel-process.ts';

/** Debian's chromium brings a software Vulkan device; a machine with a GPU uses that. */
const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';

describe('webgpu', () => {
  let test: TestKernels;
  let probe: ProbeResult;

  beforeAll(async () => {
    if (process.env.VK_DRIVER_FILES === undefined && existsSync(SWIFTSHADER)) {
      process.env.VK_DRIVER_FILES = SWIFTSHADER;
      process.env.VK_ICD_FILENAMES = SWIFTSHADER;
    }
    test = startKernels();
    probe = await test.kernels.run({ op: 'probe', backend: 'webgpu' });
    if (!probe.usable) console.log(`webgpu skipped: ${probe.steps.findLast((step) => step.outcome !== 'ok')?.reason}`);
  });
  afterAll(() => test.close());

  it('agrees with the reference', async (context) => {
    if (!probe.usable) return context.skip();
    const seed = String(Date.now());
    console.log(`webgpu on ${probe.device}, ${probe.variant}, seed ${seed}`);
    const results: CaseResult[] = [];
    // A third of the cases each time; the seed decides which.
    const cases = conformanceCases('small', seed).filter((_, i) => i % 3 === Number(seed) % 3);
    for (const { group, spec } of cases) {
      const dtype: KernelDtype = probe.dtypes[results.length % 3];
      results.push(await test.kernels.run({ op: 'conform', backend: 'webgpu', group, spec: { ...spec, dtype } }));
    }
    expect(summarise(results).filter((row) => row.failed > 0)).toEqual([]);
    expect(results.reduce((sum, { checked }) => sum + checked, 0)).toBeGreaterThan(10_000);
  }, 120_000);

  it('times launches with the device’s clock', async (context) => {
    if (!probe.usable) return context.skip();
    const { spec } = conformanceCases('small', 'time')[0];
    const protocol = { samples: 5, sampleNs: 1, stability: 10, budgetNs: 1e9 };
    const { warm, flushed, work } = await test.kernels.run({ op: 'measure', backend: 'webgpu', spec, protocol });
    expect(warm.samples).toBe(5);
    expect(warm.p50.value).toBeGreaterThan(0);
    expect(flushed.p50.value).toBeGreaterThan(0);
    expect(work.pairs).toBe(8);
  });
});
