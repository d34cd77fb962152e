/** docs/fidelity.md says of calibrations and of what is missing what the shipped files say: they change, and the page takes minutes to write. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calibrationLines, missingLines } from '../../src/study/reproduce/page.ts';
import { reproductionsIn } from '../../src/study/reproduce/published.ts';
import { rowsOf } from '../../src/study/reproduce/rows.ts';

const ROOT = join(import.meta.dirname, '../..');
const ALL = reproductionsIn(join(ROOT, 'scenarios/published'));
const SECTIONS = new Map(
  readFileSync(join(ROOT, 'docs/fidelity.md'), 'utf8')
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text.split('\n')] as const),
);

/** From the line on that begins so, to the end of the list; nothing where there is none. */
function listAfter(lines: readonly string[], heading: string): string[] {
  const from = lines.indexOf(heading);
  if (from < 0) return [];
  const items = lines.slice(from + 2);
  const end = items.findIndex((line) => !line.startsWith('- '));
  return end < 0 ? items : items.slice(0, end);
}

test('the page has a section for every reproduction, and no other', () => {
  expect([...SECTIONS.keys()]).toEqual(['All reproductions', ...ALL.map(({ name }) => name)]);
});

test.each(ALL.map((one) => [one.name, one] as const))('%s: calibrations and what is not modelled', (name, one) => {
  const page = SECTIONS.get(name)!;
  // A calibration is set for a whole group: one row of each names all of them.
  const groups = one.file.groups.map((group) => ({ ...group, rows: group.rows.slice(0, 1) }));
  const rows = rowsOf({ ...one, file: { ...one.file, groups } });
  // The date, the parameters, the rows, the error, fits without a group, the way through the API server.
  const told = (lines: readonly string[]) =>
    lines.filter((line) =>
      /^(Calibration of |Relative standard errors|- without |Way through the API server)/.test(line),
    );
  expect(told(page)).toEqual(told(calibrationLines(rows)));
  expect(listAfter(page, 'Not modelled:')).toEqual(listAfter(missingLines(one.file), 'Not modelled:'));
});
