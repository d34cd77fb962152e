import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ANCHOR_SETS, anchorWork, citedProfile } from '../../src/real/anchors.ts';

const folder = join(import.meta.dirname, '../../reports/profiles');

describe('cited profiles', () => {
  it.each(ANCHOR_SETS.map((set) => [set.name, set] as const))('%s is what its anchors give', (name, set) => {
    const { profile } = citedProfile(set);
    const shipped = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    // Repair with: mint-bench calibrate --published
    expect(shipped).toMatchObject({ device: profile.device, rank_rule: profile.rank_rule });
    for (const key of ['operator_s', 'adapter_s', 'bytes_per_s', 'flops_per_s'] as const) {
      expect(Math.abs(shipped[key] - profile[key])).toBeLessThanOrEqual(1e-9 * profile[key]);
    }
  });

  it.each(['a100-punica-fig8', 'a100-punica-fig9', 'a800-dlora'])(
    '%s meets every published row within 10%%',
    (name) => {
      for (const { publishedUs, fittedUs } of citedProfile(ANCHOR_SETS.find((set) => set.name === name)!).rows) {
        expect(Math.abs(fittedUs / publishedUs - 1)).toBeLessThan(0.1);
      }
    },
  );

  it('counts what a published shape moves', () => {
    // 64 adapters of rank 16, 4,096 wide on both sides, 16 bit: 16.8 MB of weights.
    const anchor = ANCHOR_SETS[0].anchors[1];
    expect(anchorWork(anchor).bytes).toBe(64 * 16 * 8192 * 2 + 64 * (4096 + 2 * 4096) * 2);
    expect(anchorWork(anchor).flops).toBe(2 * 64 * 16 * 8192);
  });
});
