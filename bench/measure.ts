/** How benchmarks measure whole processes, and the lines they print. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Line {
  what: string;
  value: string;
  /** What the project wants to reach, as text; empty where it only watches. */
  target: string;
}

export interface ProcessTime {
  wallSeconds: number;
  cpuSeconds: number;
  /** Largest resident set, bytes. */
  peakBytes: number;
  stdout: string;
}

/** The package's root, from a bundle in dist/ as from source. */
export const root = (() => {
  let directory = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(directory, 'package.json'))) directory = dirname(directory);
  return directory;
})();

export const cli = join(root, 'bin', 'mint-bench.js');

/** Exit codes that a timed command may end with: success, a threshold that failed. */
const FINE = [0, 10];

/** Runs a Node program to its end. Its CPU time and peak memory are what the operating system says at its exit. */
export async function timeNode(args: readonly string[]): Promise<ProcessTime> {
  const folder = mkdtempSync(join(tmpdir(), 'mint-bench-'));
  const usageFile = join(folder, 'usage.json');
  const hook = join(folder, 'hook.cjs');
  writeFileSync(
    hook,
    `if (require('node:worker_threads').isMainThread) process.on('exit', () =>
       require('node:fs').writeFileSync(${JSON.stringify(usageFile)}, JSON.stringify(process.resourceUsage())));`,
  );
  try {
    const started = performance.now();
    const child = spawn(process.execPath, ['--require', hook, ...args], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', CI: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    const wallSeconds = (performance.now() - started) / 1000;
    if (code === null || !FINE.includes(code)) throw new Error(`node ${args.join(' ')} ended with ${code}\n${stderr}`);
    const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as NodeJS.ResourceUsage;
    return {
      wallSeconds,
      cpuSeconds: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
      peakBytes: usage.maxRSS * 1024,
      stdout,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder for run folders that goes away afterwards. */
export async function inScratch<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'mint-bench-runs-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(2)} GiB`;
export const seconds = (value: number): string => `${value.toFixed(value < 10 ? 2 : 1)} s`;
export const perSecond = (value: number): string => `${Math.round(value).toLocaleString('en-US')}/s`;
