/**
 * Writing results: a file is whole or not there, a folder never half filled, and what keeps either from being written is said to a person.
 * What is killed on the spot (no handler runs) can leave `….partial-<pid>` behind, and see swapFolder.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { EnvironmentError } from '../scenario/errors.ts';

/** Writes a file beside its place and renames it; where that fails, nothing of it stays. Its folder must exist. */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    writeFileSync(partial, content);
    renameSync(partial, path);
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Fills a folder beside its place and puts it there (swapFolder); where that fails, the one that was there stays. */
export function replaceFolder(path: string, fill: (partial: string) => void): void {
  const partial = `${path}.partial-${process.pid}`;
  try {
    mkdirSync(partial, { recursive: true });
    fill(partial);
    swapFolder(partial, path);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

/**
 * Renames a whole folder into the place of another, if there is one; where that fails, the other comes back. There is no one call that
 * swaps two folders: a process killed between the two renames leaves nothing at `path` and both beside it, the old one as
 * `<path>.old-<pid>`, and nothing puts it back but a person.
 */
export function swapFolder(whole: string, path: string): void {
  const old = `${path}.old-${process.pid}`;
  const moved = renameIfThere(path, old);
  try {
    renameSync(whole, path);
  } catch (error) {
    if (moved) renameSync(old, path);
    throw error;
  }
  rmSync(old, { recursive: true, force: true });
}

function renameIfThere(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return false;
  }
}

export interface Written {
  /** "The results", the subject of the message. */
  what: string;
  /** Folder that a person knows them by, and where they were being written. */
  path: string;
  place?: string;
  /** What to do, on a full disk and otherwise. */
  remedy(full: boolean): string;
}

/**
 * Runs an action that writes.
 * @throws EnvironmentError for a full disk or a folder that cannot be written; other errors as they are
 */
export function writing(action: () => void, { what, path, place = path, remedy }: Written): void {
  try {
    action();
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === undefined) throw cause;
    const full = code === 'ENOSPC';
    throw new EnvironmentError(
      `${what} could not be written to ${path}: ${full ? 'the disk is full' : message}.`,
      [`writing ${place}`],
      remedy(full),
    );
  }
}
