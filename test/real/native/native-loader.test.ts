// Finding and loading an addon: what is recorded when a file is missing, is no library, or kills whoever loads it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mint-loader-'));
  vi.stubEnv('MINT_NATIVE_DIR', folder);
  vi.resetModules(); // the loader remembers what it loaded
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function firstStep(): Promise<{ candidate: string; outcome: string; reason: string; remedy: string }> {
  const { loadNative } = await import('../../../src/real/backends/native-loader.ts');
  return loadNative('cpu').steps[0];
}

describe('native loader', () => {
  test('a missing file is a step with a remedy, and the next candidate is tried', async () => {
    const { loadNative } = await import('../../../src/real/backends/native-loader.ts');
    const { steps } = loadNative('cpu');
    expect(steps[0]).toEqual({
      candidate: join(folder, 'mint_native_cpu.node'),
      outcome: 'missing',
      reason: expect.stringMatching(/mint_native_.*\.node is not built/),
      remedy: 'npm run build:native (needs a C++20 compiler and CMake)',
    });
    expect(steps).toHaveLength(2);
    expect(steps[1].candidate).toMatch(/native.build.mint_native_cpu\.node$/);
  });

  test('a file that is no library fails in a child and says so', async () => {
    writeFileSync(join(folder, 'mint_native_cpu.node'), 'not a library');
    const step = await firstStep();
    expect(step.outcome).toBe('failed');
    expect(step.reason).toMatch(/^a child process that tried it failed: Error: .*mint_native_cpu\.node/);
    expect(step.remedy).toBe('npm run build:native -- --clean');
  });

  test('a library that crashes while loading takes the child, not this process', async (context) => {
    const source = join(folder, 'crash.cc');
    writeFileSync(
      source,
      '#include <csignal>\n__attribute__((constructor)) static void f() { std::raise(SIGSEGV); }\n',
    );
    const compiled = spawnSync('c++', ['-shared', '-fPIC', '-o', join(folder, 'mint_native_cpu.node'), source]);
    if (compiled.status !== 0) return context.skip('no C++ compiler');
    const step = await firstStep();
    expect(step.outcome).toBe('failed');
    expect(step.reason).toBe('a child process that tried it was ended by SIGSEGV');
  });
});

test('build:native without a compiler ends with 4 and names what is missing', () => {
  const script = join(import.meta.dirname, '../../../scripts/build-native.mjs');
  const { status, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env: { PATH: folder },
  });
  expect(status).toBe(4);
  expect(stderr).toContain('needs CMake 3.20 or later and a C++20 compiler');
  expect(stderr).toContain('mint-bench works without');
});
