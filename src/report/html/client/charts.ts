/** The charts of the Explore section: each redraws when its controls, the cohorts or the runs change. */
import { assemble } from '../../figures/frame.ts';
import {
  asFigure,
  BRUSH,
  byCohort,
  type Chart,
  COUNTER,
  cohortMetrics,
  distributionMetrics,
  distributions,
  overTime,
  type ScaleType,
  seriesMetrics,
  timeUnit,
} from '../explore/charts.ts';
import { byId, element } from './element.ts';
import { onChange, own, shownCohorts, shownRuns } from './state.ts';
import { draw, erase, pageTheme } from './vega.ts';

const select = (id: string): HTMLSelectElement => byId<HTMLSelectElement>(id);

/** Offers names, keeping the choice where it is still among them. */
function offer(id: string, groups: Readonly<Record<string, readonly string[]>>, preferred: string, prefix = ''): void {
  const box = select(id);
  const before = box.value;
  box.replaceChildren(
    ...Object.entries(groups).flatMap(([label, names]): Node[] => {
      const key = label === 'counters' ? prefix : '';
      const options = names.map((name) => element('option', { value: key + name }, name));
      return label === '' ? options : [element('optgroup', { label }, ...options)];
    }),
  );
  const values = [...box.options].map(({ value }) => value);
  box.value = values.includes(before) ? before : values.includes(preferred) ? preferred : (values[0] ?? '');
}

/** Draws a chart into its card and lists its values. */
async function show(
  id: string,
  chart: Chart,
  columns: readonly string[],
): Promise<Awaited<ReturnType<typeof draw>> | null> {
  const canvas = byId(`${id}-canvas`);
  const values = byId(`${id}-values`);
  values.replaceChildren();
  if (chart.rows.length === 0) {
    erase(canvas);
    canvas.append(
      element('p', { class: 'quiet' }, 'Nothing to show: choose another metric, a linear scale or more cohorts.'),
    );
    return null;
  }
  const head = element('tr', {}, ...columns.map((name) => element('th', { scope: 'col' }, name)));
  const body = chart.rows.map((row) =>
    element('tr', {}, ...columns.map((name) => element('td', {}, String(row[name] ?? '–')))),
  );
  values.append(element('table', {}, element('thead', {}, head), element('tbody', {}, ...body)));
  const theme = pageTheme(canvas.clientWidth);
  return draw(canvas, assemble(asFigure(chart, id), chart.rows, theme, { titled: false }));
}

const scaleOf = (id: string): ScaleType => (select(id).value === 'log' ? 'log' : 'linear');

// ── Over time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

const unit = timeUnit(own.duration_s);
const from = byId<HTMLInputElement>('time-from');
const to = byId<HTMLInputElement>('time-to');

function wholeTime(): void {
  from.value = '0';
  to.value = String(Math.max(...shownRuns().map(({ run }) => run.duration_s)) / unit.seconds);
}

/** What is wrong with the range that was asked for, and what to do; nothing where it can be drawn. */
function rangeFault(begin: number, end: number): string {
  const longest = Math.max(...shownRuns().map(({ run }) => run.duration_s));
  const said = (seconds: number) => `${Number((seconds / unit.seconds).toPrecision(4))} ${unit.name}`;
  if (from.value === '' || to.value === '') return 'Both ends need a number.';
  if (begin < 0) return 'The run starts at 0.';
  if (end <= begin) return `The end must lie after the start: ${said(begin)} to ${said(end)} holds nothing.`;
  if (begin >= longest) return `The run ends at ${said(longest)}: the start must lie before that.`;
  return '';
}

async function time(): Promise<void> {
  offer('time-metric', { '': seriesMetrics(shownRuns()) }, 'ttft_ms_p99');
  const begin = Number(from.value) * unit.seconds;
  const end = Number(to.value) * unit.seconds;
  const wrong = rangeFault(begin, end);
  for (const input of [from, to]) input.setAttribute('aria-invalid', String(wrong !== ''));
  byId('time-say').textContent = wrong;
  if (wrong !== '') {
    erase(byId('time-canvas'));
    byId('time-values').replaceChildren();
    return;
  }
  const chart = overTime(shownRuns(), {
    metric: select('time-metric').value,
    scale: scaleOf('time-scale'),
    from: begin,
    to: end,
  });
  const view = await show('time', chart, ['run', 't_s', 'value']);
  view?.addSignalListener(BRUSH, (_name, value) => {
    brushed = (value as { t_s?: [number, number] }).t_s ?? null;
  });
}

let brushed: readonly number[] | null = null;

/** A stretch that was drawn with the pointer becomes the range. */
function zoom(): void {
  if (brushed === null) return;
  const [a, b] = [...brushed].sort((x, y) => x - y);
  brushed = null;
  const round = (seconds: number) => String(Number((seconds / unit.seconds).toPrecision(4)));
  if (b - a < (Number(to.value) - Number(from.value)) * unit.seconds * 0.01) return;
  from.value = round(a);
  to.value = round(b);
  void time();
}

// ── Distributions and cohorts ─────────────────────────────────────────────────────────────────────────────────────────

async function distribution(): Promise<void> {
  offer('distribution-metric', { '': distributionMetrics(shownRuns()) }, 'ttft_ms');
  const chart = distributions(shownRuns(), {
    metric: select('distribution-metric').value,
    cohorts: shownCohorts(),
    scale: scaleOf('distribution-scale'),
    form: select('distribution-form').value === 'above' ? 'above' : 'below',
  });
  await show('distribution', chart, ['run', 'cohort', 'value', 'share']);
}

async function cohorts(): Promise<void> {
  offer('cohort-metric', cohortMetrics(shownRuns()), 'ttft_ms_p99', COUNTER);
  const chart = byCohort(shownRuns(), {
    metric: select('cohort-metric').value,
    cohorts: shownCohorts(),
    scale: scaleOf('cohort-scale'),
  });
  await show('cohort', chart, ['run', 'cohort', 'value', 'lo', 'hi']);
}

/** Beside the choice itself: what is drawn of cohorts is far below it. */
function sayCohorts(): void {
  byId('cohort-say').textContent =
    shownCohorts().length === 0
      ? 'No cohort is chosen: nothing that is told by cohort can be shown. Choose one, or all.'
      : '';
}

export function exploreCharts(): void {
  onChange(sayCohorts);
  const charts: Record<string, () => Promise<void>> = { time, distribution, cohort: cohorts };
  wholeTime();
  for (const [id, redraw] of Object.entries(charts)) {
    byId(`${id}-controls`).addEventListener('change', () => void redraw());
    onChange(() => void redraw());
    void redraw();
  }
  byId('time-reset').addEventListener('click', () => {
    wholeTime();
    void time();
  });
  window.addEventListener('pointerup', zoom);
  let width = innerWidth;
  window.addEventListener('resize', () => {
    if (innerWidth === width) return;
    width = innerWidth;
    for (const redraw of Object.values(charts)) void redraw();
  });
}
