/** kill -9 at any moment of a run: never a half result, never in the way of the next one. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';

const BIN = join(import.meta.dirname, '../../bin/mint-bench.js');
const out = mkdtempSync(join(tmpdir(), 'mint-killed-'));
afterAll(() => rmSync(out, { recursive: true }));
const ARGS = [BIN, 'run', 'smoke', '--set', 'duration=20s', '--set', 'warmup=2s', '-q', '--out', out];

/** Runs to its end, or to its death after `ms`; the wall time in ms and the exit code. */
async function run(ms: number): Promise<{ took: number; code: number | null }> {
  const started = performance.now();
  const child = spawn(process.execPath, ARGS, { stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const code = await new Promise<number | null>((resolve) => child.once('exit', (status) => resolve(status)));
  clearTimeout(timer);
  return { took: performance.now() - started, code };
}

test('thirty moments spread over a run', async () => {
  const whole = await run(600_000);
  expect(whole.code).toBe(0);
  const [name] = readdirSync(out);
  const summary = readFileSync(join(out, name, 'summary.json'), 'utf8');
  const files = readdirSync(join(out, name));
  for (let moment = 1; moment <= 30; moment++) {
    // A result that was there may be replaced by an equal one; it is never broken.
    if (moment % 2 === 0) rmSync(join(out, name), { recursive: true, force: true });
    await run((whole.took * moment) / 30);
    if (!existsSync(join(out, name))) continue;
    expect(JSON.parse(readFileSync(join(out, name, 'manifest.json'), 'utf8'))).toMatchObject({ status: 'complete' });
    expect(readFileSync(join(out, name, 'summary.json'), 'utf8')).toBe(summary);
    expect(readdirSync(join(out, name))).toEqual(files);
  }
  expect((await run(600_000)).code).toBe(0);
  expect(readdirSync(out)).toEqual([name]);
});
