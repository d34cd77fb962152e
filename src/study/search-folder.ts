/**
 * Where a search keeps what it simulated: one small file a point, named by the run hash of its scenario, so that the same
 * search goes on where it was stopped, whatever order it takes. Files are written beside their place and renamed.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile, writing } from '../metrics/write-files.ts';
import { canonicalJson, shortHash } from '../scenario/hash.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { decodeResult, decodeScenario, encodeResult, type PointResult } from './point-result.ts';
import type { Point } from './points.ts';
import { identityText, type ToolIdentity, toolIdentity } from './study-folder.ts';

interface Manifest {
  tool: ToolIdentity;
  command: string;
  started: string;
  finished: string | null;
}

export interface SearchFolderOptions {
  /** Folder of the run folders. */
  out: string;
  /** `knee`, `plan`, `sensitivity`, `interference`. */
  kind: string;
  name: string;
  /** Everything that decides the result. */
  identity: unknown;
  command: string;
  version: string;
  /** False: what is there is simulated again. */
  keep: boolean;
}

export class SearchFolder {
  readonly path: string;
  /** Of the kind of search and its identity. */
  readonly hash: string;
  private readonly manifest: Manifest;

  constructor({ out, kind, name, identity, command, version, keep }: SearchFolderOptions) {
    const hash = createHash('sha256').update(canonicalJson({ kind, identity })).digest('hex');
    this.hash = hash;
    this.path = join(out, `${kind}-${name}-${shortHash(hash)}`);
    this.manifest = { tool: toolIdentity(version), command, started: new Date().toISOString(), finished: null };
    this.attempt(() => {
      const same = keep && this.storedIdentity() === identityText(this.manifest.tool);
      if (!same) rmSync(join(this.path, 'points'), { recursive: true, force: true });
      mkdirSync(join(this.path, 'points'), { recursive: true });
      this.replace('manifest.json', `${JSON.stringify(this.manifest, null, 2)}\n`);
    });
  }

  /** The stored result of the point with this run hash, null where there is none that is whole. */
  get(id: string): PointResult | null {
    const file = join(this.path, pointFile(id));
    if (!existsSync(file)) return null;
    const result = decodeResult(readFileSync(file));
    return result?.id === id ? result : null;
  }

  put(result: PointResult, point: Point): void {
    this.write(pointFile(result.id), encodeResult(result, point));
  }

  /** Writes a result file; folders on its way are made. */
  write(name: string, content: string | Uint8Array): void {
    this.attempt(() => this.replace(name, content));
  }

  finish(): void {
    this.write(
      'manifest.json',
      `${JSON.stringify({ ...this.manifest, finished: new Date().toISOString() }, null, 2)}\n`,
    );
  }

  private storedIdentity(): string | null {
    try {
      return identityText((JSON.parse(readFileSync(join(this.path, 'manifest.json'), 'utf8')) as Manifest).tool);
    } catch {
      return null;
    }
  }

  private replace(name: string, content: string | Uint8Array): void {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    replaceFile(path, content);
  }

  private attempt(action: () => void): void {
    writing(action, {
      what: 'The search',
      path: this.path,
      remedy: () =>
        'Free some space, or name a folder that can be written with --out; the same command then goes on from what is there.',
    });
  }
}

/** The scenarios that a search simulated, from its points; empty where it holds none that is whole. */
export function readSearchScenarios(path: string): Scenario[] {
  const folder = join(path, 'points');
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith('.arrow'))
    .sort()
    .flatMap((name) => decodeScenario(readFileSync(join(folder, name))) ?? []);
}

const pointFile = (id: string): string => join('points', `${shortHash(id)}.arrow`);
