/**
 * Vega-Lite specification → SVG text → PNG bytes, headless and deterministic.
 *
 * Vega and resvg are imported on first use: commands that draw nothing do not pay for them. Vega keeps three things in
 * module state that would make one rendering depend on the one before: its random generator, its counter of SVG
 * definitions and its text measure; the first two are reset before each rendering, the third is set once, to the font the
 * figures are drawn in. PNG text is drawn with that font alone, never with the system's: the same bytes on every machine of
 * one architecture, and text on machines without fonts.
 */
import { faceOf, faces, fontFiles } from './fonts.ts';
import { colourNames, FONT, type Mode } from './theme.ts';

/** A Vega-Lite specification as plain data. That it is valid is checked against Vega-Lite's own schema in the tests. */
export type Spec = Readonly<Record<string, unknown>>;

export interface Rendered {
  readonly svg: string;
  /** What Vega-Lite or Vega complained about; empty for every shipped figure. */
  readonly warnings: readonly string[];
}

export interface Renderer {
  svg(spec: Spec): Promise<Rendered>;
  /** `scale` device pixels per CSS pixel. Runs on a thread of its own. */
  png(svg: string, scale: number, background: string): Promise<Uint8Array>;
}

const SEED = 0x6d696e74;
let shared: Promise<Renderer> | undefined;

/** The process's renderer; loading it takes a fraction of a second, once. */
export function renderer(): Promise<Renderer> {
  shared ??= load();
  return shared;
}

async function load(): Promise<Renderer> {
  const [vegaModule, { compile }, { renderAsync }] = await Promise.all([
    import('vega'),
    import('vega-lite'),
    import('@resvg/resvg-js'),
  ]);
  const vega = vegaModule as unknown as Omit<typeof vegaModule, keyof Untyped> & Untyped;
  const files = fontFiles();
  vega.textMetrics.width = (item, text) =>
    faces()[faceOf(item.fontWeight)].width(String(text ?? ''), item.fontSize ?? 11);

  const draw = async (spec: Spec): Promise<Rendered> => {
    const warnings: string[] = [];
    const collect = collector(warnings);
    vega.setRandom(vega.randomLCG(SEED));
    vega.resetSVGDefIds();
    const compiled = compile(structuredClone(spec) as never, { logger: collect as never });
    const view = new vega.View(vega.parse(compiled.spec), { renderer: 'none', logger: collect as never });
    const svg = await view.toSVG();
    view.finalize();
    return { svg, warnings };
  };
  // One at a time: two renderings under way would share Vega's counters and take each other's ids.
  let last: Promise<unknown> = Promise.resolve();

  return {
    svg(spec) {
      const rendered = last.then(() => draw(spec));
      last = rendered.catch(() => undefined);
      return rendered;
    },
    async png(svg, scale, background) {
      const font = {
        loadSystemFonts: false,
        fontFiles: [files.regular, files.bold],
        defaultFontFamily: FONT,
        sansSerifFamily: FONT,
      };
      const options = { fitTo: { mode: 'zoom', value: scale }, background, font, logLevel: 'off' } as const;
      return (await renderAsync(svg, options)).asPng();
    },
  };
}

/** Exports of Vega that its type declarations leave out. */
interface Untyped {
  readonly textMetrics: { width: (item: TextItem, text: string) => number };
  setRandom(generator: () => number): void;
  randomLCG(seed: number): () => number;
}

interface TextItem {
  readonly fontSize?: number;
  readonly fontWeight?: string | number;
}

/** A logger of the shape that both libraries expect; everything that would be printed is kept instead. */
function collector(into: string[]): unknown {
  const keep = (...messages: unknown[]) => {
    into.push(messages.map(String).join(' '));
    return logger;
  };
  const quiet = () => logger;
  let level = 2;
  const logger = {
    level(value?: number) {
      if (value === undefined) return level;
      level = value;
      return logger;
    },
    error: keep,
    warn: keep,
    info: quiet,
    debug: quiet,
  };
  return logger;
}

/** The same figure in the other variant: every colour of `from` replaced by its counterpart in `to`. */
export function recolour(svg: string, from: Mode, to: Mode): string {
  const target = new Map(colourNames(to));
  return replaceColours(svg, from, (name) => target.get(name)!);
}

/** For inlining in a page: colours become CSS custom properties `--m-<name>`, ids get a prefix of their own. */
export function inlineSvg(svg: string, from: Mode, idPrefix: string): string {
  return replaceColours(svg, from, (name) => `var(--m-${name})`)
    .replace(/\bid="/g, `id="${idPrefix}-`)
    .replace(/url\(#/g, `url(#${idPrefix}-`);
}

function replaceColours(svg: string, from: Mode, to: (name: string) => string): string {
  const names = new Map(colourNames(from).map(([name, hex]) => [hex, name]));
  return svg.replace(/"(#[0-9a-f]{6})"/g, (whole, hex: string) => {
    const name = names.get(hex);
    return name === undefined ? whole : `"${to(name)}"`;
  });
}
