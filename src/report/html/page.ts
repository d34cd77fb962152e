/**
 * report.html: one self-contained page. Nothing is loaded from anywhere, it opens from file://, and every string of the scenario
 * or the run is escaped (escape.ts); the content security policy allows the page's own script by hash and no other.
 */

import { changesIn } from '../changes.ts';
import type { Digest } from '../digest.ts';
import { SECTIONS, type Section } from '../figures/figure.ts';
import { formatMetric, possible } from '../format.ts';
import type { Verdict } from '../headline.ts';
import type { SummaryRow } from '../run-data.ts';
import { clientScript } from './client-script.ts';
import { text } from './escape.ts';
import { timeUnit } from './explore/charts.ts';
import { RUN_DATA, type RunJson } from './explore/run-json.ts';
import { exploreSection } from './explore-section.ts';
import { type DrawnFigure, figureCard } from './figure-card.ts';
import { assumptionSection, breakable, commandBox, pageHeader } from './headline.ts';
import { pageHead } from './page-head.ts';
import { embedded } from './run-data.ts';

export interface Page {
  readonly digest: Digest;
  readonly hash: string;
  readonly figures: readonly DrawnFigure[];
  readonly summary: readonly SummaryRow[];
  readonly manifest: Readonly<Record<string, unknown>>;
  /** The resolved scenario as YAML. */
  readonly scenario: string;
  /** What the page's program works on. */
  readonly data: RunJson;
}

const HEADINGS: Record<Section, readonly [heading: string, intro: string]> = {
  latency: ['Latency', 'What a user notices: the wait for the first token and the pace of those that follow.'],
  residency: ['Residency', 'Where adapters live, how often the right one is near, and what it takes to bring one in.'],
  interference: ['Interference and fairness', 'What sharing costs each user, and whether it costs all of them alike.'],
  capacity: ['Capacity and cost', 'Whether the hardware keeps up, what it is busy with, and what fills its memory.'],
  study: ['Across runs', 'How the answers change with the base, the adapters, the load and the number of users.'],
  kernel: ['Kernel', 'The multi-LoRA operator as measured on a device.'],
  fidelity: ['Fidelity', 'Simulated results beside published ones.'],
};

export function page(input: Page): string {
  const { digest, figures, hash, data } = input;
  const program = clientScript();
  const sections = SECTIONS.filter((section) => figures.some(({ figure }) => figure.section === section));
  const links = [
    ...sections.map((section) => [section, HEADINGS[section][0]]),
    ['cohorts', 'Cohorts'],
    ['assumptions', 'Assumptions'],
    ['all-metrics', 'All metrics'],
    ['run', 'This run'],
  ];
  return `${pageHead(`${digest.name} · mint-bench`, program)}
<body>
<a class="skip" href="#main">Skip to the results</a>
${pageHeader({ ...digest, kind: 'run report', changes: changesIn(digest.reproduce), verdict: verdictOf(digest) })}
<nav aria-label="Sections"><div class="wrap"><a href="#explore" class="needs-script" hidden>Explore</a>${links.map(([id, label]) => `<a href="#${id}">${text(label)}</a>`).join('')}</div></nav>
<main id="main" class="wrap">
${exploreSection(data.cohorts, timeUnit(data.duration_s).name)}
${sections.map((section) => figureSection(section, figures)).join('\n')}
${cohortSection(digest)}
${assumptionSection(digest.assumptions, 'What this run took for granted. A conclusion that leans on one of these lines needs another run.')}
${metricSection(input.summary)}
${runSection(input)}
</main>
<footer><div class="wrap">Simulated by mint-bench · run <span class="mono" style="overflow-wrap:anywhere">${text(hash)}</span></div></footer>
<div id="tip" role="status" hidden></div>
<script type="application/json" id="${RUN_DATA}">${embedded(data)}</script>
<script>${program}</script>
</body>
</html>
`;
}

const WORDS = { pass: 'PASS', fail: 'FAIL', none: '' } as const;

const verdictOf = ({ verdict: outcome, sentence, limit, thresholds }: Digest): Verdict => ({
  ...{ outcome, word: WORDS[outcome], sentence, thresholds, check: null },
  because: limit === null ? [] : [{ text: limit, evidence: [] }],
});

function figureSection(section: Section, figures: readonly DrawnFigure[]): string {
  const [heading, intro] = HEADINGS[section];
  const cards = figures.filter(({ figure }) => figure.section === section).map(figureCard);
  return `<section id="${section}"><h2>${text(heading)}</h2><p class="intro">${text(intro)}</p><div class="grid">${cards.join('\n')}</div></section>`;
}

function cohortSection({ cohorts }: Digest): string {
  const head = ['cohort', ...cohorts.columns].map((column) => `<th scope="col">${text(column)}</th>`);
  const rows = cohorts.rows.map(
    ({ cohort, cells }) =>
      `<tr data-cohort="${text(cohort)}"${cohort === 'all' ? ' class="all"' : ''}><td class="name">${text(cohort)}</td>${cells.map((cell) => `<td>${text(cell)}</td>`).join('')}</tr>`,
  );
  return `<section id="cohorts"><h2>Cohorts</h2><p class="intro">The same numbers for each group of users; “–” where a group has none.</p>
<div class="card scroll" style="margin-top:18px"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

function metricSection(summary: readonly SummaryRow[]): string {
  const rows = summary.map((row) => {
    const interval =
      row.lo === null || row.hi === null
        ? ''
        : [row.lo, row.hi].map((bound) => formatMetric(possible(bound, row.unit), row.unit)).join(' … ');
    return `<tr data-metric="${text(row.metric)}" data-cohort="${text(row.cohort)}"><td class="name"><code>${breakable(row.metric)}</code></td><td class="left">${text(row.cohort)}</td><td>${text(formatMetric(row.value, row.unit, 4))}</td><td>${text(interval)}</td><td>${text(formatMetric(row.n, 'count'))}</td></tr>`;
  });
  return `<section id="all-metrics"><h2>All metrics</h2><p class="intro">Definitions: <code>mint-bench explain &lt;metric&gt;</code>. Intervals are 95%, clipped at what is possible; n is the sample behind a value.</p>
<details><summary>${summary.length} values</summary><input id="filter" type="search" placeholder="Filter, for instance ttft free" aria-label="Filter metrics" hidden>
<div class="card scroll" style="margin-top:12px"><table id="metrics"><thead><tr><th scope="col">metric</th><th scope="col" class="left">cohort</th><th scope="col">value</th><th scope="col">interval</th><th scope="col">n</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details></section>`;
}

function runSection({ digest, manifest, scenario }: Page): string {
  return `<section id="run"><h2>This run</h2><p class="intro">The same command gives the same numbers to the last digit, on any number of workers.</p>
${commandBox('command', digest.reproduce)}
<details><summary>Manifest</summary><pre>${text(JSON.stringify(manifest, null, 2))}</pre></details>
<details><summary>Resolved scenario</summary><pre>${text(scenario)}</pre></details></section>`;
}
