import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NativeAddon } from '../../../src/real/backends/native-addon.ts';
import { loadNative, type NativeName } from '../../../src/real/backends/native-loader.ts';
import { isAlive } from '../../../src/run/is-alive.ts';

const root = join(import.meta.dirname, '../../..');

/** Test files run side by side; two builds in one folder would not end well. */
function oneAtATime(build: () => void): void {
  const lock = join(tmpdir(), 'mint-bench-build.lock');
  const owner = join(lock, 'pid');
  const end = Date.now() + 600_000;
  for (;;) {
    try {
      mkdirSync(lock);
      writeFileSync(owner, String(process.pid));
      break;
    } catch {
      // A run that was killed leaves its lock behind.
      if (!isHeld(lock, owner) || Date.now() > end) rmSync(lock, { recursive: true, force: true });
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    }
  }
  try {
    build();
  } finally {
    rmSync(lock, { recursive: true });
  }
}

/** Whoever has made the folder writes its number into it at once: one without is of a run that was killed just then. */
function isHeld(lock: string, owner: string): boolean {
  try {
    return isAlive(Number(readFileSync(owner, 'utf8')));
  } catch {
    const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs;
    return made !== undefined && made > Date.now() - 5000;
  }
}

/** Builds what the machine can build (a second when nothing changed), then loads; null with a message where it cannot. */
export function nativeOrSkip(name: NativeName): NativeAddon | null {
  if (process.env.MINT_NATIVE_DIR === undefined) {
    try {
      oneAtATime(() => execFileSync(process.execPath, [join(root, 'scripts/build-native.mjs')], { stdio: 'pipe' }));
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: Buffer };
      if (status !== 4) throw new Error(`the native build failed:\n${stderr}`);
      console.warn(`SKIPPED ${name} kernels: ${stderr.toString().split('\n')[0]}`);
      return null;
    }
  }
  const { addon, steps } = loadNative(name);
  if (addon === null) {
    console.warn(`SKIPPED ${name} kernels: ${steps.map((step) => `${step.candidate}: ${step.reason}`).join('; ')}`);
  }
  return addon;
}
