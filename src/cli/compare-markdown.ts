/** A comparison as Markdown, for the step summary of a CI run; and how it is kept under the size that such a summary may have. */
import { appendFileSync, existsSync, statSync } from 'node:fs';
import { fence, plain } from '../report/markdown.ts';
import type { Comparison } from '../study/compare/comparison.ts';
import { cells, HEADER, tellingLines } from './compare-text.ts';
import { differenceText, divergenceLines, exactLines, headline, ICONS, whatIfSentence } from './compare-words.ts';

/** @param again the command that repeats the comparison; `accept` the one that makes the new side the baseline, where that may be wanted */
export function comparisonMarkdown(comparison: Comparison, again: string, accept: string | null): string {
  const { verdict, base, new: next, exact, lines, notes, differences, provenance, method, margin } = comparison;
  const parts = [
    `## ${ICONS[verdict]} ${verdict}: ${plain(base.label)} → ${plain(next.label)}`,
    plain(headline(comparison)),
  ];
  const sentence = method === 'samples' ? null : whatIfSentence(comparison);
  if (sentence !== null) parts.push(plain(sentence));
  const parted = [...(exact === null ? [] : exactLines(exact)), ...divergenceLines(comparison)];
  if (parted.length > 0)
    parts.push(
      parted.map((line) => line.replace(/^( *)(.*)$/, (_, deep, said) => `${deep}- ${plain(said)}`)).join('\n'),
    );
  const shown = tellingLines(lines);
  if (shown.length > 0) {
    const rows = shown.map((line) => {
      const [name, a, b, change, word, why] = cells(line);
      return [`\`${name}\``, a, b, change, `${ICONS[line.verdict]} ${word}`, why];
    });
    parts.push(markdownTable(rows));
  }
  if (shown.length < lines.length) parts.push(`${lines.length - shown.length} more lines are equal or did not change.`);
  if (differences !== null && differences.length > 3) {
    const all = differences.map((difference) => `- ${plain(differenceText(difference))}`).join('\n');
    parts.push(
      `<details><summary>${differences.length} differences of the scenarios</summary>\n\n${all}\n\n</details>`,
    );
  }
  if (notes.length > 0) parts.push(notes.map((note) => `> ${plain(note)}`).join('\n>\n'));
  const how = { exact: 'seed by seed', paired: 'paired by seed, 95% intervals', samples: 'samples taken in turn' }[
    method
  ];
  parts.push(
    `${provenance === 'simulated' ? 'Simulated' : 'Measured'} · ${how} · margin ${100 * margin}% · again:`,
    fence(again),
  );
  if (accept !== null) parts.push('If this change is wanted, accept it in the same commit:', fence(accept));
  return `${parts.join('\n\n')}\n`;
}

function markdownTable(rows: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.join(' | ')} |`;
  const cell = (text: string) => (text.startsWith('`') ? text : plain(text));
  return [line(HEADER), '| --- | ---: | ---: | ---: | --- | --- |', ...rows.map((row) => line(row.map(cell)))].join(
    '\n',
  );
}

/** GitHub drops the summary of a step that is larger than 1 MiB; a little is left for what others append. */
export const SUMMARY_LIMIT = 2 ** 20 - 2 ** 14;

/** Appends as much of `markdown` as the file may still hold. */
export function appendSummary(file: string, markdown: string, limit: number = SUMMARY_LIMIT): void {
  const used = existsSync(file) ? statSync(file).size : 0;
  appendFileSync(file, truncateMarkdown(markdown, limit - used));
}

const CUT = '\n\n_Cut here: a step summary holds 1 MiB at most. The whole comparison is in the log._\n';

/** At most `bytes` bytes of UTF-8, cut at the end of a line, with what is open (a fence, a fold) closed again. */
export function truncateMarkdown(markdown: string, bytes: number): string {
  if (Buffer.byteLength(markdown) <= bytes) return markdown;
  const tail = (open: string, details: number) =>
    `${open === '' ? '' : `\n${open}`}${'\n\n</details>'.repeat(details)}${CUT}`;
  let [open, details, size, kept, end] = ['', 0, 0, '', ''];
  const lines = markdown.split('\n');
  for (let i = 0; i < lines.length; i++) {
    size += Buffer.byteLength(lines[i]) + 1;
    const mark = /^`{3,}/.exec(lines[i])?.[0] ?? '';
    if (open === '' && mark !== '') open = mark;
    else if (open !== '' && lines[i].trimEnd() === open) open = '';
    else if (open === '') {
      details += (lines[i].match(/<details\b/g) ?? []).length - (lines[i].match(/<\/details>/g) ?? []).length;
    }
    const closing = tail(open, details);
    if (size - 1 + Buffer.byteLength(closing) > bytes) break;
    kept = lines.slice(0, i + 1).join('\n');
    end = closing;
  }
  return kept === '' ? '' : kept + end;
}
