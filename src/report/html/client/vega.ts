/**
 * Vega in the page: specification → SVG elements. Expressions are interpreted, never compiled, so that the page's policy can forbid
 * eval; nothing is ever loaded.
 */
import { type Loader, parse, View } from 'vega';
import { expressionInterpreter } from 'vega-interpreter';
import { compile } from 'vega-lite';
import type { Spec } from '../../render.ts';
import { type Theme, theme } from '../../theme.ts';
import { hideTip, showTip } from './tip.ts';

/** Narrower than this, a drawing takes the form of a phone. */
const NARROW = 470;

/** The page's colours by name, so that a drawing follows its variant. */
export function pageTheme(width: number): Theme {
  const base = theme('light', width < NARROW ? 'narrow' : 'wide');
  const colour = (name: string) => `var(--m-${name})`;
  return {
    ...base,
    sheet: { ...base.sheet, width: Math.max(260, Math.floor(width)) },
    background: colour('background'),
    ink: colour('ink'),
    muted: colour('muted'),
    grid: colour('grid'),
    swatches: Object.fromEntries(Object.keys(base.swatches).map((name) => [name, colour(name)])) as Theme['swatches'],
  };
}

const refuse = () => Promise.reject(new Error('a report loads nothing'));
const LOADER: Loader = { load: refuse, sanitize: refuse, http: refuse, file: refuse };

const quiet = () => QUIET;
const QUIET = { level: quiet, error: quiet, warn: quiet, info: quiet, debug: quiet };

const drawn = new WeakMap<Element, View>();

/** Draws into an element, in place of what was drawn there. */
export async function draw(element: HTMLElement, spec: Spec): Promise<View> {
  const compiled = compile(structuredClone(spec) as never, { logger: QUIET as never });
  erase(element);
  const view = new View(parse(compiled.spec, undefined, { ast: true } as never), {
    renderer: 'svg',
    container: element,
    loader: LOADER,
    logger: QUIET as never,
    expr: expressionInterpreter as never,
    hover: true,
    tooltip: (_handler: unknown, event: MouseEvent, _item: unknown, value: unknown) =>
      value === null || value === undefined || value === ''
        ? hideTip()
        : showTip(said(value), event.clientX, event.clientY),
  } as never);
  drawn.set(element, view);
  await view.runAsync();
  return view;
}

export function erase(element: HTMLElement): void {
  drawn.get(element)?.finalize();
  drawn.delete(element);
  element.replaceChildren();
}

/** A text, or a row's fields that have a value. */
function said(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  const fields = Object.entries(value).filter(([, field]) => field !== null && field !== undefined && field !== '');
  return fields
    .map(([name, field]) => `${name} ${typeof field === 'number' ? Number(field.toPrecision(6)) : field}`)
    .join(' · ');
}
