/** Shards of one study → the study: the same files as if one process had run all of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeOption, readDocument } from '../metrics/result-files.ts';
import type { PointResult } from './point-result.ts';
import { inShard, shardText } from './shard.ts';
import { type StudyDocument, settingLabel } from './study-document.ts';
import { identityText, pointFile, readPoints, readStudy, StudyFolder, type StudyManifest } from './study-folder.ts';
import { writeTables } from './sweep.ts';
import type { SettingResult } from './tables.ts';

/** The folders do not make up one study. */
export class MergeError extends Error {
  override readonly name = 'MergeError';
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

interface Part {
  path: string;
  manifest: StudyManifest;
  document: StudyDocument;
  results: Map<number, PointResult>;
}

/** @param target the whole study's folder, from its document */
export function mergeShards(
  paths: readonly string[],
  target: (document: StudyDocument) => string,
): { folder: string; document: StudyDocument; settings: SettingResult[] } {
  const parts = paths.map(open);
  // Whatever order the folders were named in.
  parts.sort((a, b) => (a.manifest.shard?.part ?? 0) - (b.manifest.shard?.part ?? 0));
  const [first] = parts;
  for (const part of parts) refuseForeign(first, part);
  refuseDuplicates(parts);
  for (const part of parts) refuseUnfinished(part);
  refuseGaps(parts);
  const { document, manifest } = first;
  const started = performance.now();
  const folder = new StudyFolder(target(document), document, {
    ...manifest,
    status: 'running',
    shard: null,
    started: new Date().toISOString(),
    finished: null,
    harness: null,
  });
  const results = new Map<number, PointResult>();
  for (const part of parts) {
    for (const [index, result] of part.results) {
      if (!inShard(index, part.manifest.shard)) continue;
      folder.put(index, readFileSync(join(part.path, pointFile(document, index))));
      results.set(index, result);
    }
  }
  const settings = writeTables(folder, results);
  folder.complete(new Date().toISOString(), {
    wall_s: (performance.now() - started) / 1000,
    executor: `merge of ${parts.length}`,
    points_computed: 0,
    points_kept: results.size,
    points: [],
  });
  return { folder: folder.path, document, settings };
}

function open(path: string): Part {
  if (!existsSync(join(path, 'study.json')))
    throw new MergeError(`${path} is no folder of a sweep: it has no study.json`, 'mint-bench sweep prints its folder');
  const document = readStudy(path);
  const manifest = readDocument<StudyManifest>(path, 'manifest.json', ['tool', 'command']);
  return { path, manifest, document, results: readPoints(path, document) };
}

function refuseForeign(first: Part, part: Part): void {
  if (part.document.study_hash !== first.document.study_hash) {
    throw new MergeError(
      `${part.path} is of another study than ${first.path}: ${describe(part)} and ${describe(first)}`,
      'shards of one study come from one command; only --shard may differ',
    );
  }
  const [tool, other] = [identityText(first.manifest.tool), identityText(part.manifest.tool)];
  if (tool !== other) {
    throw new MergeError(
      `${part.path} was computed by ${other}, ${first.path} by ${tool}`,
      'results are the same bytes only from one version, Node major and processor architecture: run one of them again',
    );
  }
}

const describe = ({ document }: Part): string =>
  `${document.name}-${document.study_hash.slice(0, 10)} with ${document.points.length} points`;

function refuseDuplicates(parts: readonly Part[]): void {
  const [{ document }] = parts;
  for (let index = 0; index < document.points.length; index++) {
    const owners = parts.filter(({ manifest }) => inShard(index, manifest.shard));
    if (owners.length < 2) continue;
    const [a, b] = owners;
    const same = partText(a) === partText(b);
    throw new MergeError(
      same
        ? `${partText(a)} is given twice: ${a.path} and ${b.path}`
        : `${partText(a)} (${a.path}) and ${partText(b)} (${b.path}) both hold the point ${pointText(document, index)}`,
      'name each shard once, all of one sharding',
    );
  }
}

function refuseUnfinished({ path, manifest, document, results }: Part): void {
  const own = document.points.map((_, index) => index).filter((index) => inShard(index, manifest.shard));
  const missing = own.filter((index) => !results.has(index));
  if (missing.length === 0) return;
  const option = manifest.shard === null ? '' : ` --shard ${shardText(manifest.shard)}`;
  throw new MergeError(
    `${path} is not finished: ${missing.length} of its ${own.length} points are missing, the first is ${pointText(document, missing[0])}`,
    `finish it with: ${document.command}${option}${placeOption(path)}`,
  );
}

function refuseGaps(parts: readonly Part[]): void {
  const [{ document, manifest, path }] = parts;
  const missing = document.points
    .map((_, index) => index)
    .filter((index) => !parts.some((part) => inShard(index, part.manifest.shard)));
  if (missing.length === 0) return;
  const of = manifest.shard?.of ?? 1;
  const shards = [...new Set(missing.map((index) => `${(index % of) + 1}/${of}`))].sort();
  throw new MergeError(
    `${missing.length} of ${document.points.length} points are in none of the folders: ${shards.length === 1 ? 'shard' : 'shards'} ${shards.join(', ')} ${shards.length === 1 ? 'is' : 'are'} missing`,
    `run ${shards.length === 1 ? 'it' : 'the first'} with: ${document.command} --shard ${shards[0]}${placeOption(path)}`,
  );
}

const partText = ({ manifest }: Part): string =>
  manifest.shard === null ? 'the whole study' : `shard ${shardText(manifest.shard)}`;

const pointText = (document: StudyDocument, index: number): string =>
  `${settingLabel(document, document.points[index].setting)}, replication ${document.points[index].replication}`;
