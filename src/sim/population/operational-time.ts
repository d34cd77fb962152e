/**
 * Operational time: the clock on which the mean rate is constant. Arrivals are generated on it and mapped to seconds by the
 * inverse of M(t) = ∫ multiplier, with multiplier(t) = 1 + amplitude·cos(2π(t − peak)/period).
 *
 * M is exact at 4,096 knots a period and straight between them, that is, the rate is constant over 1/4096 of a period (21 s of
 * a day) at its exact mean there. Inversion follows the stream forward: O(1) amortised.
 */
const PIECES = 4096;

export class OperationalTime {
  private readonly period: number;
  private readonly piece: number;
  /** M at the knots of the first period; null where the rate is constant. */
  private readonly knots: Float64Array | null;
  /** Seconds per unit of operational time in each piece. */
  private readonly slopes: Float64Array;
  /** Whole periods before the cursor, and its piece. */
  private periods = 0;
  private cursor = 0;

  constructor({ amplitude, peak, period }: { amplitude: number; peak: number; period: number }) {
    this.period = period;
    this.piece = period / PIECES;
    if (amplitude === 0) {
      this.knots = null;
      this.slopes = new Float64Array(0);
      return;
    }
    const knots = new Float64Array(PIECES + 1);
    const scale = (amplitude * period) / (2 * Math.PI);
    const start = Math.sin((-2 * Math.PI * peak) / period);
    for (let i = 1; i < PIECES; i++) {
      const t = i * this.piece;
      knots[i] = t + scale * (Math.sin((2 * Math.PI * (t - peak)) / period) - start);
    }
    knots[PIECES] = period;
    this.knots = knots;
    this.slopes = Float64Array.from({ length: PIECES }, (_, i) => this.piece / (knots[i + 1] - knots[i]));
  }

  /** The time in seconds at which operational time `tau` is reached. */
  seconds(tau: number): number {
    const { knots, period } = this;
    if (knots === null) return tau;
    let rest = tau - this.periods * period;
    if (rest >= period || rest < 0) {
      this.periods = Math.floor(tau / period);
      this.cursor = 0;
      rest = tau - this.periods * period;
    }
    let i = this.cursor;
    if (rest < knots[i]) i = 0;
    while (i < PIECES - 1 && rest >= knots[i + 1]) i++;
    this.cursor = i;
    return this.periods * period + i * this.piece + (rest - knots[i]) * this.slopes[i];
  }
}
