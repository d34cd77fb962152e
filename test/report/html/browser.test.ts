/**
 * The page in a real browser, at phone and desktop width, light and dark: nothing on the console, nothing wider than the screen,
 * no two labels of a figure on top of one another, controls that work. Skipped, with a line that says so, where there is no
 * Chromium.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTables } from '../fixture.ts';
import { RUN_IDS } from '../inputs.ts';
import { hostileRun, NAMING, pageOf } from '../page-fixture.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const available = existsSync(CHROMIUM);
if (!available)
  console.log(`skipped: the report in a browser, because there is no ${CHROMIUM} (set CHROMIUM_PATH to name another)`);

const IN_PAGE = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8');
const WIDTHS = [390, 1280];
const SCHEMES = ['light', 'dark'] as const;

describe.skipIf(!available)('report.html in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'mint-bench-report-'));
  const plain = join(folder, 'report.html');
  const hostile = join(folder, 'hostile.html');

  beforeAll(async () => {
    writeFileSync(plain, await pageOf(runTables()));
    writeFileSync(hostile, await pageOf(hostileRun(), NAMING));
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Opens the page; whatever it says or asks for ends up in `complaints`. */
  async function open(
    file: string,
    width: number,
    scheme: 'light' | 'dark',
  ): Promise<{ page: Page; complaints: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme: scheme });
    const complaints: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('dialog', (dialog) => {
      complaints.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    page.on('request', (request) => {
      if (request.url() !== pathToFileURL(file).href && !request.url().startsWith('data:'))
        complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(pathToFileURL(file).href);
    return { page, complaints };
  }

  it.each(WIDTHS.flatMap((width) => SCHEMES.map((scheme) => [width, scheme] as const)))(
    '%i px, %s: quiet, and no wider than the screen',
    async (width, scheme) => {
      for (const file of [plain, hostile]) {
        const { page, complaints } = await open(file, width, scheme);
        expect(complaints).toEqual([]);
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
        await page.close();
      }
    },
  );

  it.each(WIDTHS)('%i px: labels of a figure do not lie on one another or outside it', async (width) => {
    const { page } = await open(plain, width, 'light');
    expect(await page.evaluate(`${IN_PAGE}; inPage.labelProblems()`)).toEqual([]);
    await page.close();
  });

  it.each(SCHEMES)('%s: text has the contrast that WCAG AA asks for', async (scheme) => {
    const { page } = await open(plain, 1280, scheme);
    expect(await page.evaluate(`${IN_PAGE}; inPage.contrastProblems()`)).toEqual([]);
    await page.close();
  });

  it('on paper it is light, whatever the screen is', async () => {
    const { page } = await open(plain, 1280, 'dark');
    await page.click('#theme');
    await page.click('#theme');
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(`${IN_PAGE}; inPage.variant()`)).toBe('rgb(255, 255, 255) rgb(255, 255, 255)');
    expect(await page.evaluate(`${IN_PAGE}; inPage.contrastProblems()`)).toEqual([]);
    await page.close();
  });

  it('the toggle switches page and figures, the filter filters, a mark says its values', async () => {
    const { page, complaints } = await open(plain, 1280, 'light');
    const [ground, figure] = String(await page.evaluate(`${IN_PAGE}; inPage.variant()`)).split(') ');
    await page.click('#theme');
    const [groundAfter, figureAfter] = String(await page.evaluate(`${IN_PAGE}; inPage.variant()`)).split(') ');
    expect(groundAfter).not.toBe(ground);
    expect(figureAfter).not.toBe(figure);

    await page.click('#all-metrics summary');
    await page.fill('#filter', 'ttft_ms_p99 pro');
    expect(await page.locator('#metrics tbody tr:visible').allTextContents()).toEqual([
      expect.stringMatching(/^ttft_ms_p99pro/),
    ]);

    await page.locator('#lookups-by-cohort .wide [aria-label*="GPU"]').first().hover();
    expect(await page.locator('#tip').textContent()).toMatch(/free · GPU · 43\.5%/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('without its script the page still says everything', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(pathToFileURL(plain).href);
    expect(await page.locator('.verdict').textContent()).toContain('misses 1 of 3 thresholds');
    expect(await page.locator('figure .plot .wide svg').count()).toBe(RUN_IDS.length);
    expect(await page.locator('button:visible').count()).toBe(0);
    await context.close();
  });
});
