/**
 * The arrivals of S-LoRA's benchmark (S-LoRA/S-LoRA@c1ddf48: benchmarks/trace.py), drawn exactly as its generator draws them: NumPy's
 * legacy stream of seed 42; first all adapters, int(power(alpha) · n); then all prompt lengths, all answer lengths, and the gaps,
 * gamma with shape 1/cv² and mean 1/rate. Times, adapters and lengths are therefore those of the published runs.
 *
 * Its adapters are numbered from the most popular on, and so are those of a single cohort in a single cell here.
 */
import * as z from 'zod';
import { count, duration, number, positive, rate } from '../../../scenario/units.ts';
import { toNs } from '../../clock.ts';
import { NumpyLegacy } from '../../random/numpy-legacy.ts';
import type { ArrivalContext, ArrivalEntry, ArrivalProcess } from './process.ts';

interface Params {
  rate: number;
  length: number;
  alpha: number;
  cv: number;
  min_tokens: number;
  max_tokens: number;
  seed: number;
}

class SLoraArrivals implements ArrivalProcess {
  nextNs = Number.POSITIVE_INFINITY;
  readonly cohort = 0;
  readonly rank = -1;
  readonly reacts = false;
  adapter = 0;
  promptTokens = 0;
  outputTokens = 0;
  private readonly arrivalNs: Float64Array;
  private readonly adapters: Int32Array;
  private readonly prompts: Int32Array;
  private readonly outputs: Int32Array;
  private row = -1;

  constructor(params: Params, { cell, catalog, cellRates }: ArrivalContext) {
    if (cellRates.length > 1 && cell === 0)
      throw new RangeError('arrivals s-lora are those of one server: set hardware.cells to 1');
    const requests = Math.floor(params.rate * params.length);
    const random = new NumpyLegacy(params.seed);
    const draws = (draw: () => number) => Array.from({ length: requests }, draw);
    const { adapters } = catalog;
    this.adapters = Int32Array.from(draws(() => Math.floor(random.power(params.alpha) * adapters)));
    this.prompts = Int32Array.from(draws(() => random.randint(params.min_tokens, params.max_tokens)));
    this.outputs = Int32Array.from(draws(() => random.randint(params.min_tokens, params.max_tokens)));
    const shape = 1 / params.cv ** 2;
    const scale = params.cv ** 2 / params.rate;
    let at = 0;
    this.arrivalNs = Float64Array.from(draws(() => toNs((at += random.gamma(shape, scale)))));
    this.advance();
  }

  advance(): void {
    const row = ++this.row;
    if (row >= this.arrivalNs.length) {
      this.nextNs = Number.POSITIVE_INFINITY;
      return;
    }
    this.nextNs = this.arrivalNs[row];
    this.adapter = this.adapters[row];
    this.promptTokens = this.prompts[row];
    this.outputTokens = this.outputs[row];
  }

  ended(): void {}
}

export const sLora: ArrivalEntry<Params> = {
  summary: "the requests of S-LoRA's benchmark, drawn bit for bit as its generator draws them",
  source: 'Sheng et al., S-LoRA, MLSys 2024; S-LoRA/S-LoRA@c1ddf48: benchmarks/trace.py',
  params: z.strictObject({
    rate: rate({ above: 0, max: 1e4 }).default(2).describe('Mean request rate.'),
    length: duration({ above: 0, max: 86_400 })
      .default(300)
      .describe('int(rate · length) requests are drawn; the last may come later, or earlier.'),
    alpha: positive({ max: 100 }).default(1).describe("NumPy's power distribution over adapters; 1 is uniform."),
    cv: number({ min: 1, max: 20 }).default(1).describe('Coefficient of variation of the gaps, from 1 on.'),
    min_tokens: count({ min: 1, max: 1e6 }).default(8).describe('Shortest prompt and answer.'),
    max_tokens: count({ min: 2, max: 1e6 }).default(512).describe('One more than the longest prompt and answer.'),
    seed: count({ max: 4294967295 }).default(42).describe('Seed of the legacy NumPy stream.'),
  }),
  sessions: false,
  crowds: false,
  create: (params, context) => new SLoraArrivals(params, context),
};
