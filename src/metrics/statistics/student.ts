/**
 * Normal and Student-t quantiles, and the two-sided tail of Student's t. Normal: Acklam's rational approximation (relative error 1.2e-9). Student t: Hill,
 * "Algorithm 396", CACM 1970, exact for 1 and 2 degrees of freedom, otherwise to about
 * six digits.
 */

/** Quantile of the standard normal distribution, 0 < p < 1. */
export function normalQuantile(p: number): number {
  const tail = Math.min(p, 1 - p);
  let z: number;
  if (tail > 0.02425) {
    const q = p - 0.5;
    const r = q * q;
    z =
      ((((((-39.69683028665376 * r + 220.9460984245205) * r - 275.9285104469687) * r + 138.357751867269) * r -
        30.66479806614716) *
        r +
        2.506628277459239) *
        q) /
      (((((-54.47609879822406 * r + 161.5858368580409) * r - 155.6989798598866) * r + 66.80131188771972) * r -
        13.28068155288572) *
        r +
        1);
  } else {
    const q = Math.sqrt(-2 * Math.log(tail));
    const lower =
      (((((-0.007784894002430293 * q - 0.3223964580411365) * q - 2.400758277161838) * q - 2.549732539343734) * q +
        4.374664141464968) *
        q +
        2.938163982698783) /
      ((((0.007784695709041462 * q + 0.3224671290700398) * q + 2.445134137142996) * q + 3.754408661907416) * q + 1);
    z = p < 0.5 ? lower : -lower;
  }
  return z;
}

/** Quantile of Student's t with `df` degrees of freedom, 0 < p < 1. */
export function studentQuantile(p: number, df: number): number {
  if (p < 0.5) return -studentQuantile(1 - p, df);
  if (p === 0.5) return 0;
  const two = 2 * (1 - p);
  if (df === 1) return 1 / Math.tan((two * Math.PI) / 2);
  if (df === 2) return Math.sqrt(2 / (two * (2 - two)) - 2);
  const a = 1 / (df - 0.5);
  const b = 48 / (a * a);
  let c = ((20700 * a) / b - 98) * a - 16;
  c = c * a + 96.36;
  const d = ((94.5 / (b + c) - 3) / b + 1) * Math.sqrt((a * Math.PI) / 2) * df;
  let y = (d * two) ** (2 / df);
  if (y > 0.05 + a) {
    const x = normalQuantile(two / 2);
    y = x * x;
    if (df < 5) c += 0.3 * (df - 4.5) * (x + 0.6);
    c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c;
    y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x;
    y = Math.expm1(a * y * y);
  } else {
    y =
      ((1 / (((df + 6) / (df * y) - 0.089 * d - 0.822) * (df + 2) * 3) + 0.5 / (df + 4)) * y - 1) *
        ((df + 1) / (df + 2)) +
      1 / y;
  }
  return Math.sqrt(df * y);
}

/**
 * P(|T| > |t|) for `df` (a whole number) degrees of freedom: the finite sums of Abramowitz and Stegun, Handbook of Mathematical
 * Functions, 26.7.3 and 26.7.4.
 */
export function studentTails(t: number, df: number): number {
  if (!Number.isFinite(t)) return 0;
  const theta = Math.atan(Math.abs(t) / Math.sqrt(df));
  const [sin, cos] = [Math.sin(theta), Math.cos(theta)];
  const odd = df % 2 === 1;
  let term = odd ? cos : 1;
  let sum = df === 1 ? 0 : term;
  for (let k = odd ? 3 : 2; k < df; k += 2) {
    term *= ((k - 1) / k) * cos * cos;
    sum += term;
  }
  const inside = odd ? (2 / Math.PI) * (theta + sin * sum) : sin * sum;
  return Math.min(1, Math.max(0, 1 - inside));
}
