/**
 * report.html of a study: what was varied, a row a setting, figures. One self-contained file like a run's; it holds nothing of the
 * machine and no time, so that equal studies have equal pages.
 */
import type { StudyDigest } from '../study-digest.ts';
import { text } from './escape.ts';
import { type DrawnFigure, figureCard } from './figure-card.ts';
import { pageHead } from './page-head.ts';
import { htmlTable } from './table.ts';

/** Rows that a page is still pleasant with; the tables hold all. */
const MOST_ROWS = 1000;

export function studyPage(digest: StudyDigest, hash: string, figures: readonly DrawnFigure[]): string {
  const links = [...(figures.length > 0 ? [['figures', 'Figures']] : []), ['settings', 'Settings'], ['again', 'Again']];
  return `${pageHead(`${digest.name} · mint-bench sweep`, null)}
<body>
<a class="skip" href="#main">Skip to the results</a>
<header><div class="wrap">
<div class="top"><span class="brand"><b>mint-bench</b> sweep</span></div>
<h1>${text(digest.name)}</h1>
${digest.description === '' ? '' : `<p class="lede">${text(digest.description)}</p>`}
<dl class="setting">${digest.axes.map(([path, values]) => `<div><dt>${text(path)}</dt><dd>${text(values)}</dd></div>`).join('')}</dl>
<div class="verdict none"><div class="say"><span>${text(digest.sentence)}</span></div></div>
</div></header>
<nav aria-label="Sections"><div class="wrap">${links.map(([id, label]) => `<a href="#${id}">${text(label)}</a>`).join('')}</div></nav>
<main id="main" class="wrap">
${figures.length === 0 ? '' : `<section id="figures"><h2>Figures</h2><p class="intro">How the answers change with what was varied.</p><div class="grid">${figures.map(figureCard).join('\n')}</div></section>`}
${settings(digest)}
<section id="again"><h2>Again</h2><p class="intro">The command that gives these results, to the last byte, on the same version, Node major and processor architecture.</p>
<pre class="card scroll">${text(digest.reproduce)}</pre></section>
</main>
<footer><div class="wrap">Simulated by mint-bench · study <span class="mono" style="overflow-wrap:anywhere">${text(hash)}</span></div></footer>
</body>
</html>
`;
}

function settings({ header, rows, numbersFrom }: StudyDigest): string {
  const right = header.map((_, column) => column).filter((column) => column >= numbersFrom);
  const rest = rows.length > MOST_ROWS ? ` The first ${MOST_ROWS} of ${rows.length}.` : '';
  return `<section id="settings"><h2>Settings</h2><p class="intro">A row a setting; every metric stands in aggregate.arrow, every run in sweep.arrow.${rest}</p>
<div class="card" style="margin-top:18px">${htmlTable({ header, rows: rows.slice(0, MOST_ROWS), right })}</div></section>`;
}
