/** LaTeX and BibTeX: text stays text, tables have their columns, entries their fields. */
import { describe, expect, it } from 'vitest';
import { ascii, bibtex } from '../../src/report/bibtex.ts';
import { latex, latexFigure, latexTable, metricCell } from '../../src/report/latex.ts';
import { SOURCES } from '../../src/scenario/sources/index.ts';

const cell = (value: number | null, lo: number | null = null, hi: number | null = null, unit = 'ms') => ({
  metric: 'ttft_ms_p99',
  cohort: 'all',
  unit,
  value,
  n: 10,
  lo,
  hi,
});

describe('text', () => {
  it('no character of a name can end or start a command', () => {
    expect(latex('50% of $x_1 & #2 {a} ~^\\')).toBe(
      '50\\% of \\$x\\_1 \\& \\#2 \\{a\\} \\textasciitilde{}\\textasciicircum{}\\textbackslash{}',
    );
    expect(latex('\\input{/etc/passwd}')).toBe('\\textbackslash{}input\\{/etc/passwd\\}');
  });

  it('accents are one letter to BibTeX', () => {
    expect(ascii('Hörmann, Corbató')).toBe(`H{\\"o}rmann, Corbat{\\'o}`);
  });
});

describe('cells', () => {
  it.each([
    [cell(1500), '1.5 s'],
    [cell(90, 80, 101), '90 ms [80 ms, 101 ms]'],
    [cell(90, 90, 90), '90 ms'],
    [cell(0.877, 0.8770000001, 0.8770000001, 'USD'), '$0.877'],
    [cell(null), '–'],
    [null, '–'],
  ])('%#', (given, text) => {
    expect(metricCell(given)).toBe(text);
  });
});

it('fields are typeset as typed, and digits grouped as in print', () => {
  const text = latexTable({
    keys: ['serving.slots', 'run'],
    headings: ['TTFT'],
    rows: [
      { label: ['5_000', 'my_run'], cells: [null] },
      { label: ['1_000_000/s', '4_000_a'], cells: [null] },
    ],
    caption: '',
  });
  expect(text).toContain('\\texttt{serving.slots} & run & TTFT');
  expect(text).toContain('5{,}000 & my\\_run &');
  expect(text).toContain('1{,}000{,}000/s &');
});

it('a table has a column for each heading in every line, and says what its brackets are', () => {
  const text = latexTable({
    keys: ['run_a', 'users'],
    headings: ['TTFT p99', 'SLO'],
    rows: [
      { label: ['a&b', '1e5'], cells: [cell(90, 80, 101), null] },
      { label: ['c', '1e6'], cells: [cell(95), cell(0.5, null, null, 'fraction')] },
    ],
    caption: 'Simulated; 95% intervals in brackets.',
  });
  expect(text).toContain('\\begin{tabular}{llrr}');
  const lines = text.split('\n').filter((line) => line.endsWith('\\\\'));
  expect(lines).toHaveLength(3);
  for (const line of lines) expect(line.replaceAll('\\&', '').split('&')).toHaveLength(4);
  for (const rule of ['toprule', 'midrule', 'bottomrule']) expect(text).toContain(`\\${rule}`);
  expect(text).toContain('95\\% intervals');
});

it('a figure is placed across one column or two, with its caption and its label', () => {
  const figure = { title: 'Hits & misses', howToRead: 'One bar a cohort.' };
  const one = latexFigure({ name: 'lookups', figure, source: 'simulated, run 1', wide: false });
  expect(one).toContain('\\begin{figure}\n');
  expect(one).toContain('\\caption{\\textbf{Hits \\& misses.} One bar a cohort. (simulated, run 1)}');
  expect(one).toContain('\\label{fig:lookups}');
  expect(latexFigure({ name: 'lookups', figure, source: '', wide: true })).toContain('\\end{figure*}');
});

describe('BibTeX', () => {
  const text = bibtex(Object.entries(SOURCES));

  it('has one entry a work, in the order of the keys, in ASCII, braces balanced', () => {
    const keys = [...text.matchAll(/^@\w+\{([^,]+),$/gm)].map(([, key]) => key);
    expect(keys).toEqual(Object.keys(SOURCES).sort());
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
    expect(text.match(/[^\u0000-\u007f]/g)).toBeNull();
    const braces = text.replace(/\\[{}]/g, '');
    expect(braces.split('{').length).toBe(braces.split('}').length);
  });

  it('names organisations as one name and keeps the capitals of titles', () => {
    expect(text).toContain('author = {{Mind Lab} and others}');
    expect(text).toContain('title = {{SIEVE is Simpler than LRU');
    expect(text).toContain('eprint = {2605.13779}');
  });
});
