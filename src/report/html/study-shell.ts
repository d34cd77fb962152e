/**
 * The page of many runs, a sweep or a search: answer, figures, tables, assumptions, command, in this order, as on the page of a run.
 * It holds nothing of the machine and no time, so that equal studies have equal pages.
 */
import { changesIn } from '../changes.ts';
import { pageScript } from './client-script.ts';
import { text } from './escape.ts';
import { type DrawnFigure, figureCard } from './figure-card.ts';
import { assumptionSection, commandBox, type Head, pageHeader } from './headline.ts';
import { pageHead } from './page-head.ts';

export interface StudyShell extends Omit<Head, 'changes'> {
  readonly figures: readonly DrawnFigure[];
  readonly figuresIntro: string;
  /** Sections between figures and assumptions: id, heading, HTML. */
  readonly sections: readonly (readonly [id: string, heading: string, html: string])[];
  readonly assumptions: readonly string[];
  readonly command: string;
  /** Paths that the page shows as axes. */
  readonly axes?: readonly string[];
  /** Ends the page; HTML. */
  readonly footer: string;
}

const ASSUMED =
  'What every simulation here took for granted. A conclusion that leans on one of these lines needs another study.';

export function studyShell(shell: StudyShell): string {
  const { kind, name, figures, figuresIntro, sections, assumptions, command, footer } = shell;
  const program = pageScript();
  const links = [
    ...(figures.length > 0 ? [['figures', 'Figures']] : []),
    ...sections.map(([id, heading]) => [id, heading]),
    ...(assumptions.length > 0 ? [['assumptions', 'Assumptions']] : []),
    ['again', 'Again'],
  ];
  const drawn =
    figures.length === 0
      ? ''
      : `<section id="figures"><h2>Figures</h2><p class="intro">${text(figuresIntro)}</p><div class="grid${figures.length > 1 ? ' packed' : ''}">${figures.map(figureCard).join('\n')}</div></section>`;
  return `${pageHead(`${name} · mint-bench ${kind}`, program)}
<body>
<a class="skip" href="#main">Skip to the results</a>
${pageHeader({ ...shell, changes: changesIn(command, shell.axes) })}
<nav aria-label="Sections"><div class="wrap">${links.map(([id, label]) => `<a href="#${id}">${text(label)}</a>`).join('')}</div></nav>
<main id="main" class="wrap">
${drawn}
${sections.map(([id, heading, html]) => `<section id="${id}"><h2>${text(heading)}</h2>${html}</section>`).join('\n')}
${assumptionSection(assumptions, ASSUMED)}
<section id="again"><h2>Again</h2><p class="intro">The command that gives these results, to the last byte, on the same version, Node major and processor architecture.</p>
${commandBox('command', command)}</section>
</main>
<footer><div class="wrap">Simulated by mint-bench · ${footer}</div></footer>
<div id="tip" role="status" hidden></div>
<script>${program}</script>
</body>
</html>
`;
}
