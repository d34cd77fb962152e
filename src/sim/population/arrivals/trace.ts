/**
 * Replay of a recorded trace: times and lengths from its rows, adapters by the popularity law, since no public trace names
 * adapters. Each row belongs to one cell and cohort, in proportion to their rates, by a hash of its number: cells agree on the
 * split without talking. Rows are read outside the simulation (scenario/trace.ts).
 */
import * as z from 'zod';
import type { Trace } from '../../../scenario/trace.ts';
import { count, positive } from '../../../scenario/units.ts';
import { hashFraction } from '../../random/hash.ts';
import { streamKey } from '../../random/streams.ts';
import type { ArrivalContext, ArrivalEntry, ArrivalProcess } from './process.ts';

export interface TraceParams {
  file: string;
  format: 'auto' | 'azure' | 'mooncake' | 'arrow';
  speedup: number;
  repeat: number;
  limit: number;
}

class TraceArrivals implements ArrivalProcess {
  readonly reacts = false;
  nextNs = Number.POSITIVE_INFINITY;
  cohort = 0;
  readonly rank = -1;
  readonly adapter = -1;
  promptTokens = 0;
  outputTokens = 0;
  private readonly trace: Trace;
  private readonly rows: number;
  private readonly repeat: number;
  private readonly speedup: number;
  /** Time from the start of one repetition to the next: the last row, and one mean gap, ns of the trace. */
  private readonly spanNs: number;
  private readonly key: number;
  /** Where this cell begins on the scale 0 … 1 that rows hash to, and where each of its cohorts ends. */
  private readonly low: number;
  private readonly ends: Float64Array;
  private row = -1;
  private round = 0;

  constructor({ speedup, repeat, limit }: TraceParams, context: ArrivalContext, trace: Trace) {
    this.trace = trace;
    this.rows = Math.min(limit, trace.arrivalNs.length);
    this.repeat = repeat;
    this.speedup = speedup;
    const lastNs = this.rows > 0 ? trace.arrivalNs[this.rows - 1] : 0;
    this.spanNs = lastNs + lastNs / Math.max(1, this.rows - 1);
    this.key = streamKey(context.seed, 'trace');
    const total = context.cellRates.reduce((a, b) => a + b, 0);
    let end = context.cellRates.subarray(0, context.cell).reduce((a, b) => a + b, 0);
    this.low = end / total;
    this.ends = context.rates.map((rate) => (end += rate) / total);
    // Sums in another order differ by rounding: the last cell must reach exactly 1.
    if (context.cell === context.cellRates.length - 1) this.ends[lastPositive(context.rates)] = 1;
    this.advance();
  }

  advance(): void {
    const { trace, ends, low } = this;
    const last = ends.length - 1;
    for (;;) {
      if (++this.row >= this.rows) {
        this.row = 0;
        if (++this.round >= this.repeat || this.rows === 0) {
          this.nextNs = Number.POSITIVE_INFINITY;
          return;
        }
      }
      const u = hashFraction(this.key, this.row, this.round);
      if (u < low || u >= ends[last]) continue;
      let k = 0;
      while (u >= ends[k]) k++;
      this.cohort = k;
      break;
    }
    this.nextNs = Math.round((trace.arrivalNs[this.row] + this.round * this.spanNs) / this.speedup);
    this.promptTokens = trace.promptTokens[this.row];
    this.outputTokens = trace.outputTokens[this.row];
  }

  ended(): void {}
}

function lastPositive(rates: Float64Array): number {
  let k = rates.length - 1;
  while (k > 0 && rates[k] === 0) k--;
  return k;
}

export const trace: ArrivalEntry<TraceParams> = {
  summary: 'replay of a trace of times and lengths, adapters assigned by the popularity law',
  source: 'Azure LLM inference trace, Patel et al., ISCA 2024; Mooncake trace, Qin et al., FAST 2025',
  params: z.strictObject({
    file: z.string().default('').describe('The trace: CSV, JSON lines or Arrow.'),
    format: z
      .enum(['auto', 'azure', 'mooncake', 'arrow'])
      .default('auto')
      .describe('What the file holds; auto looks at its first bytes.'),
    speedup: positive().default(1).describe('How many times faster than recorded.'),
    repeat: count({ min: 1, max: 1e6 }).default(1).describe('How often the trace is played, end to end.'),
    limit: count({ min: 1, infinity: true }).default(Number.POSITIVE_INFINITY).describe('Rows to use; none for all.'),
  }),
  sessions: false,
  crowds: true,
  create(params, context) {
    if (context.trace === null) throw new RangeError('arrivals from a trace need the trace: no rows were handed over');
    return new TraceArrivals(params, context, context.trace);
  },
};
