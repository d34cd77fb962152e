/** The part of the page that only works with its script: hidden without it. What it draws is in client/. */
import { ALL } from '../run-data.ts';
import { text } from './escape.ts';

const scale = (id: string, chosen: 'linear' | 'log') =>
  `<label>Scale <select id="${id}-scale">${['linear', 'log'].map((type) => `<option value="${type}"${type === chosen ? ' selected' : ''}>${type === 'log' ? 'logarithmic' : 'linear'}</option>`).join('')}</select></label>`;

interface ExploreCard {
  readonly id: string;
  readonly question: string;
  readonly hint: string;
  readonly controls: string;
}

const metric = (id: string) => `<label>Metric <select id="${id}-metric"></select></label>`;

const cards = (unit: string): ExploreCard[] => [
  {
    id: 'time',
    question: 'How does it change over the run?',
    hint: 'Point at a line for its values. Drag across the plot to look closer.',
    controls: `${metric('time')}${scale('time', 'log')}<label>From <input id="time-from" type="number" min="0" step="any"> ${unit}</label><label>to <input id="time-to" type="number" min="0" step="any"> ${unit}</label><button type="button" id="time-reset">Whole run</button><p id="time-say" class="say" role="status"></p>`,
  },
  {
    id: 'distribution',
    question: 'How is it spread over requests?',
    hint: 'One line a cohort. “Share above” has a logarithmic axis: a straight look at the tail.',
    controls: `${metric('distribution')}${scale('distribution', 'log')}<label>Show <select id="distribution-form"><option value="below">share below</option><option value="above">share above (tail)</option></select></label>`,
  },
  {
    id: 'cohort',
    question: 'Who gets what?',
    hint: 'Any metric of the summary, with its 95% interval, and any counter of cohorts.arrow.',
    controls: `${metric('cohort')}${scale('cohort', 'linear')}`,
  },
];

/** @param unit in which the run's time is told: s, min or h */
export function exploreSection(cohorts: readonly string[], unit: string): string {
  const box = (value: string, label: string) =>
    `<label><input type="checkbox" value="${text(value)}" checked> ${text(label)}</label>`;
  const boxes = [box(ALL, 'all requests'), ...cohorts.filter((name) => name !== ALL).map((name) => box(name, name))];
  return `<section id="explore" class="needs-script" hidden><h2>Explore</h2><p class="intro">Ask the run further questions. Cohorts and runs chosen here hold for the whole page.</p>
<div class="card tools">
<fieldset id="cohort-choice"><legend>Cohorts</legend>${boxes.join('')}<button type="button" id="cohort-all">All</button><p id="cohort-say" class="say" role="status"></p></fieldset>
<div class="compare"><label class="button" for="compare-file">Compare with another run…</label><input id="compare-file" class="offscreen" type="file" multiple accept=".html,.json,.csv"> <span class="quiet">or drop its report.html, its summary.json or the data of one figure on this page</span>
<ul id="runs"></ul><p id="compare-say" role="status"></p></div>
</div>
<div class="explore">${cards(unit).map(card).join('\n')}</div></section>`;
}

const card = ({ id, question, hint, controls }: ExploreCard): string => `<article class="card" id="explore-${id}">
<h3>${question}</h3>
<div class="controls" id="${id}-controls">${controls}</div>
<div class="canvas" id="${id}-canvas"></div>
<p class="hint quiet">${hint}</p><details><summary>Values</summary><div class="scroll values" id="${id}-values" tabindex="0" role="region" aria-label="Values of the chart"></div></details>
</article>`;
