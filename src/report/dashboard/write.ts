/** The dashboard: one self-contained page over a history of runs, light and dark, without network. */
import type { HistoryLine } from '../../metrics/history.ts';
import { csv } from '../csv.ts';
import { assemble } from '../figures/frame.ts';
import { formatMetric, significant } from '../format.ts';
import { pageScript } from '../html/client-script.ts';
import { text } from '../html/escape.ts';
import { type DrawnFigure, figureCard } from '../html/figure-card.ts';
import { pageHead } from '../html/page-head.ts';
import { htmlTable } from '../html/table.ts';
import { renderer } from '../render.ts';
import { theme } from '../theme.ts';
import { HOW_TO_READ, historyFigure, rowsOf, type Trend } from './history-figure.ts';
import { type ScenarioHistory, scenarioHistories } from './trends.ts';

/** @returns the page, how many systems it follows, and what the drawing library complained about */
export async function dashboard(
  lines: readonly HistoryLine[],
  file: string,
): Promise<{ html: string; systems: number; warnings: string[] }> {
  const histories = scenarioHistories(lines);
  const warnings: string[] = [];
  const sections: string[] = [];
  for (const [at, history] of histories.entries()) {
    const cards: string[] = [];
    // One run is no trend: its values stand in a table until there is a second.
    const drawable = history.runs > 1 ? history.trends : [];
    for (const trend of drawable) {
      const drawn = await draw(trend, `s${at}-${trend.metric}`, file, warnings);
      cards.push(figureCard(drawn));
    }
    sections.push(
      `<section id="s${at}"><h2>${text(history.scenario)}</h2><p class="intro">${text(intro(history))}</p>${drawable.length === 0 ? values(history) : `<div class="grid">${cards.join('\n')}</div>`}</section>`,
    );
  }
  return { html: page(histories, sections, file), systems: histories.length, warnings };
}

const values = ({ trends }: ScenarioHistory): string => {
  const rows = trends.map(({ metric, unit, points }) => [
    metric,
    formatMetric(points[points.length - 1].value, unit, 4),
  ]);
  return `<div class="card" style="margin-top:18px;max-width:560px">${htmlTable({ header: ['metric', 'value'], rows, right: [1] })}</div>`;
};

async function draw(trend: Trend, id: string, file: string, warnings: string[]): Promise<DrawnFigure> {
  const figure = historyFigure(trend);
  const rows = rowsOf(trend);
  const render = await renderer();
  const [wide, narrow] = [
    await render.svg(assemble(figure, rows, theme('light', 'wide'), { titled: false })),
    await render.svg(assemble(figure, rows, theme('light', 'narrow'), { titled: false })),
  ];
  warnings.push(...wide.warnings, ...narrow.warnings);
  const drawn = {
    id,
    figure,
    provenance: { kind: 'simulated' as const, source: file },
    wide: wide.svg,
    narrow: narrow.svg,
    rows,
    csv: csv(rows),
    spec: JSON.stringify(
      assemble(figure, rows, theme('light', 'wide'), { titled: true, caption: `simulated · ${file}` }),
      null,
      1,
    ),
  };
  return drawn;
}

function intro({ runs, last }: ScenarioHistory): string {
  const speed =
    last.harness === null
      ? ''
      : `; ${significant(last.harness.requests_per_s)} requests/s on ${last.harness.machine} (measured)`;
  return `${runs} ${runs === 1 ? 'run' : 'runs'}, the last on ${day(last.date)} with mint-bench ${last.version}, Node ${last.node_major}${speed}.`;
}

const day = (date: string) => date.slice(0, 10);
const STATES = { pass: 'PASS', fail: 'FAIL', warn: 'WORSE' } as const;

function page(histories: readonly ScenarioHistory[], sections: readonly string[], file: string): string {
  const links = histories.map(({ scenario }, at) => `<a href="#s${at}">${text(scenario)}</a>`);
  const program = pageScript();
  return `${pageHead('History · mint-bench', program)}
<body>
<a class="skip" href="#main">Skip to the figures</a>
<header><div class="wrap">
<div class="top"><span class="brand"><b>mint-bench</b> history of runs</span><button id="theme" type="button" hidden aria-label="Switch between light and dark">Dark</button></div>
<h1>${histories.length === 1 ? text(histories[0].scenario) : `${histories.length} systems over time`}</h1>
<p class="lede">Drawn from <code>${text(file)}</code>. A trend says when something moved; whether it is real, <code>mint-bench compare</code> says. ${text(HOW_TO_READ)}</p>
<div class="card scroll" style="margin-top:20px"><table><thead><tr><th scope="col">last run</th><th scope="col" class="left">scenario</th><th scope="col">runs</th><th scope="col" class="left">date</th><th scope="col" class="left">commit</th><th scope="col">p99 TTFT</th><th scope="col">SLO met</th><th scope="col" class="left">against the run before</th></tr></thead><tbody>${histories.map(row).join('')}</tbody></table></div>
</div></header>
<nav aria-label="Scenarios"><div class="wrap">${links.join('')}</div></nav>
<main id="main" class="wrap">
${sections.join('\n')}
</main>
<footer><div class="wrap">Simulated by mint-bench</div></footer>
<div id="tip" role="status" hidden></div>
<script>${program}</script>
</body>
</html>
`;
}

function row({ scenario, runs, last, moved }: ScenarioHistory): string {
  const state = !last.passed ? 'fail' : moved !== null && moved.worse.length > 0 ? 'warn' : 'pass';
  const metric = (name: string) => {
    const found = last.metrics[name];
    return text(formatMetric(found?.value, found?.unit ?? ''));
  };
  const said =
    moved === null
      ? runs === 1
        ? 'the first run'
        : 'the scenario has changed'
      : moved.worse.length + moved.better.length === 0
        ? 'no change'
        : [
            ...(moved.worse.length > 0 ? [`worse: ${moved.worse.join(', ')}`] : []),
            ...(moved.better.length > 0 ? [`better: ${moved.better.join(', ')}`] : []),
          ].join('; ');
  const commit = last.commit === null ? '–' : last.commit.slice(0, 10);
  return `<tr><td><span class="pill ${state}">${STATES[state]}</span></td><td class="left name">${text(scenario)}</td><td>${runs}</td><td class="left">${text(day(last.date))}</td><td class="left"><code>${text(commit)}</code></td><td>${metric('ttft_ms_p99')}</td><td>${metric('slo_attainment')}</td><td class="left name">${text(said)}</td></tr>`;
}
