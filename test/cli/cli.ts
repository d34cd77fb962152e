/** Runs the built executable as a user's shell would, with nothing of this environment that changes its output. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, onTestFinished, vi } from 'vitest';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

export function mint(args: string[], options: { cwd?: string; env?: Record<string, string> } = {}): Ran {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'bin', 'mint-bench.js'), ...args], {
    cwd: options.cwd ?? ROOT,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NO_COLOR: '1', ...options.env },
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

/**
 * The same built command inside this process. For what is refused, listed or read from a folder: there, starting Node and
 * loading the code is nearly all that a process of its own does. commands.test.ts holds the two against each other. A command
 * that simulates, or must survive what its process meets, belongs into `mint`.
 */
export async function mintHere(args: string[], options: { cwd?: string } = {}): Promise<Ran> {
  const { dispatch } = (await import(pathToFileURL(join(ROOT, 'dist', 'cli', 'dispatch.js')).href)) as {
    dispatch(args: readonly string[], exit: (code: number) => void): Promise<number>;
  };
  const before = { env: process.env, folder: process.cwd() };
  const said = { stdout: '', stderr: '' };
  const writes = (['stdout', 'stderr'] as const).map((name) => {
    // A worker of vitest has pipes, as `mint` gives; where it has not, the words would be laid out for a screen.
    if (process[name].isTTY) throw new Error(`${name} of this test is a terminal`);
    return vi.spyOn(process[name], 'write').mockImplementation((text) => {
      said[name] += text;
      return true;
    });
  });
  process.chdir(options.cwd ?? ROOT);
  process.env = { PATH: before.env.PATH, HOME: before.env.HOME, NO_COLOR: '1' };
  try {
    const code = await dispatch(args, (early) => {
      throw new Error(`the command ended the process with ${early}`);
    });
    return { code, ...said };
  } finally {
    process.env = before.env;
    process.chdir(before.folder);
    for (const write of writes) write.mockRestore();
  }
}

/** Gone with the test, or the file, that asks for it. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mint-cli-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    onTestFinished(remove);
  } catch {
    // Not inside of a test.
    afterAll(remove);
  }
  return folder;
}
