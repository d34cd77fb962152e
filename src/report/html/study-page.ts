/** report.html of a sweep: what was varied and what came of it, figures, a row a setting. */
import type { StudyDigest } from '../study-digest.ts';
import { text } from './escape.ts';
import type { DrawnFigure } from './figure-card.ts';
import { studyShell } from './study-shell.ts';
import { htmlTable } from './table.ts';

/** Rows that a page is still pleasant with; the tables hold all. */
const MOST_ROWS = 1000;

export function studyPage(digest: StudyDigest, hash: string, figures: readonly DrawnFigure[]): string {
  const { name, description, axes, verdict, tiles, assumptions, reproduce } = digest;
  return studyShell({
    ...{ kind: 'sweep', name, description, setting: axes, verdict, tiles, assumptions },
    ...{ figures, figuresIntro: 'How the answers change with what was varied.' },
    sections: [['settings', 'Settings', settings(digest)]],
    command: reproduce,
    axes: axes.map(([path]) => path),
    footer: `study <span class="mono" style="overflow-wrap:anywhere">${text(hash)}</span>`,
  });
}

function settings({ header, rows, numbersFrom, sentence }: StudyDigest): string {
  const right = header.map((_, column) => column).filter((column) => column >= numbersFrom);
  const rest = rows.length > MOST_ROWS ? ` The first ${MOST_ROWS} of ${rows.length}.` : '';
  return `<p class="intro">${text(sentence)} Every metric stands in aggregate.arrow, every run in sweep.arrow.${rest}</p>
<div class="card" style="margin-top:18px">${htmlTable({ header, rows: rows.slice(0, MOST_ROWS), right })}</div>`;
}
