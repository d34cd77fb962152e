/**
 * Colours, dashes and type of every figure and of the HTML report, in a light and a dark variant of one palette.
 *
 * The seven hues start from Okabe and Ito ("Color Universal Design", 2008) and were moved apart until every pair differs by
 * a CIE76 distance of at least 14 in normal sight and under simulated protanopia and deuteranopia (matrices of Machado et
 * al., IEEE TVCG 2009), with a contrast of at least 3:1 on their background (WCAG 2.1, 1.4.11). test/report/theme.test.ts
 * checks both. Colour is never the only code: series also differ by dash or marker.
 */

export const SWATCHES = ['blue', 'orange', 'green', 'pink', 'brown', 'sky', 'indigo', 'grey'] as const;
export type Swatch = (typeof SWATCHES)[number];

export type Mode = 'light' | 'dark';

/** What a figure is drawn for. Lengths in CSS pixels, 96 to the inch. */
export interface Sheet {
  /** Total width of the drawing. */
  readonly width: number;
  /** Size of its text: 10 px is 7.5 pt in print. */
  readonly text: number;
  /** Height of its plots, as a share of what the figure asks for. */
  readonly height: number;
  /** Enlargement of the finished drawing, text and lines included. */
  readonly zoom: number;
}

/** A report's column, a phone, a column (3.33 in) and the full width (7 in) of a paper's page, a slide (10 in, text of 14 pt). */
export const SIZES = {
  wide: { width: 560, text: 11, height: 1, zoom: 1 },
  narrow: { width: 330, text: 11, height: 1, zoom: 1 },
  'one-column': { width: 320, text: 10, height: 0.8, zoom: 1 },
  'two-column': { width: 672, text: 10, height: 0.85, zoom: 1 },
  slide: { width: 560, text: 11, height: 0.9, zoom: 960 / 560 },
} as const satisfies Record<string, Sheet>;
export type Size = keyof typeof SIZES;

export interface Theme {
  readonly mode: Mode;
  readonly sheet: Sheet;
  /** Wide enough for eight labels beside one another. */
  readonly roomy: boolean;
  /** Taken off the width of plots, px: what labels turned out to need beyond their estimate. */
  readonly trim: number;
  readonly background: string;
  readonly ink: string;
  readonly muted: string;
  readonly grid: string;
  readonly swatches: Readonly<Record<Swatch, string>>;
}

/** No colour stands twice in a variant, so that a rendered figure can change its variant by substitution (render.ts). */
const VARIANTS: Record<Mode, Pick<Theme, 'background' | 'ink' | 'muted' | 'grid' | 'swatches'>> = {
  light: {
    background: '#ffffff',
    ink: '#16202c',
    muted: '#566273',
    grid: '#e3e8ee',
    swatches: {
      blue: '#1169a8',
      orange: '#e56b15',
      green: '#069668',
      pink: '#b5538b',
      brown: '#805c00',
      sky: '#329dd7',
      indigo: '#41389f',
      grey: '#7b8694',
    },
  },
  dark: {
    background: '#141a22',
    ink: '#e9eef4',
    muted: '#9fadbd',
    grid: '#2a3441',
    swatches: {
      blue: '#4da0e9',
      orange: '#fe8a3e',
      green: '#2fc89c',
      pink: '#e48dc2',
      brown: '#efc627',
      sky: '#99d5ff',
      indigo: '#8382ff',
      grey: '#808d9c',
    },
  },
};

export function theme(mode: Mode = 'light', size: Size = 'wide', trim: number = 0): Theme {
  const sheet = SIZES[size];
  return { mode, sheet, roomy: sheet.width >= 450, trim, ...VARIANTS[mode] };
}

/** Every colour of a variant by name, in one fixed order. */
export function colourNames(mode: Mode): [name: string, hex: string][] {
  const { background, ink, muted, grid, swatches } = VARIANTS[mode];
  return [['background', background], ['ink', ink], ['muted', muted], ['grid', grid], ...Object.entries(swatches)];
}

/** Family and the two faces that SVG and PNG are measured and drawn with (npm package dejavu-fonts-ttf). */
export const FONT = 'DejaVu Sans';
/** As files name it: Verdana has nearly its widths where it is missing. */
export const FONT_STACK = `${FONT}, Verdana, sans-serif`;

/** What a series looks like: the same name has the same look in every figure. */
export interface Look {
  readonly label: string;
  readonly swatch: Swatch;
  /** Dash pattern in pixels; [1, 0] is solid. */
  readonly dash: readonly number[];
  readonly shape: 'circle' | 'square' | 'triangle-up' | 'diamond' | 'triangle-down' | 'cross';
}

const DASHES: readonly (readonly number[])[] = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 2, 2, 2],
  [4, 4],
  [10, 3],
  [1, 3],
  [6, 2, 2, 2, 2, 2],
];
const SHAPES: readonly Look['shape'][] = ['circle', 'square', 'triangle-up', 'diamond', 'triangle-down', 'cross'];

function looks<K extends string>(entries: Record<K, readonly [label: string, swatch: Swatch]>): Record<K, Look> {
  const result = {} as Record<K, Look>;
  (Object.keys(entries) as K[]).forEach((key, i) => {
    const [label, swatch] = entries[key];
    result[key] = { label, swatch, dash: DASHES[i % DASHES.length], shape: SHAPES[i % SHAPES.length] };
  });
  return result;
}

/** Where an adapter was found, from the nearest tier to the farthest. */
export const TIERS = looks({
  gpu: ['GPU', 'blue'],
  host: ['host memory', 'sky'],
  disk: ['node disk', 'brown'],
  object: ['object store', 'orange'],
});

/** Parts of a step's cost (sim/cost/step-cost.ts). */
export const COST_PARTS = looks({
  base: ['base model', 'blue'],
  attention: ['attention', 'sky'],
  lora: ['LoRA', 'orange'],
  collective: ['collectives', 'brown'],
  launch: ['launch', 'grey'],
  stall: ['stall', 'pink'],
});

/** Stages of an adapter load (sim/recorder.ts). */
export const STAGES = looks({
  resolve: ['resolve', 'grey'],
  queue: ['queue', 'sky'],
  fetch: ['fetch', 'blue'],
  build: ['build', 'orange'],
  register: ['register (engine lock)', 'pink'],
  wait_slot: ['wait for other copies', 'brown'],
  activate: ['activate (copy to GPU)', 'green'],
});

/** Where the time of a request goes (metrics/tables/cohorts.ts). */
export const REQUEST_PARTS = looks({
  alone: ['alone', 'blue'],
  queue: ['queue', 'sky'],
  adapter_wait: ['adapter wait', 'orange'],
  batching: ['slower in a batch', 'pink'],
});

export const PERCENTILES = looks({ p50: ['median', 'blue'], p99: ['99th percentile', 'orange'] });

/** What GPU memory holds. */
export const MEMORY = looks({
  weights: ['base weights', 'blue'],
  activations: ['activations', 'grey'],
  slots: ['adapter slots', 'orange'],
  kv: ['KV cache', 'sky'],
  free: ['unused', 'indigo'],
});

/** Looks for names that are only known at run time (cohorts, policies, bases): by position in `names`, which is stable. */
export function seriesLooks(names: readonly string[]): Record<string, Look> {
  const result: Record<string, Look> = Object.create(null);
  names.forEach((name, i) => {
    result[name] = {
      label: name,
      swatch: SWATCHES[i % SWATCHES.length],
      dash: DASHES[i % DASHES.length],
      shape: SHAPES[i % SHAPES.length],
    };
  });
  return result;
}
