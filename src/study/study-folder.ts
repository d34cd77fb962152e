/**
 * Where a study lives on disk: study.json, one small file a finished point, and, when all points are there, the tables. Every file is
 * written beside its place and renamed, so a process that is killed at any moment loses at most the points under way.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument } from '../metrics/result-files.ts';
import { replaceFile, writing } from '../metrics/write-files.ts';
import { builtFile } from '../run/built-file.ts';
import { isAlive } from '../run/is-alive.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Effort } from './executor.ts';
import { decodeResult, decodeScenario, type PointResult } from './point-result.ts';
import type { Shard } from './shard.ts';
import type { StudyDocument } from './study-document.ts';

/** What must be equal for results of two processes to stand in one table: they would compute the same bytes. */
export interface ToolIdentity {
  readonly version: string;
  /** Digest of the sources that decide results (scripts/build.mjs): between two releases the version stays and the code does not. */
  readonly code: string;
  readonly node_major: number;
  readonly arch: string;
}

export const toolIdentity = (version: string): ToolIdentity => ({
  version,
  code: codeDigest(),
  node_major: Number(process.versions.node.split('.')[0]),
  arch: process.arch,
});

/** Of the build that points are computed with: workers run from it, whoever asks. */
function codeDigest(): string {
  try {
    return readFileSync(builtFile('code.txt'), 'utf8').trim();
  } catch {
    return 'not built';
  }
}

export const identityText = ({ version, code, node_major, arch }: ToolIdentity): string =>
  `mint-bench ${version} (code ${code}) on Node ${node_major}, ${arch}`;

/** What follows from the points. */
const DERIVED = ['sweep.arrow', 'aggregate.arrow', 'summary.json', 'summary.md', 'report.html', 'figures'];

export interface StudyManifest {
  status: 'running' | 'complete';
  tool: ToolIdentity;
  study_hash: string;
  /** Null for a whole study. */
  shard: Shard | null;
  command: string;
  started: string;
  finished: string | null;
  /** Of the harness; nothing of this stands in results. */
  harness: {
    wall_s: number;
    executor: string;
    points_computed: number;
    points_kept: number;
    /** Those that the process that ended the study computed itself, by index. */
    points: readonly PointEffort[];
  } | null;
}

export interface PointEffort extends Effort {
  index: number;
}

export class StudyFolder {
  readonly path: string;
  readonly document: StudyDocument;
  private manifest: StudyManifest;

  /**
   * Opens the folder for this study, keeping the points that are there if they are of the same study and tool.
   *
   * @param keep false: points that are there are computed again
   */
  constructor(path: string, document: StudyDocument, manifest: StudyManifest, keep = true) {
    this.path = path;
    this.document = document;
    this.manifest = manifest;
    this.attempt(() => {
      const before = readStudyManifest(path);
      const same =
        before !== null &&
        before.study_hash === document.study_hash &&
        identityText(before.tool) === identityText(manifest.tool);
      // Tables of other points must not be taken for those of the points that come now.
      if (!keep || !same)
        for (const name of ['points', ...DERIVED]) rmSync(join(path, name), { recursive: true, force: true });
      mkdirSync(join(path, 'points'), { recursive: true });
      this.sweepUp();
      this.replace('study.json', `${JSON.stringify(document, null, 1)}\n`);
      this.writeManifest();
    });
  }

  /** Whole results that are there, by index. */
  stored(): Map<number, PointResult> {
    return readPoints(this.path, this.document);
  }

  put(index: number, bytes: Uint8Array): void {
    this.attempt(() => this.replace(pointFile(this.document, index), bytes));
  }

  write(name: string, content: string | Uint8Array): void {
    this.attempt(() => this.replace(name, content));
  }

  complete(finished: string, harness: NonNullable<StudyManifest['harness']>): void {
    this.manifest = { ...this.manifest, status: 'complete', finished, harness };
    this.attempt(() => this.writeManifest());
  }

  private writeManifest(): void {
    this.replace('manifest.json', `${JSON.stringify(this.manifest, null, 2)}\n`);
  }

  private replace(name: string, content: string | Uint8Array): void {
    replaceFile(join(this.path, name), content);
  }

  /** What a killed process had half written. */
  private sweepUp(): void {
    for (const folder of [this.path, join(this.path, 'points')]) {
      for (const name of readdirSync(folder)) {
        const pid = /\.partial-(\d+)$/.exec(name)?.[1];
        if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { recursive: true, force: true });
      }
    }
  }

  private attempt(action: () => void): void {
    writing(action, {
      what: 'The study',
      path: this.path,
      remedy: () =>
        'Free some space, or name a folder that can be written with --out; the same command then goes on from the points that are there.',
    });
  }
}

const DOCUMENT = ['name', 'study_hash', 'command', 'replications', 'axes', 'points'] as const;

/** study.json of a folder that has one; throws ResultsError where it is damaged. */
export const readStudy = (path: string): StudyDocument => readDocument(path, 'study.json', DOCUMENT);

/** Null where the folder has none. */
export function readStudyManifest(path: string): StudyManifest | null {
  return readJson(join(path, 'manifest.json')) as StudyManifest | null;
}

export function readStudyDocument(path: string): StudyDocument | null {
  return readJson(join(path, 'study.json')) as StudyDocument | null;
}

/** Results in the folder that are whole and of this study, by index. */
export function readPoints(path: string, document: StudyDocument): Map<number, PointResult> {
  const results = new Map<number, PointResult>();
  for (const [index, { run_hash }] of document.points.entries()) {
    const file = join(path, pointFile(document, index));
    if (!existsSync(file)) continue;
    const result = decodeResult(readFileSync(file));
    if (result !== null && result.id === run_hash && result.index === index) results.set(index, result);
  }
  return results;
}

/** The resolved scenario of a stored point; null where there is none that is whole. */
export function readPointScenario(path: string, document: StudyDocument, index: number): Scenario | null {
  const file = join(path, pointFile(document, index));
  return existsSync(file) ? decodeScenario(readFileSync(file)) : null;
}

/** `points/00012-0123456789.arrow` */
export function pointFile({ points }: StudyDocument, index: number): string {
  return join('points', `${String(index).padStart(5, '0')}-${points[index].run_hash.slice(0, 10)}.arrow`);
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}
