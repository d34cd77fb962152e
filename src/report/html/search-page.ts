/** report.html of a search: what it found and what that rests on, its figures, then what was looked at. */
import type { Block } from '../blocks.ts';
import { SEARCHES, type SearchReport } from '../search-report.ts';
import { text } from './escape.ts';
import type { DrawnFigure } from './figure-card.ts';
import { studyShell } from './study-shell.ts';
import { htmlTable } from './table.ts';

function block(one: Block): string {
  if (one.kind === 'table') return `<div class="card">${htmlTable(one)}</div>`;
  const lines = one.text.split('\n').filter((line) => line.trim() !== '');
  const said =
    lines.length > 1
      ? `<ul class="notes">${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ul>`
      : lines.map((line) => `<p>${text(line)}</p>`).join('');
  return one.title === '' ? said : `<h3>${text(one.title)}</h3>${said}`;
}

const INTROS: Readonly<Record<SearchReport['kind'], string>> = {
  knee: 'Where the axis breaks, and what that does to the rest.',
  plan: 'What was simulated for the answer.',
  sensitivity: 'What each uncertain parameter does to the headline, from end to end of its range.',
  interference: 'What requests lose to one another, by mechanism.',
};

export function searchPage(report: SearchReport, figures: readonly DrawnFigure[]): string {
  const { name, description, kind, source, command, verdict, tiles, setting, assumptions } = report;
  const looked = `<div class="found">${report.blocks.map(block).join('\n')}</div>`;
  return studyShell({
    ...{ kind: SEARCHES[kind], name, description, setting, verdict, tiles },
    ...{ figures, figuresIntro: INTROS[kind] },
    sections: [['found', 'Looked at', looked]],
    assumptions,
    command,
    footer: text(source),
  });
}
