/** The palette keeps its promises: contrast, distance in normal and in simulated colour-deficient sight, unambiguous substitution. */
import { describe, expect, it } from 'vitest';
import {
  COST_PARTS,
  colourNames,
  type Look,
  MEMORY,
  type Mode,
  PERCENTILES,
  REQUEST_PARTS,
  STAGES,
  seriesLooks,
  TIERS,
  theme,
} from '../../src/report/theme.ts';

type Triple = [number, number, number];

const channels = (hex: string): Triple =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as Triple;

/** WCAG 2.1. */
function contrast(a: string, b: string): number {
  const [x, y] = [a, b].map((hex) => {
    const [r, g, blue] = channels(hex);
    return 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  });
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
}

/** Full-severity matrices in linear RGB: Machado, Oliveira, Fernandes, IEEE TVCG 2009, table 1. */
const SIGHT: Record<string, readonly Triple[]> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
};

function lab(hex: string, sight: string): Triple {
  const rgb = channels(hex);
  const [r, g, b] = SIGHT[sight].map((row) =>
    Math.min(1, Math.max(0, row[0] * rgb[0] + row[1] * rgb[1] + row[2] * rgb[2])),
  );
  const f = (t: number) => (t > 216 / 24_389 ? Math.cbrt(t) : (24_389 / 27 / 116) * t + 16 / 116);
  const x = f((0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047);
  const y = f(0.2126 * r + 0.7152 * g + 0.0722 * b);
  const z = f((0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

const distance = (a: string, b: string, sight: string): number => {
  const [p, q] = [lab(a, sight), lab(b, sight)];
  return Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
};

const MODES: Mode[] = ['light', 'dark'];

describe('palette', () => {
  it.each(MODES)('%s: graphics have 3:1, text 4.5:1 on the background', (mode) => {
    const { background, ink, muted, swatches } = theme(mode);
    for (const hex of Object.values(swatches)) expect(contrast(hex, background), hex).toBeGreaterThanOrEqual(3);
    for (const hex of [ink, muted]) expect(contrast(hex, background), hex).toBeGreaterThanOrEqual(4.5);
  });

  it.each(MODES.flatMap((mode) => Object.keys(SIGHT).map((sight) => [mode, sight] as const)))(
    '%s: every pair of hues stays apart in %s sight',
    (mode, sight) => {
      const { grey: _grey, ...hues } = theme(mode).swatches;
      const names = Object.entries(hues);
      names.forEach(([a, hexA], i) => {
        for (const [b, hexB] of names.slice(i + 1)) {
          expect(distance(hexA, hexB, sight), `${a} and ${b}`).toBeGreaterThanOrEqual(14);
        }
      });
    },
  );

  it.each(MODES)('%s: no colour stands twice, so that a drawing can change its variant by substitution', (mode) => {
    const hexes = colourNames(mode).map(([, hex]) => hex);
    expect(new Set(hexes).size).toBe(hexes.length);
    for (const hex of hexes) expect(hex).toMatch(/^#[0-9a-f]{6}$/);
  });
});

describe('looks', () => {
  const families: Record<string, Record<string, Look>> = {
    TIERS,
    COST_PARTS,
    REQUEST_PARTS,
    STAGES,
    PERCENTILES,
    MEMORY,
  };

  it.each(Object.keys(families))('%s: each member has a colour and a label of its own', (name) => {
    const looks = Object.values(families[name]);
    expect(new Set(looks.map((look) => look.swatch)).size).toBe(looks.length);
    expect(new Set(looks.map((look) => look.label)).size).toBe(looks.length);
  });

  it('a series keeps its look when others are added behind it, and no two of 24 share colour and dash', () => {
    const names = Array.from({ length: 24 }, (_, i) => `series ${i}`);
    const all = seriesLooks(names);
    expect(seriesLooks(names.slice(0, 5))['series 3']).toEqual(all['series 3']);
    const codes = Object.values(all).map((look) => `${look.swatch} ${look.dash} ${look.shape}`);
    expect(new Set(codes).size).toBe(codes.length);
  });

  it('names from a file cannot reach the prototype', () => {
    const looks: Record<string, unknown> = seriesLooks(['__proto__', 'constructor']);
    expect(Object.keys(looks)).toEqual(['__proto__', 'constructor']);
  });
});
