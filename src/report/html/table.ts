/** A table of text on a page: headings may break, values do not, and what is wider than its card scrolls under its first column. */
import type { StructuredTable } from '../blocks.ts';
import { text } from './escape.ts';

/** Longer text than this may break anywhere between words: it is a note, not a value. */
const VALUE = 28;
/** A longer heading over short values would break into a line a word. */
const HEADING = 16;

export function htmlTable({ header, rows, right }: StructuredTable): string {
  const numbers = new Set(right);
  const names = header.map((name, column) => {
    const classes = [...(numbers.has(column) ? [] : ['left']), ...(name.length > HEADING ? ['long'] : [])];
    const place = classes.length === 0 ? '' : ` class="${classes.join(' ')}"`;
    return `<th scope="col"${place}>${text(name).replaceAll(/([_.])(?=[^ ])/g, '$1<wbr>')}</th>`;
  });
  const cell = (value: string, column: number) => {
    const classes = [...(numbers.has(column) ? [] : ['left']), ...(value.length > VALUE ? ['name'] : [])];
    const indented = column === 0 && value.startsWith(' ') ? ' style="padding-left:24px"' : '';
    const place = `${classes.length === 0 ? '' : ` class="${classes.join(' ')}"`}${indented}`;
    // An interval stands below its value: beside it, it would make the column as wide as both.
    const [, middle, interval] = /^(\S.*) (\[.*\])$/.exec(value) ?? [];
    const shown = interval === undefined ? text(value) : `${text(middle)} <small>${text(interval)}</small>`;
    return column === 0 ? `<th scope="row"${place}>${shown}</th>` : `<td${place}>${shown}</td>`;
  };
  const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`);
  const head = header.length === 0 ? '' : `<thead><tr>${names.join('')}</tr></thead>`;
  return `<div class="scroll" tabindex="0"><table class="listed">${head}<tbody>${body.join('')}</tbody></table></div>`;
}
