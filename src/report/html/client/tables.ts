/** The page's tables: rows of chosen cohorts, rows that match the filter, and a column for every run opened beside this one. */
import { formatMetric } from '../../format.ts';
import { change } from '../explore/change.ts';
import type { RunJson } from '../explore/run-json.ts';
import { byId, element } from './element.ts';
import { onChange, own, state } from './state.ts';

export function liveTables(): void {
  const filter = byId<HTMLInputElement>('filter');
  filter.hidden = false;
  filter.addEventListener('input', choose);
  onChange(() => {
    compare();
    choose();
  });
}

function choose(): void {
  const words = byId<HTMLInputElement>('filter').value.toLowerCase().split(/\s+/);
  for (const row of document.querySelectorAll<HTMLElement>('tr[data-cohort]')) {
    const matches =
      row.closest('#metrics') === null || words.every((word) => row.textContent!.toLowerCase().includes(word));
    row.hidden = !matches || !state.cohorts.has(row.dataset.cohort!);
  }
}

/** A value and its change for every other run, behind the columns of the table of metrics. */
function compare(): void {
  const table = byId('metrics');
  for (const cell of table.querySelectorAll('.compared')) cell.remove();
  const rows = [...table.querySelectorAll<HTMLElement>('tbody tr')];
  const mine = index(own);
  for (const { label, run } of state.others) {
    const theirs = index(run);
    const head = table.querySelector('thead tr')!;
    head.append(
      element('th', { scope: 'col', class: 'compared' }, label),
      element('th', { scope: 'col', class: 'compared' }, 'change'),
    );
    for (const row of rows) {
      const key = keyOf(row.dataset.metric!, row.dataset.cohort!);
      const [a, b] = [mine.get(key), theirs.get(key)];
      row.append(
        element('td', { class: 'compared' }, formatMetric(b?.value, b?.unit ?? '', 4)),
        element('td', { class: 'compared' }, change(a?.value ?? null, b?.value ?? null, a?.unit ?? '')),
      );
    }
  }
}

const keyOf = (metric: string, cohort: string): string => JSON.stringify([metric, cohort]);
const index = (run: RunJson) => new Map(run.metrics.map((row) => [keyOf(row.metric, row.cohort), row]));
