// The NEON kernels on a machine that has none: cross-compiled and run under an instruction-set emulator where both are installed
// (Debian: g++-aarch64-linux-gnu, qemu-user-static). On an Arm machine cpu-conformance.test.ts runs them natively.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const here = import.meta.dirname;
const cpuFolder = join(here, '../../../native/cpu');
const compiler = 'aarch64-linux-gnu-g++';
const emulator = ['qemu-aarch64-static', 'qemu-aarch64'].find((name) => spawnSync(name, ['--version']).status === 0);
const available = emulator !== undefined && spawnSync(compiler, ['--version']).status === 0;
if (!available && process.arch !== 'arm64') console.warn(`SKIPPED NEON kernels: needs ${compiler} and qemu-aarch64`);

test.skipIf(!available)('NEON agrees with plain C++', { timeout: 300_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mint-neon-'));
  try {
    const program = join(folder, 'isa-agreement');
    const sources = ['device', 'plan', 'dispatch', 'plain_loop', 'kernels_scalar', 'kernels_neon'];
    const files = [join(here, 'isa-agreement.cc'), ...sources.map((name) => join(cpuFolder, `${name}.cc`))];
    const compiled = spawnSync(compiler, ['-std=c++20', '-O2', '-static', '-pthread', '-o', program, ...files], {
      encoding: 'utf8',
    });
    expect(compiled.stderr).toBe('');
    const run = spawnSync(emulator as string, [program], { encoding: 'utf8' });
    expect(run.stdout).toMatch(/^neon fp32 \S+ bf16 \S+ fp16 \S+\n$/);
    expect(run.status).toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
