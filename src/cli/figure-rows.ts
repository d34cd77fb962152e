/** A figure's rows from what is stored: one run or several, the points of sweeps, kernel measurements, or a figure drawn before. */
import { told } from '../report/draw.ts';
import { fieldValue } from '../report/field-value.ts';
import type { Across, Figure, NamedRun, Row } from '../report/figures/figure.ts';
import type { FigureId } from '../report/figures/index.ts';
import type { Provenance, StudyRun } from '../report/run-data.ts';
import { searchSource } from '../report/search-report.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { requestRate } from '../scenario/volume.ts';
import { kernelRows } from './kernel-figures.ts';
import { UsageError } from './parse.ts';
import { type Stored, settingsOf } from './stored.ts';

export interface Prepared {
  /** With the specification that several runs need, where they do. */
  readonly figure: Figure;
  readonly rows: readonly Row[];
  readonly provenance: Provenance;
}

/** Throws UsageError where the figure cannot be drawn from these. */
export function prepareFigure(id: FigureId, figure: Figure, stored: readonly Stored[]): Prepared {
  const [first] = stored;
  if (first.kind === 'drawn') {
    if (stored.length > 1) throw new UsageError('a figure that was drawn before is drawn alone', 'give one .vl.json');
    const several = typeof figure.across === 'object' && first.rows.some((row) => row.run !== undefined);
    return {
      figure: several ? ofSeveral(figure, figure.across as Across) : figure,
      rows: first.rows,
      provenance: provenanceOfDrawn(first.description),
    };
  }
  if (first.kind === 'search' && stored.length === 1) {
    const drawn = first.report.figures.find((one) => one.id === id);
    if (drawn === undefined) {
      const own = first.report.figures.map((one) => one.id);
      throw new UsageError(
        `${first.path} holds nothing that ${id} is drawn from`,
        own.length === 0 ? 'it has no figure' : `its figures: ${own.join(', ')}`,
      );
    }
    const rows = figure.prepare(drawn.input as never);
    return {
      figure: told(figure, drawn.input as never),
      rows,
      provenance: { kind: 'simulated', source: searchSource(first.report, first.path) },
    };
  }
  switch (figure.scope) {
    case 'run':
      return fromRuns(id, figure as Figure<'run'>, stored);
    case 'study': {
      const runs = studyRuns(stored);
      if (runs === null) throw wrong(id, 'a sweep, or several runs that differ in a parameter');
      return { figure, rows: (figure as Figure<'study'>).prepare(runs), provenance: provenanceOf(stored) };
    }
    case 'kernel': {
      const rows = stored.flatMap((one) => {
        if (one.kind !== 'kernel') throw wrong(id, 'measurements of mint-bench kernel');
        return kernelRows(one.run.records, one.run.roofline, stored.length > 1 ? one.label : '');
      });
      return { figure, rows: (figure as Figure<'kernel'>).prepare(rows), provenance: provenanceOf(stored) };
    }
    default:
      throw wrong(id, `the folder that its command wrote, one at a time, or the ${id}.vl.json in it`);
  }
}

const wrong = (id: string, needs: string): UsageError =>
  new UsageError(`${id} is drawn from ${needs}`, `mint-bench explain figures/${id}`);

function fromRuns(id: FigureId, figure: Figure<'run'>, stored: readonly Stored[]): Prepared {
  const runs = stored.map(({ label, ...one }): NamedRun => {
    if (one.kind !== 'run') throw wrong(id, 'folders of runs');
    return { label, tables: one.tables };
  });
  const provenance = provenanceOf(stored);
  if (runs.length === 1)
    return { figure: told(figure, runs[0].tables), rows: figure.prepare(runs[0].tables), provenance };
  const across = figure.across as Across | string | undefined;
  if (across === undefined || typeof across === 'string')
    throw new UsageError(
      `${id} shows one run at a time: ${across ?? 'it has no form for several'}`,
      'draw it once a run',
    );
  return { figure: ofSeveral(figure, across), rows: across.prepare(runs), provenance };
}

/** The figure as it is drawn, and told, of several runs. */
const ofSeveral = (figure: Figure, { title, question, howToRead, spec }: Across): Figure => ({
  ...figure,
  title: title ?? figure.title,
  question: question ?? figure.question,
  howToRead,
  spec: spec ?? figure.spec,
});

/** Points of sweeps, or runs with the parameters in which they differ; null where there is nothing to compare. */
export function studyRuns(stored: readonly Stored[]): StudyRun[] | null {
  const runs = stored.filter((one) => one.kind === 'run');
  if (runs.length === stored.length) return runs.length < 2 ? null : differingRuns(runs);
  if (stored.some((one) => one.kind !== 'study')) return null;
  return stored.flatMap((one): StudyRun[] => {
    if (one.kind !== 'study') return [];
    return settingsOf(one.document).map((setting) => {
      const axes = one.document.axes.filter(({ values }) => values[setting] !== null);
      const params = axes.map(({ path, values }) => [path, values[setting]!] as const);
      const study = stored.length > 1 ? [['study', one.label] as const] : [];
      return {
        label: one.label,
        params: Object.fromEntries([...study, ...params]),
        written: Object.fromEntries(
          axes.map(({ path, values, unit, written }) => [path, fieldValue(values[setting], unit, written[setting])]),
        ),
        summary: one.settings[setting].summary,
      };
    });
  });
}

/** What runs may differ in without being another system. */
const NOT_PARAMETERS = /^(name|description|seed|slo|thresholds|sweep|replications|budget)(\.|$)/;

function differingRuns(runs: readonly Extract<Stored, { kind: 'run' }>[]): StudyRun[] {
  const flat = runs.map(({ tables }) => flatten(tables.scenario));
  const names = [...new Set(flat.flatMap((params) => Object.keys(params)))].filter(
    (name) => !NOT_PARAMETERS.test(name) && new Set(flat.map((params) => params[name])).size > 1,
  );
  return runs.map(({ label, tables }, i) => ({
    label,
    params: Object.fromEntries(
      names.filter((name) => flat[i][name] !== undefined).map((name) => [name, flat[i][name]]),
    ),
    summary: tables.summary,
  }));
}

/** Scalars by dotted path. A base model is its name, a mix of one rank is its rank, a choice of a policy its name. */
function flatten(scenario: Scenario): Record<string, number | string> {
  const out: Record<string, number | string> = {};
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'number' || typeof value === 'string') out[path] = value;
    else if (typeof value === 'boolean') out[path] = String(value);
    else if (typeof value === 'object' && value !== null)
      for (const [key, child] of Object.entries(value)) walk(child, path === '' ? key : `${path}.${key}`);
  };
  const { base, adapter, hardware, population, ...rest } = scenario;
  const { rank, ...otherAdapter } = adapter;
  const { cohorts, ...otherPopulation } = population;
  walk({ base: base.name, adapter: otherAdapter, hardware: { ...hardware, gpu: hardware.gpu.name }, ...rest }, '');
  walk({ population: { ...otherPopulation, rate: requestRate(population) } }, '');
  walk(rank.ranks.length === 1 ? { adapter: { rank: rank.ranks[0].rank } } : { adapter: { rank: 'mixed' } }, '');
  return Object.fromEntries(Object.entries(out).map(([path, value]) => [path.replace(/\.name$/, ''), value]));
}

function provenanceOf(stored: readonly Stored[]): Provenance {
  const sources = stored.map((one) => {
    if (one.kind === 'run') return stored.length > 1 ? namedHash(one) : one.tables.hash.slice(0, 10);
    if (one.kind === 'study') return `${one.document.name} ${one.document.study_hash.slice(0, 6)}`;
    if (one.kind === 'kernel') return `${one.run.probe.device} (${one.run.probe.backend})`;
    return one.label;
  });
  const [{ kind }] = stored;
  const what = { run: 'run', study: 'sweep', kernel: '', search: '', drawn: '' }[kind];
  // As many as a legend can tell apart; the command names them all.
  const shown =
    sources.length > MOST_NAMED ? [...sources.slice(0, MOST_NAMED), `${sources.length - MOST_NAMED} more`] : sources;
  const source = `${what}${what === '' ? '' : stored.length > 1 ? 's ' : ' '}${shown.join(', ')}`;
  return { kind: kind === 'kernel' ? 'measured' : 'simulated', source };
}

const MOST_NAMED = 8;

/** The name in the legend with the run that it stands for: "lru 3fa2b1"; a folder's name holds the hash already. */
function namedHash({ label, tables }: Extract<Stored, { kind: 'run' }>): string {
  const hash = tables.hash.slice(0, 6);
  return label.includes(hash) ? label : `${label} ${hash}`;
}

/** What a figure said of itself: "question (simulated · source)". */
function provenanceOfDrawn(description: string): Provenance {
  const [, kind, source] = /\((simulated|measured|cited) · (.*)\)$/.exec(description) ?? [];
  return { kind: (kind as Provenance['kind'] | undefined) ?? 'simulated', source: source ?? 'redrawn' };
}
