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

/** What a figure is drawn from: one run, several runs, a kernel's measurements, rows of published results. */
export interface Inputs {
  run: RunTables;
  study: readonly StudyRun[];
  kernel: readonly KernelRow[];
  fidelity: readonly FidelityRow[];
}
export type Scope = keyof Inputs;

/** One measured shape of a kernel on one device. */
export interface KernelRow {
  readonly kernel: string;
  readonly label: string;
  readonly flops: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Peaks measured on the same device in the same run: FLOP/s and bytes/s. */
  readonly peakFlops: number;
  readonly peakBandwidth: number;
}

/** One published value beside the simulated one. */
export interface FidelityRow {
  readonly source: string;
  readonly metric: string;
  readonly unit: string;
  readonly label: string;
  readonly published: number;
  readonly simulated: number;
  /** The row was used to fit the model. */
  readonly fitted: boolean;
  /** The system was past its knee: achieved below 95% of offered. */
  readonly saturated: boolean;
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
  /** Paper or repository whose form of figure this is ("own" where it is ours). */
  readonly source: string;
  /** Tables of the run that `prepare` reads beside the summary. */
  readonly needs: readonly TableName[];
  prepare(input: Inputs[S]): Row[];
  /** Body of the specification: data, size, title and configuration are added by chart.ts. */
  spec(rows: readonly Row[], theme: Theme): Spec;
}
