/** report.html of a search: what it found, as it is printed, and its figures. It holds nothing of the machine and no time. */
import type { Block } from '../blocks.ts';
import { SEARCHES, type SearchReport } from '../search-report.ts';
import { text } from './escape.ts';
import { type DrawnFigure, figureCard } from './figure-card.ts';
import { pageHead } from './page-head.ts';
import { htmlTable } from './table.ts';

function block(one: Block): string {
  if (one.kind === 'text') {
    const lines = one.text.split('\n').filter((line) => line.trim() !== '');
    const said = lines.map((line) => `<p>${text(line)}</p>`).join('');
    return one.title === '' ? said : `<h3>${text(one.title)}</h3>${said}`;
  }
  return `<div class="card">${htmlTable(one)}</div>`;
}

export function searchPage(report: SearchReport, figures: readonly DrawnFigure[]): string {
  const { name, description, kind, source, command } = report;
  const links = [['found', 'Found'], ...(figures.length > 0 ? [['figures', 'Figures']] : []), ['again', 'Again']];
  return `${pageHead(`${name} · mint-bench ${SEARCHES[kind]}`, null)}
<body>
<a class="skip" href="#main">Skip to the results</a>
<header><div class="wrap">
<div class="top"><span class="brand"><b>mint-bench</b> ${text(SEARCHES[kind])}</span></div>
<h1>${text(name)}</h1>
${description === '' ? '' : `<p class="lede">${text(description)}</p>`}
${report.verdict === undefined ? '' : `<div class="verdict ${report.verdict.outcome}"><div class="say"><span>${text(report.verdict.sentence)}</span></div></div>`}
</div></header>
<nav aria-label="Sections"><div class="wrap">${links.map(([id, label]) => `<a href="#${id}">${text(label)}</a>`).join('')}</div></nav>
<main id="main" class="wrap">
<section id="found"><h2>Found</h2>
${report.blocks === undefined ? `<pre class="card scroll" tabindex="0" style="margin-top:18px;white-space:pre">${text(report.text.trimEnd())}</pre>` : `<div class="found">${report.blocks.map(block).join('\n')}</div>`}</section>
${figures.length === 0 ? '' : `<section id="figures"><h2>Figures</h2><div class="grid">${figures.map(figureCard).join('\n')}</div></section>`}
<section id="again"><h2>Again</h2><p class="intro">The command that gives these results, to the last byte, on the same version, Node major and processor architecture.</p>
<pre class="card scroll">${text(command)}</pre></section>
</main>
<footer><div class="wrap">Simulated by mint-bench · ${text(source)}</div></footer>
</body>
</html>
`;
}
