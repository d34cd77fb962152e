/**
 * The points of a study: every combination of its axes, or a list, each with its replications, each a whole resolved scenario that
 * was checked before anything runs. A point's id is the run hash of its scenario, so `run` of the same scenario has the same one.
 */
import { createHash } from 'node:crypto';
import { FRACTIONS, METRICS } from '../metrics/catalog/index.ts';
import { FAMILIES } from '../run/families.ts';
import { runHashOf } from '../run/identity.ts';
import { UserError } from '../scenario/errors.ts';
import { canonicalJson, shortHash } from '../scenario/hash.ts';
import { type Loaded, loadScenario, loadScenarioText, type Override } from '../scenario/load.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { sweepPoints } from '../scenario/sweep-check.ts';
import { type Axis, combineAxes, type Varied } from './axes.ts';
import { replicate } from './seeds.ts';

/** What is set at one place of a study: axis values by path, in the order of the axes. */
export type Setting = readonly Override[];

export interface Point {
  /** Row in the study's table: setting by setting, replications side by side. */
  readonly index: number;
  /** Which setting, and which replication of it. */
  readonly setting: number;
  readonly replication: number;
  /** The setting's values, as they were written. */
  readonly overrides: Setting;
  /** Resolved, without a sweep of its own, with the replication's seed. */
  readonly scenario: Scenario;
  /** Run hash of the scenario: 64 hexadecimal digits. */
  readonly id: string;
}

/** What every point is made from: the file as it was written and what is held for all of them. */
export interface StudySource {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
  readonly fixed: readonly Override[];
}

export interface Study {
  readonly name: string;
  /** SHA-256 over axes and points: equal hashes, equal tables. */
  readonly hash: string;
  /** Paths that are varied, in order. */
  readonly paths: readonly string[];
  readonly settings: readonly Setting[];
  readonly replications: number;
  readonly points: readonly Point[];
  readonly source: StudySource;
  readonly warnings: Loaded['warnings'];
}

export interface StudyOptions {
  /** Path of the scenario file. */
  file: string;
  varied: Varied;
  /** Points to take instead of every combination of the axes. */
  listed?: readonly Setting[];
  replications?: number;
}

const OPTIONS = { families: FAMILIES, metrics: METRICS.map((metric) => metric.name), fractions: FRACTIONS };

/** Resolves every point; throws a UserError where the scenario or a point cannot be used. */
export function planStudy({ file, varied, listed, replications }: StudyOptions): Study {
  const base = loadScenario(file, { ...OPTIONS, overrides: varied.fixed });
  const source: StudySource = { file, text: base.source.text, fixed: varied.fixed };
  const axes = combineAxes(base.scenario.sweep, varied);
  const settings = listed ?? settingsOf(axes);
  const count = replications ?? base.scenario.replications;
  const points = settings.flatMap((setting, at) => pointsOf(source, setting, count, at));
  const paths = [...new Set(settings.flatMap((setting) => setting.map(({ path }) => path)))];
  return {
    name: base.scenario.name,
    hash: studyHash(paths, points),
    paths,
    settings,
    replications: count,
    points,
    source,
    warnings: base.warnings,
  };
}

/** Every combination, the last axis fastest. One empty setting where there is no axis. */
export function settingsOf(axes: readonly Axis[]): Setting[] {
  return sweepPoints(axes.map(({ path, values }) => ({ path, values: [...values] }))).map((point) =>
    point.filter(({ path }) => path !== 'sweep'),
  );
}

/** One setting with all its replications; `setting` says where it stands in the study. */
export function pointsOf(source: StudySource, overrides: Setting, replications: number, setting = 0): Point[] {
  const scenario = scenarioAt(source, overrides);
  return Array.from({ length: replications }, (_, replication) => {
    const replicated = replicate(scenario, replication);
    return {
      index: setting * replications + replication,
      setting,
      replication,
      overrides,
      scenario: replicated,
      id: runHashOf(replicated),
    };
  });
}

function scenarioAt(source: StudySource, overrides: Setting): Scenario {
  try {
    return loadScenarioText(source.text, source.file, {
      ...OPTIONS,
      // The overrides are for the file as it was written: `adapter.modules: attention` follows the base that a point names.
      overrides: [...source.fixed, ...overrides, { path: 'sweep', value: {} }],
    }).scenario;
  } catch (error) {
    if (!(error instanceof UserError) || overrides.length === 0) throw error;
    const where = settingText(overrides);
    throw new UserError(error.diagnostics.map((one) => ({ ...one, message: `${one.message} (at ${where})` })));
  }
}

function studyHash(paths: readonly string[], points: readonly Point[]): string {
  const said = { paths, points: points.map(({ id, overrides }) => [id, overrides.map(({ value }) => String(value))]) };
  return createHash('sha256').update(canonicalJson(said)).digest('hex');
}

/** `scale-out-0123456789`, the name of the study's folder. */
export const studyName = ({ name, hash }: Pick<Study, 'name' | 'hash'>): string => `${name}-${shortHash(hash)}`;

/** "population.users=1e5, base=qwen3-8b"; the scenario's name where nothing is varied. */
export function settingText(setting: Setting): string {
  return setting.map(({ path, value }) => `${path}=${valueText(value)}`).join(', ');
}

/** A value as it would be written after `--set path=`. */
export const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
