/** Rows of a figure as CSV (RFC 4180), so that a figure's numbers can be taken elsewhere. */
import type { Cell, Row } from './figures/figure.ts';

export function csv(rows: readonly Row[]): string {
  const fields = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const lines = [fields.map(quoted), ...rows.map((row) => fields.map((field) => quoted(row[field] ?? null)))];
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('');
}

/** A leading =, +, @ or tab would make a spreadsheet run the cell as a formula: text that starts so gets an apostrophe. */
function quoted(value: Cell): string {
  if (value === null) return '';
  const content = typeof value === 'string' && /^[=+@\t\r-]/.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(content) ? `"${content.replaceAll('"', '""')}"` : content;
}
