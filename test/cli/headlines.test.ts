/** What stands first on a search's page says what the search found, and with which numbers. */
import { expect, it } from 'vitest';
import { interferenceHeadline } from '../../src/cli/headlines/interference.ts';
import { kneeHeadline } from '../../src/cli/headlines/knee.ts';
import { planHeadline } from '../../src/cli/headlines/plan.ts';
import { sensitivityHeadline } from '../../src/cli/headlines/sensitivity.ts';
import type { InterferencePrint } from '../../src/cli/interference-text.ts';
import type { KneePrint } from '../../src/cli/knee-text.ts';
import type { PlanPrint } from '../../src/cli/plan-text.ts';
import type { SensitivityPrint } from '../../src/cli/sensitivity-text.ts';

const threshold = { metric: 'slo_attainment', op: '>=', value: 0.9, severity: 'fail' } as const;
const thresholds = [threshold];

const row = (metric: string, value: number, unit: string) => ({
  metric,
  cohort: 'all',
  unit,
  value,
  n: 1,
  lo: null,
  hi: null,
});

it('of a plan: the answer, its price, what binds it, and the run that checks it; or that there is none', () => {
  const candidates = [8, 16].map((value, i) => ({
    ...{ setting: [{ path: 'hardware.replicas', value }], price: 10 * (i + 1), how: 'whole', failure: null },
    failing: i === 0 ? [{ ...threshold, actual: 0.8, ok: false }] : [],
    rows: [row('slo_attainment', 0.97, 'fraction'), row('cost_usd_per_user_month', 0.25, 'USD')],
  }));
  const binding = { resource: 'GPU slots', reading: 'waits', evidence: ['100% of the slots hold adapters'] };
  const headline = (answer: number | null) =>
    planHeadline({
      result: {
        ...{ answer, candidates, thresholds, headroom: null },
        failing: [{ candidate: 0, binding, differs: { path: 'hardware.replicas', fails: '8', answer: '16' } }],
      },
      ...{ objective: 'usd_per_hour', unit: 'USD', smaller: '', replications: 1, runs: 2 },
      ...{ scenario: 'smoke', fixed: [], thresholds: [] },
    } as unknown as PlanPrint);
  const { verdict, tiles, setting } = headline(1);
  expect(verdict).toMatchObject({
    ...{ outcome: 'pass', word: 'ANSWER', check: 'mint-bench run smoke --set hardware.replicas=16' },
    sentence:
      'hardware.replicas=16 at $20/h, $0.25 a user and month, is the cheapest of 2 configurations that meets slo_attainment >= 90%.',
    thresholds: [{ metric: 'slo_attainment', status: 'pass', measured: '97%', bound: '≥ 90%' }],
  });
  expect(verdict?.because).toEqual([
    {
      text: 'What binds: hardware.replicas=8 ($10/h) fails, slo_attainment is 80%, not >= 90%, short of GPU slots as its waits read. The answer differs in hardware.replicas alone.',
      evidence: ['100% of the slots hold adapters'],
    },
  ]);
  expect(tiles.map(({ label, value }) => `${label} ${value}`)).toEqual([
    ...['hardware.replicas 16', 'usd per hour $20/h', 'Cost of a user $0.25', 'slo_attainment 97%'],
    ...['What binds GPU slots', 'Configurations 2'],
  ]);
  expect(setting[0]).toEqual(['hardware.replicas', '8, 16']);
  expect(headline(null).verdict).toMatchObject({
    ...{ outcome: 'fail', check: null },
    sentence: 'None of 2 configurations meets slo_attainment >= 90%.',
  });
});

it('of a knee: between which values it lies, on which side it holds, and what holds there', () => {
  const axis = { path: 'population.rate', unit: '/s', scale: 1 };
  const knee = (bracket: object) =>
    kneeHeadline({
      result: {
        ...{ axis, thresholds, seeds: ['a', 'b', 'c'] },
        settings: [
          {
            ...{ setting: [], brokenBy: [], binding: null, headroom: null, coverage: 0.75 },
            bracket: {
              ...{ samples: [{ value: 1 }, { value: 4 }], crossings: [2, 2, 2].map((below) => ({ below, above: 3 })) },
              ...{
                mean: { estimate: 2.4, lo: 2, hi: 3 },
                disagreement: null,
                widestGap: 2,
                stretches: [],
                resolved: true,
                ...bracket,
              },
            },
            points: [2, 3].map((value) => ({ value, rows: [row('slo_attainment', 1 - value / 10, 'fraction')] })),
          },
        ],
      },
      smaller: '1/8 of the system',
    } as unknown as KneePrint);
  const below = knee({ verdict: 'knee', side: 'below', bracket: { below: 2, above: 3 } });
  expect(below.verdict?.sentence).toBe(
    'slo_attainment >= 90% breaks between 2/s and 3/s of population.rate: it holds below and breaks above, in every replication.',
  );
  const tile = (of: typeof below, label: string) => of.tiles.find((one) => one.label === label)?.value;
  expect(tile(below, 'Holds in every replication')).toBe('2/s');
  expect(tile(below, 'slo_attainment')).toBe('80%');
  expect(below.setting).toContainEqual(['Simulated at', '1/8 of the system']);
  const above = knee({ verdict: 'knee', side: 'above', bracket: { below: 2, above: 3 } });
  expect(above.verdict?.sentence).toMatch(/holds above and breaks below/);
  expect([tile(above, 'Holds in every replication'), tile(above, 'slo_attainment')]).toEqual(['3/s', '70%']);
  expect(knee({ verdict: 'holds', bracket: null }).verdict).toMatchObject({ outcome: 'pass', word: 'HOLDS' });
  expect(knee({ verdict: 'breaks', bracket: null }).verdict).toMatchObject({ outcome: 'fail', word: 'BREAKS' });
});

it('of a sensitivity: the first metric that anything moves, and joint draws in which every threshold holds, not each for itself', () => {
  const end = (value: number) => ({ value, metric: [], passes: true, failure: null });
  const rate = {
    ...{ key: 'rate', label: 'request rate', unit: '', swing: 3, at: { low: 90, high: 200 } },
    ...{ low: end(0.8), high: end(1.25), value: 1 },
  };
  const flip = {
    ...{ key: 'rate', end: 'high', threshold, from: 0.95, to: 0.8, held: { from: 1, to: 0 } },
    between: { below: 1, above: 1.1 },
  };
  const explained = {
    byMetric: new Map([
      ['slo_attainment', { base: 1, effects: [{ ...rate, swing: 0 }], dominant: [] }],
      ['ttft_ms_p99', { base: 100, effects: [rate], dominant: ['rate'] }],
    ]),
    ...{ flips: [flip, flip], thresholds: [threshold, threshold], base: { passes: true }, varied: 1 },
    joint: {
      draws: [{ holds: [true, false] }, { holds: [false, true] }, { holds: [true, true] }],
      byMetric: new Map([['ttft_ms_p99', [90, 120, 300]]]),
    },
  };
  const { verdict, tiles } = sensitivityHeadline({
    ...{ explained, replications: 1, smaller: '' },
  } as unknown as SensitivityPrint);
  expect(verdict?.sentence).toBe(
    'ttft_ms_p99 rests on request rate. The verdict (passes) changes within the range of 1 parameter. In 1 of 3 joint draws every threshold holds.',
  );
  expect(verdict?.because[0].evidence[0]).toMatch(
    /^request rate at ×1\.25: slo_attainment >= 90% is 80% instead of 95%/,
  );
  expect(tiles.find(({ label }) => label === 'request rate')).toEqual({
    ...{ label: 'request rate', value: '90 ms – 200 ms', note: 'ttft_ms_p99 at ×0.8 to ×1.25' },
  });
  expect(tiles.find(({ label }) => label === 'ttft_ms_p99')?.note).toBe('joint draws: 90 ms to 300 ms');
});

it('of a sensitivity: passes only where joint draws do too', () => {
  const of = (holding: number) =>
    sensitivityHeadline({
      explained: {
        byMetric: new Map([['slo_attainment', { base: 1, effects: [], dominant: [] }]]),
        ...{ flips: [], thresholds: [threshold], base: { passes: true }, varied: 1 },
        joint: {
          draws: Array.from({ length: 20 }, (_, i) => ({ holds: [i < holding] })),
          byMetric: new Map(),
        },
      },
      ...{ replications: 1, smaller: '' },
    } as unknown as SensitivityPrint).verdict;
  expect(of(4)).toMatchObject({ outcome: 'none', word: '' });
  expect(of(20)).toMatchObject({ outcome: 'pass', word: 'ROBUST' });
});

it('of interference: what sharing costs a request, and what would be gained most', () => {
  const lost = (value: number) => ({ effect: { lost_ms: { value } } });
  const asked = {
    cohort: 'tenants',
    base: { alone_ms: 610, losses: { lost_ms: { value: 1190 } } },
    mechanisms: { activation: lost(5), links: lost(960), kv: lost(0) },
    ...{ together: lost(1000), residual: { lost_ms: { value: 35 } } },
  };
  const { verdict, tiles } = interferenceHeadline({
    ...{ found: { asked }, crowd: [], replications: 1, smaller: '' },
  } as unknown as InterferencePrint);
  expect(verdict?.sentence).toMatch(
    /^Sharing costs a request of tenants 1\.19 s beside the 610 ms .*without shared links .* 960 ms less\.$/,
  );
  expect(tiles.map(({ label, value }) => `${label} ${value}`)).toEqual([
    ...['Alone 610 ms', 'Lost to sharing 1.19 s', 'shared links +960 ms', 'activation +5 ms'],
    ...['All of them together +1 s', 'Of it interaction +35 ms'],
  ]);
});
