/** The page as text: self-contained, escaped, within its size. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { runTables } from '../fixture.ts';
import { HOSTILE, hostileRun, NAMING, pageOf } from '../page-fixture.ts';

let html = '';
let hostile = '';

/** The page without its program, whose text holds names of namespaces and schemas that it never loads. */
const shell = (page: string) => page.replace(/<script>[\s\S]*<\/script>/, '<script></script>');
beforeAll(async () => {
  html = await pageOf(runTables());
  hostile = await pageOf(hostileRun(), NAMING);
}, 120_000);

describe('report.html', () => {
  it('loads nothing: no address outside the page', () => {
    // Data URLs hold what can be downloaded; namespaces are names, not addresses.
    const visible = shell(html)
      .replace(/href="data:[^"]*"/g, '')
      .replaceAll('http://www.w3.org/2000/svg', '')
      .replaceAll('http://www.w3.org/1999/xlink', '');
    expect(visible.match(/https?:|\/\/[a-z]|@import|\bsrc=|url\((?!#)/g)).toBeNull();
    expect(shell(html).match(/<link|<iframe|<object|<embed|<base/g)).toBeNull();
  });

  it('its policy allows its own script by hash and no other', () => {
    const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1];
    const scripts = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)];
    expect(scripts).toHaveLength(1);
    expect(policy).toContain(`'sha256-${createHash('sha256').update(scripts[0][1]).digest('base64')}'`);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/script-src[^;]*unsafe|https?:/);
    expect(shell(html).match(/ on[a-z]+="/g)).toBeNull();
  });

  it('is at most 5 MB', () => {
    expect(Buffer.byteLength(html)).toBeLessThan(5e6);
  });

  it('says verdict and thresholds before any figure', () => {
    const order = [
      'class="pill fail"',
      '<code>slo_<wbr>attainment</code>',
      'class="tiles ',
      '<figure',
      'id="assumptions"',
      'id="run"',
    ].map((mark) => html.indexOf(mark));
    expect(order.every((at) => at > 0)).toBe(true);
    expect([...order].sort((a, b) => a - b)).toEqual(order);
  });

  it('every figure has a question, a text for those who cannot see it, provenance and its data', () => {
    const figures = [...html.matchAll(/<figure[\s\S]*?<\/figure>/g)].map(([figure]) => figure);
    expect(figures.length).toBe(16);
    for (const figure of figures) {
      expect(figure).toMatch(/<h3>[^<]+\?<\/h3>/);
      expect(figure.match(/role="img" aria-label="[^"]{40,}"/g)).toHaveLength(2);
      expect(figure).toContain('How to read.');
      expect(figure).toMatch(/class="badge simulated"/);
      expect(figure.match(/<a class="file" download="[^"]+\.(csv|vl\.json|svg)" href="data:/g)).toHaveLength(3);
    }
  });

  it('ids are unique and links inside the page lead somewhere', () => {
    const ids = [...shell(html).matchAll(/\sid="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of shell(html).matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(target);
  });

  it('a specification that is downloaded is the figure, data included', () => {
    const [, content] = /download="fairness\.vl\.json" href="data:application\/json;base64,([^"]*)"/.exec(html)!;
    const spec = JSON.parse(Buffer.from(content, 'base64').toString('utf8'));
    expect(spec.$schema).toContain('vega-lite');
    expect(spec.data.values.length).toBeGreaterThan(50);
  });
});

describe('hostile names', () => {
  it('stand in the page as text and nowhere as markup', () => {
    const shown = shell(hostile).replace(/href="data:[^"]*"/g, '');
    expect(HOSTILE.filter((name) => shown.includes(name))).toEqual([]);
    expect(shown.includes('&lt;script&gt;alert(1)&lt;/script&gt;')).toBe(true);
    expect([...shown.matchAll(/<script/g)]).toHaveLength(2);
    expect(
      JSON.parse(/<script type="application\/json" id="run-data">([^<]*)<\/script>/.exec(shown)![1]).cohorts,
    ).toEqual([...HOSTILE]);
    expect(/<[^>]*\son\w+=/.test(shown.replace(/"[^"]*"/g, '""'))).toBe(false);
  });
});
