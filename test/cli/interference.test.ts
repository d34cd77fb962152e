/** `interference` as its user sees it. */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { mint, mintHere } from './cli.ts';

const cwd = mkdtempSync(join(tmpdir(), 'mint-interference-'));
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('interference', () => {
  it('prints what each mechanism adds, around the crowd, and draws both figures; again takes what is there', async () => {
    const asked = ['interference', 'interference-admission', '--only', 'loaders,arrivals', '--out', 'studies'];
    const { code, stdout } = mint([...asked, '-q'], { cwd });
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/cohort tenants {2}a request takes .* alone and .* here/);
    expect(stdout).toMatch(/\n {2}new adapters +\+/);
    expect(stdout).toMatch(/\n {4}of it interaction +−/);
    expect(stdout).toMatch(/\n {2}builds_per_step 1, unready refuse, gap 4s .* ×25\.\d+\n/);
    // Who is turned away until an adapter is ready is said beside what it spares the others.
    expect(stdout).toMatch(/\n {2}builds_per_step 1, unready hold +34 +34 +0\n/);
    expect(stdout).toMatch(/\n {2}builds_per_step 1, unready refuse, gap 4s +34 +2 +32\n/);
    const folder = join(cwd, 'studies', readdirSync(join(cwd, 'studies'))[0]);
    for (const figure of ['ablation', 'admission-tail']) {
      expect(existsSync(join(folder, 'figures', `${figure}.png`))).toBe(true);
    }
    const again = await mintHere([...asked, '--json', '--no-figures'], { cwd });
    expect(again.stderr).toMatch(/16 points were taken from/);
    const { cohort, around_crowd } = JSON.parse(again.stdout);
    const { lost_ms, queue_ms, adapter_wait_ms, batching_ms } = cohort.base.losses;
    expect(queue_ms.value + adapter_wait_ms.value + batching_ms.value).toBeCloseTo(lost_ms.value, 6);
    expect(around_crowd).toHaveLength(4);
  });

  it('lists mechanisms, and names what there is where a name is wrong', async () => {
    const { stdout } = await mintHere(['interference', 'smoke', '--list', '--json'], { cwd });
    const listed = JSON.parse(stdout) as { key: string; plays_a_part: boolean; source: string }[];
    expect(listed.find(({ key }) => key === 'ranks')).toMatchObject({ plays_a_part: false });
    expect(listed.every(({ source }) => source !== '')).toBe(true);
    const mechanism = await mintHere(['interference', 'smoke', '--only', 'luck'], { cwd });
    expect(mechanism.code).toBe(EXIT.usage);
    expect(mechanism.stderr).toMatch(/mechanisms: ranks, activation/);
    const cohort = await mintHere(['interference', 'smoke', '--cohort', 'nobody'], { cwd });
    expect(cohort.code).toBe(EXIT.usage);
    expect(cohort.stderr).toMatch(/its cohorts: chat, sessions/);
  });
});
