import { describe, expect, it } from 'vitest';
import { coefficients } from '../../../src/sim/cost/coefficients.ts';
import { TICKS_PER_SECOND } from '../../../src/sim/cost/step-cost.ts';
import { scenario } from './scenario.ts';

const create = (params: object = {}, serving: object = {}) =>
  coefficients.create(coefficients.params.parse(params), scenario({ serving }));
const lora = (distinct: number, tokens: number) => ({
  tokens,
  distinct,
  distinctByClass: Int32Array.of(distinct),
  tokensByClass: Int32Array.of(tokens),
  maxRank: 16,
});
const ms = (ticks: number) => (ticks / TICKS_PER_SECOND) * 1e3;

describe('measured coefficients', () => {
  it('are the published fit by default', () => {
    // Agullo et al.: (0.0438·B + 10.54) ms · (200 + 1.930·A)%.
    const cost = create();
    for (const [requests, adapters] of [
      [1, 1],
      [32, 8],
      [200, 128],
    ]) {
      const step = 0.0438 * requests + 10.54;
      expect(ms(cost.base[requests])).toBeCloseTo(step, 9);
      expect(ms(cost.base[requests] + cost.lora(lora(adapters, requests), requests))).toBeCloseTo(
        step * (2 + 0.0193 * adapters),
        7,
      );
    }
    expect(cost.attendedTicks + cost.windowedTicks + cost.prefillAttention(100, 100)).toBe(0);
  });

  it('price prompt tokens apart from running requests', () => {
    const cost = create({ step: '10ms', token: '1ms', prefill_token: '0.1ms' }, { max_batch: 4 });
    expect(ms(cost.base[4])).toBeCloseTo(14, 9);
    expect(ms(cost.base[24])).toBeCloseTo(16, 9);
  });

  it('price attention where it was measured', () => {
    const cost = create({ attended_token: '2us', attention_pair: '1us' });
    expect(ms(cost.attendedTicks)).toBeCloseTo(0.002, 12);
    expect(ms(cost.prefillAttention(3, 10))).toBeCloseTo(0.001 * (11 + 12 + 13), 12);
  });
});
