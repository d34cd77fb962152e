/**
 * summary.md: the digest as GitHub-flavoured Markdown, small enough for a CI step summary. Figures are linked in both variants
 * where they were written.
 */
import type { Digest } from './digest.ts';

export interface MarkdownFigure {
  readonly id: string;
  readonly question: string;
  readonly howToRead: string;
}

const ICONS = { pass: '✅', warn: '⚠️', fail: '❌' } as const;

export function markdownSummary(digest: Digest, hash: string, figures: readonly MarkdownFigure[]): string {
  const icon = digest.verdict === 'none' ? '' : `${ICONS[digest.verdict]} `;
  const parts = [`# ${icon}${plain(digest.name)}`, plain(digest.sentence)];
  if (digest.limit !== null) parts.push(plain(digest.limit));
  if (digest.thresholds.length > 0) {
    parts.push(
      table(
        ['', 'threshold', 'required', 'measured'],
        digest.thresholds.map((line) => [ICONS[line.status], code(line.metric), line.bound, line.measured]),
        2,
      ),
    );
  }
  parts.push(
    table(
      ['', '', ''],
      digest.tiles.map((tile) => [tile.label, `**${plain(tile.value)}**`, tile.note]),
      1,
      1,
    ),
  );
  parts.push(
    table(
      ['cohort', ...digest.cohorts.columns],
      digest.cohorts.rows.map((row) => [row.cohort, ...row.cells]),
      1,
    ),
  );
  if (figures.length > 0) parts.push('## Figures', ...figures.map(figure));
  parts.push(`Simulated · run ${code(hash)} · again:`, fence(digest.reproduce));
  return `${parts.join('\n\n')}\n`;
}

export function figure({ id, question, howToRead }: MarkdownFigure): string {
  return [
    `### ${plain(question)}`,
    `<picture><source media="(prefers-color-scheme: dark)" srcset="figures/${id}.dark.svg"><img src="figures/${id}.svg" alt="${escapeAttribute(question)}"></picture>`,
    plain(howToRead),
  ].join('\n\n');
}

/** @param right the first column whose cells stand at the right */
export const markdownTable = (header: readonly string[], rows: readonly (readonly string[])[], right: number): string =>
  table(header, rows, right);

/** `right`: the first column whose cells stand at the right; `raw`: a column that is Markdown already. */
export function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  right: number,
  raw: number = -1,
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const cell = (text: string, column: number) => (column === raw || text.startsWith('`') ? text : plain(text));
  return [
    line(header.map(plain)),
    line(header.map((_, column) => (column >= right ? '---:' : '---'))),
    ...rows.map((row) => line(row.map(cell))),
  ].join('\n');
}

/** Text as text: nothing in it is markup, a cell's end or a line's end. */
export function plain(text: string): string {
  return text
    .replace(/[\r\n]+/g, ' ')
    .replace(/[\\`*_{}[\]()#+!|~]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;');
}

const escapeAttribute = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/"/g, '&quot;').replace(/</g, '&lt;');

export const code = (text: string): string => `\`${text.replace(/[`|\r\n]/g, ' ')}\``;

/** A fence longer than any run of backticks inside. */
export function fence(text: string, language = 'sh'): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${text}\n${marks}`;
}
