/**
 * A sweep as a side of a comparison: the replications of each setting are runs. `folder@axis=value` takes the settings with that value,
 * and what is left of the axes says which setting of one side belongs to which of the other: two policies of one sweep, at every load.
 */
import { placeOption, readDocument } from '../../metrics/result-files.ts';
import { UserError } from '../../scenario/errors.ts';
import type { Override } from '../../scenario/load.ts';
import { type StudyDocument, settingCount, settingLabel } from '../study-document.ts';
import { readPointScenario, readPoints, readStudy, type StudyManifest } from '../study-folder.ts';
import { type CompareOptions, draftComparison, type RunsSide, settleComparison } from './compare-runs.ts';
import { type Comparison, type Exactness, infoOf, type SideInfo } from './comparison.ts';
import type { StoredRun } from './stored-run.ts';

export interface StudySetting {
  /** The values of the axes that are left; empty where none is. */
  readonly label: string;
  readonly runs: readonly StoredRun[];
}

export interface StudySide extends SideInfo {
  settings: readonly StudySetting[];
}

/** @param picks values to take of axes; throws a UserError where a point is missing or nothing has such values */
export function readStudySide(path: string, label: string, picks: readonly Override[]): StudySide {
  const document = readStudy(path);
  const manifest = readDocument<StudyManifest>(path, 'manifest.json', ['tool', 'command']);
  const points = readPoints(path, document);
  const missing = document.points.length - points.size;
  if (missing > 0)
    throw new UserError(
      `${path} lacks ${missing} of ${document.points.length} points; it goes on with: ${document.command}${placeOption(path)}`,
    );
  const { node_major, arch, version } = manifest.tool;
  const left = { axes: document.axes.filter((axis) => !picks.some((pick) => pick.path === axis.path)) };
  const { replications } = document;
  const settings = chosen(document, picks, path).map(
    (setting): StudySetting => ({
      label: settingLabel(left, setting),
      runs: Array.from({ length: replications }, (_, replication): StoredRun => {
        const index = setting * replications + replication;
        const { id, rows } = points.get(index)!;
        const scenario = readPointScenario(path, document, index);
        if (scenario === null)
          throw new UserError(
            `${path} does not hold the scenarios of its points: ${document.command}${placeOption(path)} --no-resume`,
          );
        return {
          folder: null,
          scenario,
          seed: scenario.seed,
          runHash: id,
          rows,
          platform: { node_major, arch },
          version,
        };
      }),
    }),
  );
  return { label, kind: `sweep, ${settings.length} × ${replications} runs`, path, settings };
}

function chosen(document: StudyDocument, picks: readonly Override[], path: string): number[] {
  let settings = Array.from({ length: settingCount(document) }, (_, setting) => setting);
  for (const { path: name, value } of picks) {
    const axis = document.axes.find((one) => one.path === name);
    if (axis === undefined)
      throw new UserError(
        `${path} has no axis ${name}; its axes are ${document.axes.map((one) => one.path).join(', ')}`,
      );
    const wanted = String(value);
    const values = [...new Set(axis.written)];
    settings = settings.filter(
      (setting) => axis.written[setting] === wanted || (wanted !== '' && axis.values[setting] === Number(wanted)),
    );
    if (settings.length === 0)
      throw new UserError(`${path} has no setting with ${name}=${wanted}, only ${values.join(', ')}`);
  }
  return settings;
}

/** Setting by setting, with one correction over the lines of all. Throws a UserError where no setting is on both sides. */
export function compareStudies(base: StudySide, next: StudySide, options: CompareOptions): Comparison {
  const others = new Map(next.settings.map((setting) => [setting.label, setting]));
  const asRuns = ({ label, kind, path }: StudySide, { runs }: StudySetting): RunsSide => ({ label, kind, path, runs });
  const drafts = base.settings.flatMap((setting) => {
    const partner = others.get(setting.label);
    if (partner === undefined) return [];
    const draft = draftComparison(asRuns(base, setting), asRuns(next, partner), options);
    for (const { line } of draft.drafts) line.setting = setting.label;
    return [draft];
  });
  if (drafts.length === 0) {
    throw new UserError(
      `no setting is on both sides: ${base.settings[0].label} … and ${next.settings[0].label} …; ${base.path}@axis=value takes the settings with a value`,
    );
  }
  const comparisons = drafts.map(({ comparison }) => comparison);
  const [{ margin, alpha, provenance }] = comparisons;
  const left = base.settings.length + next.settings.length - 2 * drafts.length;
  const notes = [...new Set(comparisons.flatMap((comparison) => comparison.notes))];
  if (left > 0) notes.push(`${left} ${left === 1 ? 'setting is' : 'settings are'} on one side only and were left out`);
  const same = comparisons.every(({ method }) => method === 'exact');
  const exacts = comparisons.flatMap(({ exact }) => exact ?? []);
  const comparison: Comparison = {
    provenance,
    base: infoOf(base),
    new: infoOf(next),
    method: same ? 'exact' : 'paired',
    margin,
    alpha,
    verdict: 'not comparable',
    lines: [],
    differences: comparisons.find(({ differences }) => differences !== null)?.differences ?? null,
    exact: same && exacts.length === comparisons.length ? together(exacts) : null,
    divergence: null,
    notes,
  };
  return settleComparison({
    comparison,
    drafts: drafts.flatMap((one) => one.drafts),
    pairs: fewest(drafts.map(({ pairs }) => pairs)),
  });
}

/** Settings without a pair have nothing to be judged. */
function fewest(pairs: readonly number[]): number {
  const some = pairs.filter((count) => count > 0);
  return some.length === 0 ? 0 : Math.min(...some);
}

const together = (all: readonly Exactness[]): Exactness => ({
  equal: all.every(({ equal }) => equal),
  whole: all.every(({ whole }) => whole),
  metrics: all.reduce((sum, { metrics }) => sum + metrics, 0),
  metricsChanged: all.reduce((sum, { metricsChanged }) => sum + metricsChanged, 0),
  tables: [],
});
