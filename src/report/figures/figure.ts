/**
 * What a figure is: a question, how to read the answer, a reduction of result tables to a few hundred rows, and a
 * Vega-Lite specification over those rows.
 *
 * `prepare` does all arithmetic (quantiles, intervals, bins), so that the specification only draws and the rows can be
 * published beside the picture. An empty result means that the run holds nothing to show; the figure is then left out.
 */
import type { Spec } from '../render.ts';
import type { RunTables, StudyRun, TableName } from '../run-data.ts';
import type { Theme } from '../theme.ts';

export type Cell = number | string | boolean | null;
/** Field names of a row carry the unit, as everywhere; null is "no value". */
export type Row = Readonly<Record<string, Cell>>;

/** Part of the report in which the figure stands. */
export const SECTIONS = ['latency', 'residency', 'interference', 'capacity', 'study', 'kernel', 'fidelity'] as const;
export type Section = (typeof SECTIONS)[number];

/** What a figure is drawn from: one run, several runs, a kernel's measurements, rows of published results or of a search. */
export interface Inputs {
  run: RunTables;
  study: readonly StudyRun[];
  kernel: readonly KernelRow[];
  fidelity: readonly FidelityRow[];
  knee: readonly KneeRow[];
  plan: readonly PlanRow[];
  sensitivity: readonly SensitivityRow[];
  interference: readonly InterferenceRow[];
}
export type Scope = keyof Inputs;

/** One measured shape of a kernel on one device. */
export interface KernelRow {
  /** Name of the measurement where a figure holds several; '' where it holds one. */
  readonly run: string;
  /** Suite or curve that the shape belongs to. */
  readonly kernel: string;
  readonly label: string;
  /** Kind of shape within a curve, and its place on the curve's axis; '' and 0 outside curves. */
  readonly shape: string;
  readonly x: number;
  readonly flops: number;
  readonly bytes: number;
  /** Median time of a launch and the bounds of its 95% interval. */
  readonly seconds: number;
  readonly low: number;
  readonly high: number;
  /** The least that the device's roofline allows for the base model's product of the same tokens. */
  readonly baseSeconds: number;
  /** Peaks measured on the same device in the same run: FLOP/s and bytes/s. */
  readonly peakFlops: number;
  readonly peakBandwidth: number;
}

/** One published value beside the simulated one. */
export interface FidelityRow {
  readonly source: string;
  readonly metric: string;
  readonly unit: string;
  readonly group: string;
  readonly label: string;
  readonly published: number;
  readonly simulated: number;
  /** The row was used to fit the model. */
  readonly fitted: boolean;
  /** The system was past its knee: achieved below 95% of offered. */
  readonly saturated: boolean;
}

/** One of several runs in a figure. */
export interface NamedRun {
  readonly label: string;
  readonly tables: RunTables;
}

/** How a figure of a run sets several beside one another. Rows carry the run's name in `run`. */
export interface Across {
  /** Where it is called otherwise than for one run. */
  readonly title?: string;
  readonly question?: string;
  /** What it draws then: never what it draws of one run. */
  readonly howToRead: string;
  prepare(runs: readonly NamedRun[]): Row[];
  /** Where it is drawn otherwise than one run. */
  spec?(rows: readonly Row[], theme: Theme): Spec;
}

/** A metric of a threshold beside its bound. */
export interface BoundedRow {
  readonly metric: string;
  readonly unit: string;
  /** Mean over replications with its interval. */
  readonly actual: number;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly bound: number;
  readonly op: string;
}

/** One metric of a threshold at one value of the axis whose knee was searched. */
export interface KneeRow extends BoundedRow {
  /** Values of the other axes; empty where there are none. */
  readonly setting: string;
  readonly axis: string;
  readonly axisUnit: string;
  readonly value: number;
  /** Share of the replications in which every threshold holds. */
  readonly holds: number;
  /** Ends of the setting's bracket; null where it has no knee. */
  readonly below: number | null;
  readonly above: number | null;
}

/** One metric of a threshold for one configuration of a plan, cheapest first. */
export interface PlanRow extends BoundedRow {
  /** What it is and what it costs: "replicas 2, slots 16, $6/h". */
  readonly configuration: string;
  readonly price: number;
  readonly verdict: 'answer' | 'passes' | 'fails';
}

/** A metric with one parameter at one end of its uncertainty, largest effects first; or with all of them at values drawn together. */
export interface SensitivityRow {
  readonly parameter: string;
  readonly end: 'low end' | 'high end' | 'joint draw';
  /** The parameter's value there, with its unit; empty for a joint draw. */
  readonly text: string;
  readonly metric: string;
  readonly unit: string;
  /** The metric as the scenario stands, and at this end (null: no result). */
  readonly base: number;
  readonly at: number | null;
  /** Bound of the scenario's threshold on the metric, null where there is none. */
  readonly bound: number | null;
}

/** A part of the mean time that a request loses, in one variant of a scenario. */
export interface InterferenceRow {
  /** As it stands, one mechanism off, all off, or what all change beyond the sum of each (signed). */
  readonly kind: 'base' | 'off' | 'all' | 'residual';
  readonly bar: string;
  /** Label of the part, as in theme.ts. */
  readonly part: string;
  readonly milliseconds: number;
  /** Everything that a request loses as the scenario stands. */
  readonly whole: number;
}

export interface Figure<S extends Scope = Scope> {
  readonly scope: S;
  readonly section: Section;
  /** A few words: the title in files, the heading in lists. */
  readonly title: string;
  /** What the figure answers: the heading in a report. */
  readonly question: string;
  /** One or two sentences; says what a step, a slope or a gap means. */
  readonly howToRead: string;
  /** What is to be said of this input besides, such as what is not shown of it, in sentences for its caption; '' or absent: nothing. */
  besides?(input: Inputs[S]): string;
  /** Paper or repository whose form of figure this is ("own" where it is ours). */
  readonly source: string;
  /** Tables of the run that `prepare` reads beside the summary. */
  readonly needs: readonly TableName[];
  prepare(input: Inputs[S]): Row[];
  /** Body of the specification: data, size, title and configuration are added by frame.ts. */
  spec(rows: readonly Row[], theme: Theme): Spec;
  /** Of a run's figure: several runs in one drawing, or a sentence on why that would mean nothing. */
  readonly across?: Across | string;
}
