import { describe, expect, it } from 'vitest';
import { progressText } from '../../src/cli/progress.ts';
import { summaryText } from '../../src/cli/summary-text.ts';
import { METRICS } from '../../src/metrics/catalog/index.ts';
import type { SummaryDocument } from '../../src/metrics/summary-json.ts';

const plain = (_style: unknown, text: string) => text;

describe('the summary of a run', () => {
  const cohorts = { chat: { value: 3, n: 1 }, code: { value: null, n: 0 } };
  const metrics = Object.fromEntries(
    METRICS.map(({ name, unit }, i) => [name, { unit, value: unit === 'fraction' ? 0.5 : i, n: 1, cohorts }]),
  );
  const document = {
    thresholds: [
      { metric: 'ttft_ms_p99', op: '<', value: 2000, actual: 1500, ok: true, severity: 'fail' },
      { metric: 'slo_attainment', op: '>=', value: 0.99, actual: 0.5, ok: false, severity: 'fail' },
      { metric: 'tpot_ms_p99', op: '<', value: 10, actual: null, ok: false, severity: 'warn' },
    ],
    metrics,
    counters: { chat: {}, code: {} },
  } as unknown as SummaryDocument;

  it('puts the verdicts first', () => {
    expect(summaryText(document, plain).split('\n').slice(0, 4)).toEqual(
      [
        'pass  ttft_ms_p99 < 2,000     1,500',
        'fail  slo_attainment >= 0.9900  0.5000',
        'warn  tpot_ms_p99 < 10             –',
        '',
      ].map((line) => expect.stringMatching(new RegExp(`^${line.replaceAll(/\s+/g, '\\s+')}$`))),
    );
  });

  it('shows only metrics that the catalog has, each with its value', () => {
    const text = summaryText(document, plain);
    for (const name of ['finished', 'hit_ratio_gpu', 'replica_utilisation', 'cost_usd_per_user_month'])
      expect(text).toMatch(new RegExp(`^ {2}${name} `, 'm'));
    for (const name of ['ttft_ms', 'itl_ms', 'slowdown']) expect(text).toMatch(new RegExp(`^${name} +\\d`, 'm'));
    expect(text).toMatch(/^chat +3 /m);
    expect(text).toMatch(/^code +– /m);
    expect(text).not.toMatch(/undefined|NaN/);
    expect(text.endsWith('\n') && !text.endsWith('\n\n')).toBe(true);
  });

  it('names no metric that the catalog lacks', () => {
    // A renamed metric would silently vanish from the summary: without it the text is shorter.
    const lines = summaryText(document, plain).split('\n').length;
    expect(lines).toBe(3 + 1 + (1 + 8 + 1) + (1 + 9 + 1) + (1 + 6 + 1) + (1 + 7 + 1) + (1 + 2) + 1);
  });
});

describe('progress', () => {
  it('says how far, how fast and how long', () => {
    const state = { share: 0.25, elapsed: 10, arrivals: 1_234_567, events: 25_000_000 };
    expect(progressText('1M', state, 200)).toBe(
      '1M  ██████░░░░░░░░░░░░░░░░░░   25%  1,234,567 requests  2,500,000 events/s  ETA 30 s',
    );
    expect([...progressText('1M', state, 40)]).toHaveLength(40);
    expect(progressText('', { share: 0, elapsed: 0, arrivals: 0, events: 0 }, 200)).toBe(
      `${'░'.repeat(24)}    0%  0 requests`,
    );
    expect(progressText('x', { ...state, share: 1 }, 200)).toContain('100%');
  });
});
