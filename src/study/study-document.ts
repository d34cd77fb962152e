/**
 * study.json: what a study is, before and apart from its results. Points, axes, seeds and run hashes; nothing of the machine, so that
 * every shard writes the same bytes and a merge can tell a foreign one.
 */
import { type AxisColumn, axisColumns } from './axis-column.ts';
import type { Study } from './points.ts';

export const STUDY_SCHEMA_VERSION = 1;

export interface StudyDocument {
  readonly schema_version: typeof STUDY_SCHEMA_VERSION;
  readonly name: string;
  readonly description: string;
  readonly study_hash: string;
  /** Reproduces the whole study. */
  readonly command: string;
  readonly replications: number;
  readonly axes: readonly AxisColumn[];
  /** What all of its simulations take for granted, in sentences; missing where nobody said. */
  readonly assumptions?: readonly string[];
  readonly points: readonly PointEntry[];
}

export interface PointEntry {
  readonly setting: number;
  readonly replication: number;
  readonly seed: string;
  readonly run_hash: string;
}

export function studyDocument(study: Study, command: string, assumptions?: readonly string[]): StudyDocument {
  return {
    schema_version: STUDY_SCHEMA_VERSION,
    name: study.name,
    description: study.points[0]?.scenario.description ?? '',
    study_hash: study.hash,
    command,
    replications: study.replications,
    axes: axisColumns(study),
    ...(assumptions === undefined ? {} : { assumptions }),
    points: study.points.map(({ setting, replication, scenario, id }) => ({
      setting,
      replication,
      seed: scenario.seed,
      run_hash: id,
    })),
  };
}

/** "population.users=1e5, base=qwen3-8b" */
export function settingLabel({ axes }: Pick<StudyDocument, 'axes'>, setting: number): string {
  return axes
    .filter(({ values }) => values[setting] !== null)
    .map(({ path, written }) => `${path}=${written[setting]}`)
    .join(', ');
}

export const settingCount = ({ points, replications }: Pick<StudyDocument, 'points' | 'replications'>): number =>
  points.length / replications;
