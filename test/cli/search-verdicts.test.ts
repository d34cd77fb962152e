/** The sentence that stands first on a search's page says what the search found, not what it looked at. */
import { expect, it } from 'vitest';
import type { InterferencePrint } from '../../src/cli/interference-text.ts';
import type { KneePrint } from '../../src/cli/knee-text.ts';
import type { PlanPrint } from '../../src/cli/plan-text.ts';
import { interferenceVerdict, kneeVerdict, planVerdict, sensitivityVerdict } from '../../src/cli/search-verdicts.ts';
import type { SensitivityPrint } from '../../src/cli/sensitivity-text.ts';
import { searchPage } from '../../src/report/html/search-page.ts';

const threshold = { metric: 'slo_attainment', op: '>=', value: 0.9, severity: 'fail' } as const;
const thresholds = [threshold];

it('names the answer of a plan and its price, or says that there is none', () => {
  const candidates = [8, 16].map((value, i) => ({
    setting: [{ path: 'hardware.replicas', value }],
    price: 10 * (i + 1),
  }));
  const verdict = (answer: number | null) =>
    planVerdict({
      result: { answer, candidates, thresholds },
      objective: 'usd_per_hour',
      unit: 'USD',
    } as unknown as PlanPrint);
  expect(verdict(1)).toEqual({
    outcome: 'pass',
    sentence: 'hardware.replicas=16 at $20/h is the cheapest of 2 configurations that meets slo_attainment >= 90%.',
  });
  expect(verdict(null)).toMatchObject({
    outcome: 'fail',
    sentence: 'None of 2 configurations meets slo_attainment >= 90%.',
  });
});

it('says between which values a knee lies and on which side it holds', () => {
  const axis = { path: 'population.rate', unit: '/s', scale: 1 };
  const knee = (bracket: object) =>
    kneeVerdict({ result: { axis, thresholds, settings: [{ bracket }] } } as unknown as KneePrint).sentence;
  expect(knee({ verdict: 'knee', side: 'below', bracket: { below: 2, above: 3 } })).toMatch(
    /breaks between 2\S* and 3\S* of population\.rate: it holds below and breaks above/,
  );
  expect(knee({ verdict: 'knee', side: 'above', bracket: { below: 2, above: 3 } })).toMatch(
    /holds above and breaks below/,
  );
  expect(knee({ verdict: 'holds' })).toMatch(/holds everywhere/);
  expect(knee({ verdict: 'breaks' })).toMatch(/breaks everywhere/);
});

it('counts the joint draws in which every threshold holds, not each for itself', () => {
  const explained = {
    byMetric: new Map([['slo_attainment', { effects: [{ key: 'rate', label: 'request rate' }], dominant: ['rate'] }]]),
    flips: [{ key: 'rate' }, { key: 'rate' }],
    thresholds: [threshold, threshold],
    base: { passes: true },
    joint: { draws: [{ holds: [true, false] }, { holds: [false, true] }, { holds: [true, true] }] },
  };
  expect(sensitivityVerdict({ explained } as unknown as SensitivityPrint).sentence).toBe(
    'slo_attainment rests on request rate. Its verdict (passes) changes within the range of 1 parameter. In 1 of 3 joint draws every threshold holds.',
  );
});

it('says what sharing costs a request, and what would be gained most', () => {
  const lost = (value: number) => ({ effect: { lost_ms: { value } } });
  const asked = {
    cohort: 'tenants',
    base: { alone_ms: 610, losses: { lost_ms: { value: 1190 } } },
    mechanisms: { activation: lost(5), links: lost(960) },
  };
  const { sentence } = interferenceVerdict({ found: { asked } } as unknown as InterferencePrint)!;
  expect(sentence).toMatch(
    /^Sharing costs a request of tenants 1\.19 s beside the 610 ms .*without shared links .* 960 ms less\.$/,
  );
});

it('stands first on the page, escaped', () => {
  const page = searchPage(
    {
      ...{
        schema_version: 1,
        kind: 'plan',
        name: 'x',
        description: '',
        source: 'x',
        command: 'c',
        text: 't',
        figures: [],
      },
      verdict: { outcome: 'pass', sentence: 'a < b' },
    },
    [],
  );
  expect(page).toMatch(/class="verdict pass">.*a &lt; b.*<\/header>/s);
});
