/**
 * A side of `compare --bench`: a folder with a built checkout, or a git revision that is checked out beside this one (git worktree) and built
 * for the comparison. A revision is measured with this checkout's dependencies, so that nothing but the project's own code differs.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { EnvironmentError, UserError } from '../../scenario/errors.ts';

export interface Checkout {
  label: string;
  folder: string;
  notes: string[];
  close(): void;
}

export interface CheckoutOptions {
  /** Root of this checkout: revisions are of its repository. */
  root: string;
  /** Also build the native kernels, where this checkout has them. */
  native: boolean;
  /** Called before something that takes seconds. */
  onStep(text: string): void;
}

/** Where native/ is built. */
const BUILT = join('native', 'build');

/** Throws where the name is neither a built checkout nor a revision that builds. */
export function openCheckout(written: string, options: CheckoutOptions): Checkout {
  const folder = resolve(written);
  if (existsSync(join(folder, 'package.json'))) {
    const missing = ['dist/bench/main.js', 'dist/cli/main.js'].find((file) => !existsSync(join(folder, file)));
    if (missing !== undefined) throw new UserError(`${folder} has no ${missing}; run npm run build there`);
    return { label: written, folder, notes: [], close: () => undefined };
  }
  return openRevision(written, options);
}

function openRevision(revision: string, { root, native, onStep }: CheckoutOptions): Checkout {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  let commit: string;
  try {
    commit = git('rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`);
  } catch {
    throw new UserError(`${revision} is neither a folder with a checkout nor a revision of the repository in ${root}`);
  }
  // What is built from the same sources here is taken as it is: a compiler with CUDA takes minutes.
  const sameNative = () => {
    try {
      git('diff', '--quiet', commit, '--', 'native', 'scripts/build-native.mjs');
      return true;
    } catch {
      return false;
    }
  };
  const parent = mkdtempSync(join(tmpdir(), 'mint-bench-checkout-'));
  const folder = join(parent, commit.slice(0, 10));
  const close = () => {
    try {
      git('worktree', 'remove', '--force', folder);
    } catch {
      // A half-made worktree is only a folder.
    }
    rmSync(parent, { recursive: true, force: true });
  };
  try {
    git('worktree', 'add', '--detach', folder, commit);
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    build(folder, 'scripts/build.mjs', onStep);
    if (native && existsSync(join(root, BUILT))) {
      if (sameNative()) cpSync(join(root, BUILT), join(folder, BUILT), { recursive: true });
      else build(folder, 'scripts/build-native.mjs', onStep);
    }
  } catch (error) {
    close();
    throw error;
  }
  const lock = (at: string) => readFileSync(join(at, 'package-lock.json'), 'utf8');
  const notes =
    lock(root) === lock(folder)
      ? []
      : [`${revision} locks other dependencies; it was measured with those installed here`];
  return { label: `${revision} (${commit.slice(0, 10)})`, folder, notes, close };
}

function build(folder: string, script: string, onStep: (text: string) => void): void {
  onStep(`building ${folder}: ${script}`);
  try {
    execFileSync(process.execPath, [script], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const said = String((error as { stderr?: Buffer }).stderr ?? '').trim();
    throw new EnvironmentError(
      `${folder} does not build: ${said.split('\n').at(-1) ?? ''}`,
      [`node ${script} in a checkout of its own`],
      'Check the revision out, run npm ci there, and name the folder.',
    );
  }
}
