/**
 * Figures of measured kernel curves: scale-up, scale-down, scale-out and pool size. Each curve is one set of shapes on one
 * device; the caption says which.
 */
import { countAxis, millisecondsAxis } from './figures/axes.ts';
import { distinct, panels, pointSeries } from './figures/chart.ts';
import type { Figure, Row } from './figures/figure.ts';
import type { Spec } from './render.ts';
import { seriesLooks, type Theme } from './theme.ts';

/** A point of a curve; times in ms of one launch with cold caches, bounds of its 95% interval. */
export interface CurveRow extends Row {
  curve: string;
  series: string;
  x: number;
  lora_ms: number;
  low_ms: number;
  high_ms: number;
  /** LoRA time over what the roofline allows for the base model's product of the same tokens. */
  base_share: number;
}

interface CurveText {
  title: string;
  question: string;
  howToRead: string;
  x: string;
  /** Draws the share of the base product below the times. */
  share: boolean;
}

const CURVES: Readonly<Record<string, CurveText>> = {
  'scale-up': {
    title: 'Kernel scale-up',
    question: 'What does LoRA cost beside a stronger base at one rank?',
    howToRead:
      'One point a fused operator of a base model, ordered by its parameters. Above, the time of the LoRA launch; below, that time over the least that the roofline allows for the base model’s own product.',
    x: 'parameters of the base',
    share: true,
  },
  'scale-down': {
    title: 'Kernel scale-down',
    question: 'What does a smaller adapter save?',
    howToRead:
      'Where the line is flat, launching costs more than the adapter’s bytes; where its slope is one, bytes decide.',
    x: 'rank',
    share: false,
  },
  'scale-out': {
    title: 'Kernel scale-out',
    question: 'What do more adapters in one batch cost?',
    howToRead:
      'The batch stays the same and only the number of distinct adapters in it grows: each brings its own weights to read.',
    x: 'distinct adapters in the batch',
    share: false,
  },
  'scale-out-pool': {
    title: 'Kernel with a growing pool',
    question: 'Does a larger pool of adapters in memory slow a batch down?',
    howToRead:
      'The batch reads the same number of adapters, scattered over ever more memory. A rise is the memory system, not work.',
    x: 'adapters in memory',
    share: false,
  },
};

function spec(rows: readonly Row[], theme: Theme, text: CurveText): Spec {
  const series = distinct(rows, 'series');
  const looks = Object.values(seriesLooks(series));
  const xs = rows.map((row) => Number(row.x));
  const bounds = rows.flatMap((row) => [Number(row.low_ms), Number(row.high_ms), Number(row.lora_ms)]);
  const x = (last: boolean) => countAxis('x', last ? text.x : null, { log: true, values: xs });
  const y = millisecondsAxis('lora_ms', null, { log: true, values: bounds });
  const points = pointSeries('series', looks, theme);
  const line = {
    mark: { type: 'line', strokeWidth: 1.5, opacity: 0.6 },
    encoding: { color: points.color },
  };
  const layers = (encoding: Record<string, Spec>, withLines: boolean) => [
    ...(withLines ? [line] : []),
    {
      mark: { type: 'rule', opacity: 0.5 },
      encoding: { ...encoding, color: points.color },
    },
    { mark: { type: 'point', filled: true, size: 55 }, encoding: points },
  ];
  const views = [
    {
      title: 'time of a launch, median and 95% interval',
      height: text.share ? 150 : 200,
      encoding: { x: x(!text.share), y },
      layer: layers({ y: { ...y, field: 'low_ms' }, y2: { field: 'high_ms' } }, !text.share),
    },
  ];
  if (!text.share) return panels(theme, views, 56);
  const shares = rows.map((row) => Number(row.base_share));
  const below = {
    title: 'over the base product at its roofline',
    height: 90,
    mark: { type: 'point', filled: true, size: 55 },
    encoding: {
      x: x(true),
      y: countAxis('base_share', null, { log: true, values: shares }),
      ...pointSeries('series', looks, theme),
    },
  };
  return panels(theme, [...views, below], 56);
}

/** One figure a curve that has rows, by file name. */
export function curveFigures(rows: readonly CurveRow[]): [name: string, figure: Figure<'kernel'>, rows: CurveRow[]][] {
  return Object.entries(CURVES).flatMap(([curve, text]) => {
    const own = rows.filter((row) => row.curve === curve);
    if (own.length === 0) return [];
    const figure: Figure<'kernel'> = {
      scope: 'kernel',
      section: 'kernel',
      title: text.title,
      question: text.question,
      howToRead: text.howToRead,
      source: 'own',
      needs: [],
      prepare: () => own,
      spec: (given, theme) => spec(given, theme, text),
    };
    return [[`kernel-${curve}`, figure, own] as [string, Figure<'kernel'>, CurveRow[]]];
  });
}
