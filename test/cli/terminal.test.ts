import { describe, expect, it } from 'vitest';
import { formatBytes, formatCount, formatParameters, formatSeconds } from '../../src/cli/format.ts';
import { wantsColor } from '../../src/cli/terminal.ts';
import { fold, table, textWidth } from '../../src/report/text-table.ts';
import { quote } from '../../src/scenario/quote.ts';

describe('tables', () => {
  const red = (text: string) => `\u001b[31m${text}\u001b[39m`;

  it('align by what is seen, not by what is sent', () => {
    expect(textWidth(red('µs'))).toBe(2);
    expect(
      table(
        [
          ['a', red('1'), 'x'],
          ['long', '22', 'y'],
        ],
        { right: [1] },
      ),
    ).toBe(`a      ${red('1')}  x\nlong  22  y\n`);
    expect(table([['b']], { header: ['name', 'value'], indent: 2 })).toBe('  name  value\n  b\n');
    expect(table([])).toBe('');
  });

  it('fold the last column where the screen is known, and not into slivers', () => {
    const rows = [['name', 'five words that need two of the lines here']];
    expect(table(rows, { width: 40 })).toBe('name  five words that need two of the\n      lines here\n');
    expect(table(rows, { width: 20 })).toBe('name  five words that need two of the lines here\n');
    expect(table(rows)).toBe(table(rows, { width: 20 }));
  });

  describe('wider than the screen', () => {
    const header = ['population.users', 'ttft_ms_p99', 'goodput_rps', 'cost_usd_per_user_month', ''];
    const rows = [
      ['1e3', '1.2 s', '40 /s', '$0.12', 'one note of some length that needs room'],
      ['1e4', '12 s', '400 /s', '$0.02', ''],
    ];
    const asked = { header, right: [1, 2, 3], keys: 1 };
    const lines = (text: string) => text.trimEnd().split('\n');

    it('break headings before they break rows, and stand on them', () => {
      const text = table(
        rows.map((row) => row.slice(0, 4)),
        { header: header.slice(0, 4), right: [1, 2, 3], width: 50 },
      );
      expect(lines(text).slice(0, 3)).toEqual([
        'population.   ttft_  goodput_  cost_usd_per_',
        'users        ms_p99       rps     user_month',
        '1e3           1.2 s     40 /s          $0.12',
      ]);
      expect(lines(text)).toHaveLength(4);
      expect(Math.max(...lines(text).map(textWidth))).toBeLessThanOrEqual(50);
    });

    it('go on below, with the first column repeated, and lose nothing', () => {
      for (const width of [40, 50, 60, 72]) {
        const text = table(rows, { ...asked, width });
        expect(Math.max(...lines(text).map(textWidth)), `${width}\n${text}`).toBeLessThanOrEqual(width);
        for (const cell of rows.flat()) for (const word of cell.split(' ')) expect(text).toContain(word);
        const blocks = text.split('\n\n');
        for (const block of blocks) expect(block).toMatch(/^1e3 .*\n(.*\n)*?1e4/m);
        expect(blocks.length > 1).toBe(width <= 60);
      }
    });

    it('are one line a row without a width, as into grep', () => {
      expect(lines(table(rows, asked))).toHaveLength(3);
    });
  });

  it('fold at spaces and keep every word', () => {
    const text = 'one shared base model and a million adapters';
    const folded = fold(text, 16, '  ');
    expect(folded.split('\n').every((line) => line.length <= 16)).toBe(true);
    expect(folded.trim().split(/\s+/).join(' ')).toBe(text);
  });
});

describe('quantities', () => {
  it('read as people write them', () => {
    expect([0, 1, 1023, 1024, 1.5 * 2 ** 30, 2 ** 50].map(formatBytes)).toEqual([
      '0 B',
      '1 B',
      '1023 B',
      '1 KiB',
      '1.5 GiB',
      '1 PiB',
    ]);
    expect([0.0000066, 0.25, 59, 90, 3600, 86_400 * 2, Infinity].map(formatSeconds)).toEqual([
      '6.6 µs',
      '250 ms',
      '59 s',
      '1.5 min',
      '1 h',
      '2 d',
      'none',
    ]);
    expect([7, 1_234_567, 0.125, Infinity].map(formatCount)).toEqual(['7', '1,234,567', '0.125', 'none']);
    expect([596_049_920, 1.026e12].map(formatParameters)).toEqual(['596 M', '1.03 T']);
    expect([100, 120, 1000].map((n) => formatBytes(n * 2 ** 20))).toEqual(['100 MiB', '120 MiB', '1000 MiB']);
  });
});

describe('colour and quoting', () => {
  it('lets a flag win over NO_COLOR, NO_COLOR over FORCE_COLOR, and both over the terminal', () => {
    const cases: [Parameters<typeof wantsColor>[0], boolean][] = [
      [{ choice: 'always', isTTY: false, env: { NO_COLOR: '1' } }, true],
      [{ choice: 'auto', isTTY: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
      [{ choice: 'auto', isTTY: false, env: { FORCE_COLOR: '1' } }, true],
      [{ choice: 'auto', isTTY: true, env: { FORCE_COLOR: '0' } }, false],
      [{ choice: 'auto', isTTY: true, env: {} }, true],
      [{ choice: 'auto', isTTY: true, env: { TERM: 'dumb' } }, false],
    ];
    for (const [facts, wanted] of cases) expect(wantsColor(facts), JSON.stringify(facts)).toBe(wanted);
  });

  it('quotes what a shell would split', () => {
    expect(['a.yaml', '--set', 'x=1', "it's", 'a b', ''].map(quote)).toEqual([
      'a.yaml',
      '--set',
      'x=1',
      "'it'\\''s'",
      "'a b'",
      "''",
    ]);
  });
});
