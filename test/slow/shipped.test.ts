/** Every shipped scenario whole, as its user runs it: it ends well, accounts for every request and draws its report. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { SummaryDocument } from '../../src/metrics/summary-json.ts';

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'mint-slow-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** An hour at two requests a second. */
const trace = join(folder, 'trace.csv');
const time = (seconds: number) => new Date(Date.UTC(2023, 10, 16, 18) + seconds * 1000).toISOString();
const rows = Array.from(
  { length: 7000 },
  (_, i) =>
    `${time(i / 2)
      .replace('T', ' ')
      .replace('Z', '')},${200 + (i % 900)},${20 + (i % 200)}`,
);
writeFileSync(trace, `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join('\n')}\n`);

test.each(readdirSync(join(ROOT, 'scenarios')).filter((name) => name.endsWith('.yaml')))('%s', (name) => {
  const args = name === 'trace-replay.yaml' ? ['--set', `population.arrivals.file=${trace}`] : [];
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      join(ROOT, 'bin/mint-bench.js'),
      'run',
      join('scenarios', name),
      ...args,
      '--replications',
      '1',
      '--json',
      '-q',
      '--out',
      folder,
    ],
    { cwd: ROOT, encoding: 'utf8', env: { PATH: process.env.PATH, NO_COLOR: '1' } },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  const { metrics, passed, run_hash: hash } = JSON.parse(stdout) as SummaryDocument;
  expect(passed).toBe(true);
  expect(metrics.arrivals.value).toBe(metrics.finished.value! + metrics.rejections.value! + metrics.unfinished.value!);
  expect(metrics.arrivals.value).toBeGreaterThan(500);
  const result = readdirSync(folder).find((entry) => entry.endsWith(hash.slice(0, 10)))!;
  expect(readFileSync(join(folder, result, 'report.html'), 'utf8')).toContain('</html>');
});
