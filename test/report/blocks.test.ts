import { describe, expect, it } from 'vitest';
import { blocksOf, STRUCTURED } from '../../src/report/blocks.ts';
import { searchPage } from '../../src/report/html/search-page.ts';
import { htmlTable } from '../../src/report/html/table.ts';
import type { SearchReport } from '../../src/report/search-report.ts';
import { PLAIN, type Screen, table } from '../../src/report/text-table.ts';

const HEADER = ['', 'time to first token of the old tenants', 'lost', 'note'];
const ROWS = Array.from({ length: 3 }, (_, i) => [
  `  <b>${i}</b>`,
  `${i} ms`,
  `−${i}`,
  'a note of many words that a narrow screen has to fold somewhere',
]);

/** As the commands print: a title in bold, a table, a paragraph. */
const printed = ({ width, style }: Screen) =>
  `${style('bold', 'name')}  what it is\n\n${style('bold', 'whose')}  of whom\n` +
  table(ROWS, { header: HEADER, right: [1, 2], indent: 2, width, style }) +
  `  ${style('yellow', 'after')} it\n`;

describe('a printed result in parts', () => {
  it('keeps titles, paragraphs and whole tables in order', () => {
    const blocks = blocksOf(printed(STRUCTURED));
    expect(blocks.map(({ kind }) => kind)).toEqual(['text', 'text', 'table', 'text']);
    expect(blocks[0]).toEqual({ kind: 'text', title: 'name', text: 'what it is' });
    expect(blocks[1]).toEqual({ kind: 'text', title: 'whose', text: 'of whom' });
    expect(blocks[2]).toEqual({ kind: 'table', header: HEADER, rows: ROWS, right: [1, 2] });
    expect(blocks[3]).toEqual({ kind: 'text', title: '', text: 'after it' });
  });

  it('says nothing else than the text does', () => {
    const words = (text: string) => new Set(text.split(/[\s"<>/]+/).filter((word) => /[\p{L}\d]/u.test(word)));
    const inBlocks = blocksOf(printed(STRUCTURED)).flatMap((block) =>
      block.kind === 'text' ? [block.title, block.text] : [...block.header, ...block.rows.flat()],
    );
    expect(words(inBlocks.join(' '))).toEqual(words(printed(PLAIN)));
  });

  it('leaves other screens as they are', () => {
    expect(printed(PLAIN)).not.toMatch(/[\ue000-\ue002]/);
  });
});

describe('a table on a page', () => {
  it('has one heading for every column, escapes, and names its rows', () => {
    const html = htmlTable({ header: HEADER, rows: ROWS, right: [1, 2] });
    expect(html.match(/<th scope="col"/g)).toHaveLength(HEADER.length);
    expect(html.match(/<th scope="row"/g)).toHaveLength(ROWS.length);
    expect(html).not.toContain('<b>');
    expect(html).toContain('&lt;b&gt;');
  });

  it('stands in the page of a search, after its verdict; remarks are a list', () => {
    const report: SearchReport = {
      ...{ schema_version: 2, kind: 'interference', name: 'n', description: '', source: 's', command: 'c --x' },
      ...{ text: printed(PLAIN), blocks: blocksOf(`${printed(STRUCTURED)}  and more\n`), figures: [] },
      verdict: {
        ...{ outcome: 'pass', word: 'ANSWER', sentence: 'a < b', check: 'check --y', thresholds: [] },
        because: [{ text: 'short of <slots>', evidence: ['100% & more'] }],
      },
      tiles: [{ label: 'Cost', value: '1.8 s', note: 'of <all>' }],
      ...{ setting: [['Axis', '<1>']], assumptions: ['Nothing <fails>.'] },
    };
    const page = searchPage(report, []);
    expect(page.match(/<table/g)).toHaveLength(1);
    expect(page).toContain('<h3>whose</h3>');
    expect(page).toContain('<ul class="notes"><li>after it</li><li>and more</li></ul>');
    expect(page).toMatch(
      /class="verdict pass">.*ANSWER.*a &lt; b.*short of &lt;slots&gt;.*<li>100% &amp; more<\/li>.*id="check">check --y<.*1\.8 <small>s<.*<\/header>.*<table.*Nothing &lt;fails&gt;.*id="command">c --x</s,
    );
    expect(page).not.toMatch(/<(slots|fails|1|all)>/);
  });
});
