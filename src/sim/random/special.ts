/**
 * Special functions that distributions need: normal CDF, ln Γ, regularised incomplete gamma. Double precision, relative
 * error below 1e-12 where the result is not tiny. Setting up only: none of this runs per draw.
 */

/** Φ(x). Series below |x| = 3, continued fraction beyond (Abramowitz and Stegun 26.2.11 and 26.2.14). */
export function normalCdf(x: number): number {
  const a = Math.abs(x);
  if (a > 39) return x > 0 ? 1 : 0;
  const density = Math.exp(-0.5 * a * a) / Math.sqrt(2 * Math.PI);
  if (a < 3) {
    let term = a;
    let sum = a;
    for (let k = 3; term > sum * 1e-17; k += 2) {
      term *= (a * a) / k;
      sum += term;
    }
    return x > 0 ? 0.5 + density * sum : 0.5 - density * sum;
  }
  let fraction = a;
  for (let k = 100; k >= 1; k--) fraction = a + k / fraction;
  const upper = density / fraction;
  return x > 0 ? 1 - upper : upper;
}

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/** ln Γ(x) for x > 0 (Lanczos, g = 7, nine terms). */
export function lnGamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - lnGamma(1 - x);
  let sum = LANCZOS[0];
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i] / (x - 1 + i);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

/**
 * P(shape, x): the CDF at x of a gamma variate with this shape and scale 1. Series below shape + 1, Lentz's continued
 * fraction above (Press et al., Numerical Recipes, 6.2).
 */
export function gammaCdf(shape: number, x: number): number {
  if (!(x > 0)) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  const front = Math.exp(shape * Math.log(x) - x - lnGamma(shape));
  if (x < shape + 1) {
    let term = 1 / shape;
    let sum = term;
    for (let k = shape + 1; term > sum * 1e-17; k++) {
      term *= x / k;
      sum += term;
    }
    return Math.min(1, front * sum);
  }
  const tiny = 1e-300;
  let b = x + 1 - shape;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 100_000; k++) {
    const a = -k * (k - shape);
    b += 2;
    d = a * d + b;
    d = 1 / (Math.abs(d) < tiny ? tiny : d);
    c = b + a / c;
    if (Math.abs(c) < tiny) c = tiny;
    const step = d * c;
    fraction *= step;
    if (Math.abs(step - 1) < 1e-16) break;
  }
  return Math.max(0, 1 - front * fraction);
}
