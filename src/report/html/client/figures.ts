/**
 * Figures of the page, drawn anew where that says more than the drawing that came with it: with the chosen cohorts only, beside the
 * same figure of another run (both on scales that fit both), and with values to point at.
 */

import type { Figure, Row } from '../../figures/figure.ts';
import { assemble } from '../../figures/frame.ts';
import { FIGURES, type FigureId } from '../../figures/index.ts';
import type { Spec } from '../../render.ts';
import { cohortName } from '../explore/charts.ts';
import { legendsOf, pointable } from '../explore/pointable.ts';
import { byId, element } from './element.ts';
import { allCohorts, filtered, onChange, own, shownRuns, state } from './state.ts';
import { draw, erase, pageTheme } from './vega.ts';

interface Shown {
  readonly label: string;
  readonly rows: readonly Row[];
}

/** Figures that were pointed at: from then on they are live. */
const wanted = new Set<string>();

export function liveFigures(): void {
  const ids = Object.keys(own.figures).filter((id) => Object.hasOwn(FIGURES, id));
  for (const id of ids) {
    const plot = byId(id).querySelector('.plot')!;
    // A drawing whose marks say their values needs no other.
    if (plot.querySelector('path[role="graphics-symbol"][aria-label]') !== null) continue;
    plot.addEventListener('pointerenter', () => {
      if (wanted.has(id)) return;
      wanted.add(id);
      void refresh(id);
    });
  }
  onChange(() => ids.forEach((id) => void refresh(id)));
}

function sourcesOf(id: string): Shown[] {
  const others = state.others.flatMap(({ label, run }) => (run.figures[id] ? [{ label, rows: run.figures[id] }] : []));
  const single = state.figures.filter((figure) => figure.id === id);
  return [{ label: shownRuns()[0].label, rows: own.figures[id] }, ...others, ...single];
}

/** Rows of chosen cohorts; figures whose rows name no cohort are left as they are. */
function chosen(rows: readonly Row[]): readonly Row[] {
  const known = new Map(
    allCohorts().flatMap((name) => [
      [name, name],
      [cohortName(name), name],
    ]),
  );
  return rows.filter(({ cohort }) => {
    const name = typeof cohort === 'string' ? known.get(cohort) : undefined;
    return name === undefined || state.cohorts.has(name);
  });
}

async function refresh(id: string): Promise<void> {
  const plot = byId(id).querySelector<HTMLElement>('.plot')!;
  const sources = sourcesOf(id);
  const byCohort = filtered() && sources.some(({ rows }) => chosen(rows).length < rows.length);
  for (const old of plot.querySelectorAll<HTMLElement>('.live')) {
    for (const canvas of old.querySelectorAll<HTMLElement>('.canvas')) erase(canvas);
    old.remove();
  }
  const still = sources.length === 1 && !byCohort && !wanted.has(id);
  plot.classList.toggle('replaced', !still);
  if (still) return;
  const shown = sources.map(({ label, rows }) => ({ label, rows: chosen(rows) }));
  // Scales and colours are made for all rows, so that they stay when a cohort goes; each drawing shows its own.
  const together = sources.flatMap(({ rows }) => rows);
  const figure = FIGURES[id as FigureId] as unknown as Figure;
  const live = element('div', { class: 'live' });
  plot.append(live);
  try {
    for (const { label, rows } of shown) {
      if (shown.length > 1) live.append(element('p', { class: 'kind' }, label));
      const said = plot.querySelector('.wide')?.getAttribute('aria-label') ?? figure.title;
      const canvas = element('div', { class: 'canvas', role: 'img', 'aria-label': `${label}: ${said}` });
      live.append(canvas);
      if (rows.length === 0) {
        canvas.append(element('p', { class: 'quiet' }, 'None of the chosen cohorts.'));
        continue;
      }
      const spec = assemble(figure, together, pageTheme(Math.min(560, plot.clientWidth)), { titled: false });
      await draw(canvas, pointable(legendsOf({ ...spec, data: { ...(spec.data as Spec), values: rows } }, rows)));
    }
  } catch {
    // Data of another version, or of another figure under this one's name: the page's own drawing stays.
    live.remove();
    plot.classList.remove('replaced');
    if (sources.length > 1)
      byId('compare-say').textContent = `The data opened for “${figure.title}” cannot be drawn here.`;
  }
}
