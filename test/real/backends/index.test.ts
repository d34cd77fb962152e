import { describe, expect, it } from 'vitest';
import type { ProbeResult } from '../../../src/real/backend.ts';
import { BACKENDS, BASELINES, chooseBackend } from '../../../src/real/backends/index.ts';

const probe = (backend: string, given: Partial<ProbeResult>): ProbeResult => ({
  backend,
  usable: false,
  device: 'd',
  variant: 'v',
  software: false,
  dtypes: [],
  steps: [{ candidate: 'library', outcome: 'missing', reason: `no ${backend} library`, remedy: `install ${backend}` }],
  ...given,
});
const among = (found: Record<string, Partial<ProbeResult>>) => async (name: string) => probe(name, found[name] ?? {});

describe('choosing a backend', () => {
  it('takes the preferred one that runs, and says why not the others', async () => {
    const { probe: taken, why } = await chooseBackend('auto', among({ cpu: { usable: true }, js: { usable: true } }));
    expect(taken.backend).toBe('cpu');
    expect(why).toBe(
      'cpu is the fastest that runs here; cuda does not: no cuda library; webgpu does not: no webgpu library',
    );
  });

  it('passes over software devices, but takes one that is asked for', async () => {
    const found = among({ webgpu: { usable: true, software: true }, js: { usable: true } });
    const { probe: taken, why } = await chooseBackend('auto', found);
    expect(taken.backend).toBe('js');
    expect(why).toContain('webgpu has only a software device');
    expect((await chooseBackend('webgpu', found)).probe.backend).toBe('webgpu');
  });

  it('never falls back from a named one', async () => {
    await expect(chooseBackend('cuda', among({ js: { usable: true } }))).rejects.toMatchObject({
      name: 'EnvironmentError',
      tried: ['library: missing, no cuda library'],
      remedy: 'install cuda',
    });
  });

  it('never picks a baseline', async () => {
    const all = Object.fromEntries(
      Object.keys(BACKENDS).map((name) => [name, { usable: (BASELINES as readonly string[]).includes(name) }]),
    );
    await expect(chooseBackend('auto', among(all))).rejects.toThrow(/no kernel backend/);
  });

  it('knows each backend by its own name', () => {
    for (const [name, backend] of Object.entries(BACKENDS)) expect(backend.name).toBe(name);
  });
});
