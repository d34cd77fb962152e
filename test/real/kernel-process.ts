/**
 * The kernel process for tests: child.ts bundled from the sources as they are, so that a test never runs a stale build. The
 * bundle lies below node_modules, where its imports resolve.
 */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { KernelProcess } from '../../src/real/isolate.ts';

const ROOT = join(import.meta.dirname, '../..');

export interface TestKernels {
  kernels: KernelProcess;
  close(): Promise<void>;
}

export function startKernels(entry = 'src/real/child.ts', signal?: AbortSignal): TestKernels {
  const folder = join(ROOT, 'node_modules/.cache', `mint-bench-test-${process.pid}-${performance.now()}`);
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, 'child.mjs');
  buildSync({
    entryPoints: [join(ROOT, entry)],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile,
    packages: 'external',
    logLevel: 'error',
  });
  const kernels = new KernelProcess(outfile, signal);
  return {
    kernels,
    async close() {
      await kernels.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
