/**
 * The report as a tool, in a real browser from file://: every control does what it says, measured by what is drawn and by what the
 * tables hold. Skipped, with a line that says so, where there is no Chromium.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunTables } from '../../../src/report/run-data.ts';
import { runTables } from '../fixture.ts';
import { HOSTILE, hostileRun, NAMING, pageOf } from '../page-fixture.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const available = existsSync(CHROMIUM);
if (!available)
  console.log(`skipped: exploring a report, because there is no ${CHROMIUM} (set CHROMIUM_PATH to name another)`);

/** The same run with every number of its summary and series a fifth higher. */
function slower(): RunTables {
  const run = runTables();
  const { columns } = run.timeseries;
  const ttft = Float64Array.from(columns.ttft_ms_p99 as ArrayLike<number>, (value) => value * 1.2);
  const summary = run.summary.map((row) => ({ ...row, value: row.value === null ? null : row.value * 1.2 }));
  const timeseries = { ...run.timeseries, columns: { ...columns, ttft_ms_p99: ttft } };
  return { ...run, hash: 'ffee00112233', summary, timeseries, scenario: { ...run.scenario, name: 'slower' } };
}

describe.skipIf(!available)('exploring a report in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'mint-bench-explore-'));
  const files = {
    plain: join(folder, 'report.html'),
    other: join(folder, 'other.html'),
    hostile: join(folder, 'h.html'),
  };
  const run = runTables();

  beforeAll(async () => {
    writeFileSync(files.plain, await pageOf(run));
    writeFileSync(files.other, await pageOf(slower(), NAMING));
    writeFileSync(files.hostile, await pageOf(hostileRun(), NAMING));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  }, 180_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(file = files.plain, width = 1280): Promise<{ page: Page; complaints: string[] }> {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (!request.url().startsWith('file:') && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.goto(pathToFileURL(file).href);
    await page.waitForSelector('#cohort-canvas svg .mark-symbol path');
    return { page, complaints };
  }

  /** Rows of a chart's table of values. */
  const values = (page: Page, id: string): Promise<string[][]> =>
    page.evaluate(
      `[...document.querySelectorAll('#${id}-values tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
    );
  const marks = (page: Page, id: string) => page.locator(`#${id}-canvas svg .mark-symbol.role-mark path`);
  const labels = (page: Page, id: string): Promise<string[]> =>
    page.locator(`#${id}-canvas svg .role-axis-label text`).allTextContents();

  it('cohorts: marks and numbers are those of the chosen ones, and those of cohorts.arrow', async () => {
    const { page, complaints } = await open();
    await page.selectOption('#cohort-metric', 'counter:arrivals');
    const { cohort, arrivals } = run.cohorts.columns as { cohort: string[]; arrivals: ArrayLike<number> };
    const counted = Array.from(cohort, (name, i) => ['fixture 1f2e3d', name, String(arrivals[i])]);
    const shown = async () => (await values(page, 'cohort')).map((row) => row.slice(0, 3));
    await expect.poll(async () => (await shown()).slice(1)).toEqual(counted);
    expect(await marks(page, 'cohort').count()).toBe(4);
    await page.uncheck('#cohort-choice input[value="pro"]');
    await expect.poll(async () => (await shown()).slice(1)).toEqual(counted.filter(([, name]) => name !== 'pro'));
    await expect.poll(() => marks(page, 'cohort').count()).toBe(3);
    expect(await labels(page, 'cohort')).not.toContain('pro');
    // The figures and the tables of the page follow.
    await page.waitForSelector('#lookups-by-cohort .live svg');
    const figure = await page.locator('#lookups-by-cohort .live svg').textContent();
    expect([figure!.includes('pro'), figure!.includes('enterprise')]).toEqual([false, true]);
    expect(await page.locator('#lookups-by-cohort .wide').isVisible()).toBe(false);
    expect(await page.locator('#cohorts tr:visible td:first-child').allTextContents()).toEqual([
      'free',
      'enterprise',
      'all',
    ]);
    await page.click('#cohort-all');
    await page.waitForSelector('#lookups-by-cohort .wide svg', { state: 'visible' });
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('a range that holds nothing and no cohort at all are said beside their controls, until they are mended', async () => {
    const { page, complaints } = await open();
    const said = (id: string) => page.locator(`#${id}-say`).textContent();
    await page.fill('#time-from', '8');
    await page.fill('#time-to', '3');
    await page.locator('#time-to').press('Tab');
    await expect.poll(() => said('time')).toMatch(/end must lie after the start: 8 h to 3 h/);
    expect(await page.locator('#time-to').getAttribute('aria-invalid')).toBe('true');
    expect(await page.locator('#time-canvas svg').count()).toBe(0);
    await page.fill('#time-from', '999');
    await page.fill('#time-to', '1000');
    await page.locator('#time-to').press('Tab');
    await expect.poll(() => said('time')).toMatch(/^The run ends at /);
    await page.click('#time-reset');
    await expect.poll(() => said('time')).toBe('');
    await page.waitForSelector('#time-canvas svg .mark-rule.role-mark line', { state: 'attached' });
    for (const box of await page.locator('#cohort-choice input').all()) await box.uncheck();
    await expect.poll(() => said('cohort')).toContain('No cohort is chosen');
    expect(await page.locator('#cohort-say').isVisible()).toBe(true);
    await page.click('#cohort-all');
    await expect.poll(() => said('cohort')).toBe('');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('pointing at a mark tells its exact value', async () => {
    const { page, complaints } = await open();
    const free = run.summary.find(({ metric, cohort }) => metric === 'ttft_ms_p99' && cohort === 'free')!;
    await marks(page, 'cohort').nth(1).hover();
    const seconds = Number((free.value! / 1000).toPrecision(6));
    await expect.poll(() => page.locator('#tip').textContent()).toContain(`fixture 1f2e3d · free · ${seconds} s`);
    // A line, too: the point of the 100th interval.
    const { t_s, ttft_ms_p99 } = run.timeseries.columns as Record<string, ArrayLike<number>>;
    await page.locator('#time-canvas svg .mark-rule.role-mark line').nth(100).hover({ force: true });
    const at = Number((t_s[100] / 3600).toPrecision(6));
    await expect.poll(() => page.locator('#tip').textContent()).toContain(`${at} h · fixture 1f2e3d `);
    const told = (await page.locator('#tip').textContent())!;
    const [, value, unit] = /([\d.,]+) (ms|s)$/.exec(told)!;
    expect(Number(value) * (unit === 's' ? 1000 : 1)).toBeCloseTo(ttft_ms_p99[100], 2);
    // And a line of a figure, which comes to life when it is pointed at.
    await page.locator('#latency-over-time .plot').hover();
    await page.locator('#latency-over-time .live svg .mark-symbol path').nth(40).hover({ force: true });
    await expect.poll(() => page.locator('#tip').textContent()).toMatch(/t_s \d+ · series .*ttft_ms \d/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('axes: logarithmic or linear, another metric, part of the time by keyboard or by pointer', async () => {
    const { page, complaints } = await open();
    const zero = async () => (await labels(page, 'time')).filter((label) => /^0 [µm]?s$/.test(label)).length;
    expect(await zero()).toBe(0);
    await page.selectOption('#time-scale', 'linear');
    await expect.poll(zero).toBe(1);
    await page.selectOption('#time-metric', 'arrivals');
    const { t_s, arrivals } = run.timeseries.columns as Record<string, ArrayLike<number>>;
    const expected = (from: number, to: number) =>
      Array.from(t_s, (t, i) => [t, arrivals[i]])
        .filter(([t]) => t >= from && t < to)
        .map(([t, value]) => ['fixture 1f2e3d', String(t), String(value)]);
    await expect.poll(() => values(page, 'time')).toEqual(expected(0, 86_400));
    await page.fill('#time-from', '12');
    await page.fill('#time-to', '13');
    await page.locator('#time-to').press('Tab');
    await expect.poll(() => values(page, 'time')).toEqual(expected(43_200, 46_800));
    expect(await labels(page, 'time')).toContain('12:10');
    await page.click('#time-reset');
    await expect.poll(() => values(page, 'time')).toEqual(expected(0, 86_400));
    await page.locator('#time-canvas').scrollIntoViewIfNeeded();
    const box = (await page.locator('#time-canvas svg').boundingBox())!;
    await page.mouse.move(box.x + box.width * 0.4, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 120, { steps: 5 });
    await page.mouse.up();
    await expect.poll(async () => (await values(page, 'time')).length).toBeLessThan(40);
    const from = Number(await page.inputValue('#time-from'));
    expect(from).toBeGreaterThan(8);
    expect(from).toBeLessThan(10.5);
    await page.selectOption('#distribution-form', 'above');
    await expect.poll(() => labels(page, 'distribution')).toContain('0.1%');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('another report beside this one: lines, marks, figures and metrics of both', async () => {
    const { page, complaints } = await open();
    await page.setInputFiles('#compare-file', files.other);
    await page.waitForSelector('#runs li');
    await expect.poll(() => marks(page, 'cohort').count()).toBe(8);
    const rows = await values(page, 'cohort');
    const of = (label: string) => rows.filter(([name]) => name === label).map(([, , value]) => Number(value));
    expect(of('slower ffee00')).toEqual(of('fixture 1f2e3d').map((value) => value * 1.2));
    const times = await values(page, 'time');
    expect(new Set(times.map(([name]) => name))).toEqual(new Set(['fixture 1f2e3d', 'slower ffee00']));
    await page.waitForSelector('#lookups-by-cohort .live .canvas:nth-of-type(2) svg');
    expect(await page.locator('#lookups-by-cohort .live .kind').allTextContents()).toEqual([
      'fixture 1f2e3d',
      'slower ffee00',
    ]);
    await page.click('#all-metrics summary');
    const row = page.locator('#metrics tr[data-metric="ttft_ms_p99"][data-cohort="free"]');
    expect(await row.locator('.compared').allTextContents()).toEqual([expect.stringMatching(/ s$/), '+20%']);
    await page.click('#runs button:has-text("Remove")');
    await expect.poll(() => marks(page, 'cohort').count()).toBe(4);
    expect(await page.locator('.compared').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('a summary.json, the data of one figure, and files that are neither', async () => {
    const { page, complaints } = await open();
    const summary = {
      schema_version: 1,
      scenario: 'short',
      run_hash: 'abcdef99',
      window: { duration_s: 60 },
      metrics: { ttft_ms_p99: { unit: 'ms', value: 777, n: 5, cohorts: { free: { value: 888, n: 4 } } } },
      counters: { free: { arrivals: 12 } },
    };
    const buffer = (text: string) => Buffer.from(text);
    await page.setInputFiles('#compare-file', [
      { name: 'summary.json', mimeType: 'application/json', buffer: buffer(JSON.stringify(summary)) },
      {
        name: 'memory-split.csv',
        mimeType: 'text/csv',
        buffer: buffer('part,gib,from,to,share\r\nKV cache,40,0,40,0.5\r\n'),
      },
      { name: 'notes.json', mimeType: 'application/json', buffer: buffer('{"a": 1}') },
      { name: 'other.html', mimeType: 'text/html', buffer: buffer('<p>hello') },
    ]);
    await expect
      .poll(() => page.locator('#compare-say').textContent())
      .toBe(
        'notes.json is no summary.json of mint-bench. other.html is no report of mint-bench: it carries no run data.',
      );
    await expect
      .poll(async () => (await values(page, 'cohort')).map(([name, , value]) => `${name} ${value}`))
      .toEqual(expect.arrayContaining(['short abcdef 777', 'short abcdef 888']));
    await page.waitForSelector('#memory-split .live .canvas:nth-of-type(2) svg');
    expect(await page.locator('#memory-split .live .canvas').nth(1).textContent()).toContain('50%');
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('copies the command that gives this run again', async () => {
    const { page } = await open();
    await page.click('header button[data-copy="command"]');
    await expect
      .poll(() => page.evaluate('navigator.clipboard.readText()'))
      .toBe(await page.locator('#command').textContent());
    expect(await page.locator('#command').textContent()).toMatch(/^mint-bench run /);
    await page.context().close();
  });

  it('names of another run that try to leave their place stay text', async () => {
    const { page, complaints } = await open();
    await page.setInputFiles('#compare-file', files.hostile);
    await page.waitForSelector('#runs li');
    await page.waitForSelector('#lookups-by-cohort .live .canvas:nth-of-type(2) svg');
    expect(await page.locator('#runs li').textContent()).toContain(HOSTILE[0]);
    const boxes = page.locator('#cohort-choice input');
    expect(await boxes.count()).toBe(7);
    await boxes.nth(5).uncheck();
    await expect.poll(async () => (await values(page, 'cohort')).map(([, cohort]) => cohort)).not.toContain(HOSTILE[1]);
    expect(await page.locator('img, #runs script, .live script, main svg foreignObject').count()).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  it('by keyboard alone: the file button, the cohorts and the charts’ controls are reached in order', async () => {
    const { page } = await open();
    await page.focus('#cohort-choice input');
    const seen: string[] = [];
    for (let i = 0; i < 13; i++) {
      seen.push(
        await page.evaluate(
          'document.activeElement.id || document.activeElement.value || document.activeElement.tagName',
        ),
      );
      await page.keyboard.press('Tab');
    }
    expect(seen.slice(0, 11)).toEqual([
      'all',
      'free',
      'pro',
      'enterprise',
      'cohort-all',
      'compare-file',
      'time-metric',
      'time-scale',
      'time-from',
      'time-to',
      'time-reset',
    ]);
    await page.context().close();
  });

  it.each([390, 1280])('%i px: no wider than the screen while two runs are compared', async (width) => {
    const { page, complaints } = await open(files.plain, width);
    await page.setInputFiles('#compare-file', files.other);
    await page.waitForSelector('#lookups-by-cohort .live .canvas:nth-of-type(2) svg');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
