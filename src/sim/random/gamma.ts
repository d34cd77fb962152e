/**
 * Gamma variates with scale 1 by Marsaglia and Tsang, "A simple method for generating gamma variables", ACM TOMS 2000;
 * shapes below 1 by their boost, G(shape) = G(shape + 1)·U^(1/shape). About 1.05 normal variates a draw.
 */
import type { Prng } from './prng.ts';

export class GammaVariate {
  readonly shape: number;
  private readonly d: number;
  private readonly c: number;
  /** 1/shape where the boost applies, else 0. */
  private readonly boost: number;

  constructor(shape: number) {
    if (!(shape > 0 && shape < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`the shape of a gamma law is ${shape}; expected a finite number above 0`);
    }
    this.shape = shape;
    this.boost = shape < 1 ? 1 / shape : 0;
    this.d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    this.c = 1 / Math.sqrt(9 * this.d);
  }

  draw(random: Prng): number {
    const { d, c } = this;
    for (;;) {
      const x = random.normal();
      const root = 1 + c * x;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = random.uniform();
      const xx = x * x;
      if (u < 1 - 0.0331 * xx * xx || Math.log(u) < 0.5 * xx + d * (1 - v + Math.log(v))) {
        return this.boost === 0 ? d * v : d * v * Math.exp(Math.log(random.uniform()) * this.boost);
      }
    }
  }
}
