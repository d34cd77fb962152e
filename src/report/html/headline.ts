/** The first screen of every page: name, setting, verdict, headline numbers; and the command that gives it again. */
import type { Setting, Tile, Verdict } from '../headline.ts';
import { text } from './escape.ts';

export interface Head {
  /** "run report", "knee" */
  readonly kind: string;
  readonly name: string;
  readonly description: string;
  /** What was set on top of the scenario that is described. */
  readonly changes: readonly string[];
  readonly setting: Setting;
  readonly verdict: Verdict | null;
  readonly tiles: readonly Tile[];
}

export function pageHeader({ kind, name, description, changes, setting, verdict, tiles }: Head): string {
  return `<header><div class="wrap">
<div class="top"><span class="brand"><b>mint-bench</b> ${text(kind)}</span><span class="buttons"><button type="button" data-copy="command" hidden>Copy command</button><button id="theme" type="button" hidden aria-label="Switch between light and dark">Dark</button></span></div>
<h1>${text(name)}</h1>
${description === '' ? '' : `<p class="lede">${text(description)}</p>`}
${changes.length === 0 ? '' : `<p class="lede changes">Set on top of the scenario: ${changes.map((set) => `<code>${text(set)}</code>`).join(', ')}.</p>`}
${setting.length === 0 ? '' : `<dl class="setting">${setting.map(([label, value]) => `<div><dt>${text(label)}</dt><dd>${text(value)}</dd></div>`).join('')}</dl>`}
${verdict === null ? '' : verdictBox(verdict)}
${tiles.length === 0 ? '' : `<ul class="tiles c${columns(tiles.length)}">${tiles.map(tile).join('')}</ul>`}
</div></header>`;
}

/** Tiles beside one another on a wide screen: all, or those of four and five that leave a row fuller. */
function columns(tiles: number): number {
  const missing = (n: number) => (n - (tiles % n)) % n;
  return tiles <= 6 ? tiles : missing(5) <= missing(4) ? 5 : 4;
}

/** A metric's name that may break after each underscore. */
export const breakable = (name: string): string => text(name).replaceAll('_', '_<wbr>');

const WORDS = { pass: 'PASS', fail: 'FAIL', warn: 'WARN' } as const;

function verdictBox({ outcome, word, sentence, because, thresholds, check }: Verdict): string {
  const pill = word === '' ? '' : `<span class="pill ${outcome}">${text(word)}</span>`;
  const reasons = because.map(({ text: said, evidence }) => {
    const list = evidence.length === 0 ? '' : `<ul>${evidence.map((line) => `<li>${text(line)}</li>`).join('')}</ul>`;
    return `<div class="reason"><p>${text(said)}</p>${list}</div>`;
  });
  const rows = thresholds.map(
    (line) =>
      `<tr><td><span class="pill ${line.status}">${WORDS[line.status]}</span></td><td class="left name"><code>${breakable(line.metric)}</code></td><td>${text(line.measured)}</td><td>${text(line.bound)}</td></tr>`,
  );
  const table =
    rows.length === 0
      ? ''
      : `<div class="scroll"><table><caption hidden>Thresholds of the scenario</caption><thead><tr><th scope="col">verdict</th><th scope="col" class="left">threshold</th><th scope="col">measured</th><th scope="col">required</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
  const checked = check === null ? '' : `<div><p class="quiet">Check it:</p>${commandBox('check', check)}</div>`;
  return `<div class="verdict ${outcome}"><div class="say">${pill}<span>${text(sentence)}</span></div>${reasons.join('')}${table}${checked}</div>`;
}

function tile({ label, value, note }: Tile): string {
  // "10.4 M" is one number; "1.8 s" is a number and a smaller unit; "GPU slots" is neither.
  const range = value.includes(' – ');
  const [, number, unit] = (range ? null : /^([^ ]*\d[^ ]*(?: [MB])?)(?: (.+))?$/.exec(value)) ?? ['', value, ''];
  // A range breaks at its dash, not between a number and its unit.
  const whole = range ? number.replaceAll(' ', '\u00a0').replace('\u00a0–\u00a0', ' – ') : number;
  const shown = unit === undefined || unit === '' ? text(whole) : `${text(number)} <small>${text(unit)}</small>`;
  const long = number.length > 12 ? ' long' : '';
  return `<li><div class="label">${text(label).replaceAll(/([_.])(?=[^ ])/g, '$1<wbr>')}</div><div class="value${long}">${shown}</div><div class="note">${text(note)}</div></li>`;
}

/** A command with the button that copies it. */
export const commandBox = (id: string, command: string): string =>
  `<div class="command"><pre id="${id}">${text(command)}</pre><button type="button" data-copy="${id}" hidden>Copy</button></div>`;

export const assumptionSection = (lines: readonly string[], intro: string): string =>
  lines.length === 0
    ? ''
    : `<section id="assumptions"><h2>Assumptions and simplifications</h2><p class="intro">${text(intro)}</p>
<ul class="assumed">${lines.map((line) => `<li>${text(line)}</li>`).join('')}</ul></section>`;
