/**
 * Pages of sweeps and searches in a real browser, at phone and desktop width, light and dark: quiet, no wider than the screen, no
 * label on another, text that can be read, controls that work. Skipped, with a line that says so, where there is no Chromium.
 */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawAll } from '../../../src/report/draw.ts';
import { searchPage } from '../../../src/report/html/search-page.ts';
import { studyPage } from '../../../src/report/html/study-page.ts';
import type { SearchReport } from '../../../src/report/search-report.ts';
import { studyRuns as runsOf, type StudyTables, studyDigest } from '../../../src/report/study-digest.ts';
import { HOSTILE } from '../page-fixture.ts';
import { kneeRows, planRows, studyRuns } from '../study-fixture.ts';

const CHROMIUM = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const available = existsSync(CHROMIUM);
if (!available) console.log(`skipped: pages of studies in a browser, because there is no ${CHROMIUM}`);

const IN_PAGE = readFileSync(join(import.meta.dirname, 'in-page.js'), 'utf8');
const CASES = [390, 1280].flatMap((width) => (['light', 'dark'] as const).map((scheme) => [width, scheme] as const));
const PROVENANCE = { kind: 'simulated', source: 'x' } as const;
const LONG =
  'serving.tiers.gpu.eviction=sieve, hardware.object_store.bandwidth=12_000_000_000, population.users=1_000_000';

async function search(): Promise<string> {
  const [script, image] = HOSTILE;
  const report: SearchReport = {
    ...{ schema_version: 2, kind: 'knee', name: script, description: image, source: script, command: `again ${LONG}` },
    ...{ text: '', figures: [], setting: [[script, image]], assumptions: [script, 'Nothing fails.'] },
    verdict: {
      ...{
        outcome: 'fail',
        word: 'NONE',
        sentence: `${LONG} at $6/h ${script}`,
        check: `mint-bench run --set ${LONG}`,
      },
      because: [{ text: LONG, evidence: [script, '100% of the slots hold adapters'] }],
      thresholds: [{ metric: 'cost_usd_per_million_tokens', status: 'pass', measured: '812.6 ms', bound: '< 1 s' }],
    },
    tiles: ['1.8 s', '23.1 ms – 199 ms', 'GPU slots (serving.slots)', '20 of 20', '$0.438', script, '2'].map(
      (value) => ({
        ...{ label: 'Fullest of all that is held', value, note: 'places in the batch, 17% at the busiest moment' },
      }),
    ),
    blocks: [
      {
        kind: 'table',
        header: ['', ...Array(9).fill('slo_attainment')],
        rows: [[LONG, ...Array(9).fill('99.53%')]],
        right: [1],
      },
      { kind: 'text', title: '', text: `${script}\n${LONG}` },
    ],
  };
  const figures = [
    ...(await drawAll('knee', kneeRows(), PROVENANCE, { only: ['knee'] })),
    ...(await drawAll('plan', planRows(), PROVENANCE)),
    ...(await drawAll('study', studyRuns('goodput-load'), PROVENANCE, { only: ['goodput-load'] })),
  ];
  return searchPage(report, figures);
}

async function sweep(): Promise<string> {
  const users = [1e3, 1e4, 1e5];
  const settings = users.flatMap((u) => [8, 32].map((rank) => [u, rank]));
  const metric = (name: string, unit: string, value: number) => ({
    metric: name,
    cohort: 'all',
    unit,
    value,
    n: 9,
    lo: value * 0.95,
    hi: value * 1.04,
  });
  const study: StudyTables = {
    ...{
      name: 'sweep',
      description: 'd',
      hash: 'ab12',
      command: 'mint-bench sweep x',
      replications: 3,
      assumptions: ['Nothing fails.'],
    },
    axes: ['population.users', 'adapter.rank'].map((path, at) => ({
      ...{ path, values: settings.map((one) => one[at]), written: settings.map((one) => String(one[at])) },
    })),
    settings: settings.map(([u, rank], setting) => ({
      ...{ setting, passed: rank === 8 ? 3 : 1 },
      summary: [
        ...[
          metric('ttft_ms_p50', 'ms', 20 + rank),
          metric('ttft_ms_p99', 'ms', rank * Math.log10(u)),
          metric('goodput_rps', '1/s', 40),
        ],
        ...[metric('hit_ratio_gpu', 'fraction', 2 / Math.log2(u)), metric('cost_usd_per_user_month', 'USD', 8770 / u)],
      ],
    })),
  };
  const figures = await drawAll('study', runsOf(study), PROVENANCE);
  expect(figures.map(({ id }) => id)).toContain('cost-per-user');
  return studyPage(studyDigest(study), study.hash, figures);
}

describe.skipIf(!available)('pages of studies in Chromium', { timeout: 120_000 }, () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'mint-bench-studies-'));
  const files = { search: join(folder, 'search.html'), sweep: join(folder, 'sweep.html') };

  beforeAll(async () => {
    writeFileSync(files.search, await search());
    writeFileSync(files.sweep, await sweep());
    browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function open(file: string, width: number, scheme: 'light' | 'dark'): Promise<{ page: Page; said: string[] }> {
    const page = await browser.newPage({ viewport: { width, height: 844 }, colorScheme: scheme });
    const said: string[] = [];
    page.on('console', (message) => said.push(message.text()));
    page.on('pageerror', (error) => said.push(error.message));
    page.on('dialog', (dialog) => {
      said.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
    await page.goto(pathToFileURL(file).href);
    return { page, said };
  }

  it.each(CASES)('%i px, %s: quiet, within the screen, readable', async (width, scheme) => {
    for (const file of Object.values(files)) {
      const { page, said } = await open(file, width, scheme);
      expect(said).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
      // Nor is a tile's text wider than the tile.
      expect(
        await page.evaluate(
          "[...document.querySelectorAll('.tiles li')].filter((li) => li.scrollWidth > li.clientWidth).length",
        ),
      ).toBe(0);
      expect(await page.evaluate(`${IN_PAGE}; inPage.contrastProblems()`)).toEqual([]);
      expect(await page.evaluate(`${IN_PAGE}; inPage.labelProblems()`)).toEqual([]);
      await page.close();
    }
  });

  it('the answer stands first, then figures, tables, assumptions, command', async () => {
    for (const file of Object.values(files)) {
      const { page } = await open(file, 1280, 'light');
      const parts = ['.verdict .say', '.tiles li', '#figures figure', 'table.listed', '.assumed li', '#again #command'];
      const tops: number[] = [];
      for (const part of parts) tops.push((await page.locator(part).first().boundingBox())!.y);
      expect(tops).toEqual(tops.toSorted((a, b) => a - b));
      await page.close();
    }
  });

  it('of a sweep, the answer is which settings pass and the cheapest of them', async () => {
    const { page } = await open(files.sweep, 1280, 'light');
    expect(await page.locator('.verdict .say').textContent()).toBe(
      '3 of 6 settings meet their thresholds in every replication; of those population.users=100000, adapter.rank=8 costs least, $0.0877 a user and month.',
    );
    expect(await page.locator('.tiles').textContent()).toMatch(
      /ttft_ms_p99\s*24\u00a0ms – 160\u00a0ms\s*most by adapter\.rank/,
    );
    await page.close();
  });

  it('copies the command and turns dark', async () => {
    const { page } = await open(files.search, 1280, 'light');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.click('header [data-copy=check]');
    await expect.poll(() => page.locator('header [data-copy=check]').textContent()).toBe('Copied');
    const before = await page.evaluate(`${IN_PAGE}; inPage.variant()`);
    await page.click('#theme');
    expect(await page.evaluate(`${IN_PAGE}; inPage.variant()`)).not.toBe(before);
    await page.close();
  });
});
