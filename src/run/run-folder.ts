/**
 * Where a run's files go, and how they get there whole: everything is written into a folder beside the final one, the manifest
 * first, and the finished folder takes the place of the old one by renaming. A run that is killed leaves a `.partial` folder that the
 * next run of the same scenario removes; a reader never sees half a result.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { swapFolder, writing } from '../metrics/write-files.ts';
import { EnvironmentError } from '../scenario/errors.ts';
import { isAlive } from './is-alive.ts';

export interface Manifest {
  status: 'running' | 'complete';
  tool: { name: 'mint-bench'; version: string };
  /** What decides the bytes of the results: equal keys, equal bytes. */
  identity: { scenario: string; run_hash: string; seed: string; node_major: number; arch: string };
  command: string;
  started: string;
  /** Of the harness itself; nothing of this stands in results. */
  harness: null | {
    wall_s: number;
    simulate_s: number;
    workers: number;
    events: number;
    events_per_s: number;
    requests_per_s: number;
    peak_rss_bytes: number;
    finished: string;
  };
  machine: { cpu: string; cores: number; memory_bytes: number; platform: string; node: string };
  files: string[];
}

export class RunFolderWriter {
  readonly path: string;
  readonly partial: string;
  private manifest: Manifest;

  /** @param path the final folder */
  constructor(path: string, manifest: Manifest) {
    this.path = path;
    this.partial = `${path}.partial-${process.pid}`;
    this.manifest = manifest;
    this.attempt(() => {
      removeStale(path);
      // In a container, a process that was killed may have had this one's number.
      rmSync(this.partial, { recursive: true, force: true });
      mkdirSync(this.partial, { recursive: true });
      this.writeManifest();
    });
  }

  write(name: string, content: string | Uint8Array): void {
    this.attempt(() => writeFileSync(join(this.partial, name), content));
  }

  /** Puts the finished folder in place. */
  commit(harness: NonNullable<Manifest['harness']>): void {
    this.manifest = { ...this.manifest, status: 'complete', harness, files: listFiles(this.partial) };
    this.attempt(() => {
      this.writeManifest();
      swapFolder(this.partial, this.path);
    });
  }

  abandon(): void {
    try {
      rmSync(this.partial, { recursive: true, force: true });
    } catch {
      // Where nothing could be written, nothing can be removed; the error that led here is the one to hear of.
    }
  }

  private writeManifest(): void {
    writeFileSync(join(this.partial, 'manifest.json'), `${JSON.stringify(this.manifest, null, 2)}\n`);
  }

  /** A full disk or a folder that cannot be written: nothing half-written stays, and the message says where. */
  private attempt(action: () => void): void {
    try {
      writing(action, {
        what: 'The results',
        path: this.path,
        place: this.partial,
        remedy: (full) =>
          full
            ? 'Free some space, or name a folder on another disk with --out.'
            : 'Name a folder that can be written with --out.',
      });
    } catch (error) {
      if (error instanceof EnvironmentError) this.abandon();
      throw error;
    }
  }
}

/** The manifest of a finished run, null where there is none. */
export function readManifest(path: string): Manifest | null {
  try {
    const manifest = JSON.parse(readFileSync(join(path, 'manifest.json'), 'utf8')) as Manifest;
    return manifest.status === 'complete' ? manifest : null;
  } catch {
    return null;
  }
}

function removeStale(path: string): void {
  const at = path.lastIndexOf('/');
  const parent = at < 0 ? '.' : path.slice(0, at);
  const name = path.slice(at + 1);
  if (!existsSync(parent)) return;
  for (const entry of readdirSync(parent)) {
    const match = /^(.*)\.(?:partial|old)-(\d+)$/.exec(entry);
    if (match !== null && match[1] === name && !isAlive(Number(match[2])))
      rmSync(join(parent, entry), { recursive: true, force: true });
  }
}

function listFiles(root: string, prefix = ''): string[] {
  return readdirSync(join(root, prefix), { withFileTypes: true })
    .flatMap((entry) => (entry.isDirectory() ? listFiles(root, `${prefix}${entry.name}/`) : [`${prefix}${entry.name}`]))
    .sort();
}
