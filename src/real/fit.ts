/**
 * Fits the simulator's cost of one LoRA operator to measured shapes:
 *
 *   t = operator + adapter·distinct + max(bytes / bandwidth, flops / rate)
 *
 * in relative error, all coefficients non-negative. Which side of the maximum a shape is on depends on the rates, so the fit
 * alternates: assign shapes to sides, solve a weighted least-squares problem with four unknowns exactly (every subset of
 * unknowns held at zero is tried: Lawson and Hanson's problem is tiny here), until the sides no longer change; from several
 * starting rates, keeping the best. O(starts · rounds · 16 · shapes).
 */

export interface FitShape {
  distinct: number;
  bytes: number;
  flops: number;
  seconds: number;
}

/** Seconds, bytes/s and FLOP/s; a rate that no shape was bound by is Infinity. */
export interface Coefficients {
  operator: number;
  adapter: number;
  bytesPerSecond: number;
  flopsPerSecond: number;
}

export function predict(c: Coefficients, shape: Omit<FitShape, 'seconds'>): number {
  return (
    c.operator + c.adapter * shape.distinct + Math.max(shape.bytes / c.bytesPerSecond, shape.flops / c.flopsPerSecond)
  );
}

/** Mean absolute relative error. */
export function meanError(c: Coefficients, shapes: readonly FitShape[]): number {
  return (
    shapes.reduce((sum, shape) => sum + Math.abs(predict(c, shape) - shape.seconds) / shape.seconds, 0) / shapes.length
  );
}

function squaredError(c: Coefficients, shapes: readonly FitShape[]): number {
  return shapes.reduce((sum, shape) => sum + ((predict(c, shape) - shape.seconds) / shape.seconds) ** 2, 0);
}

const UNKNOWNS = 4;

/** Solves the symmetric system over the unknowns in `active`; null where it is singular. */
function solve(normal: Float64Array, right: Float64Array, active: number[]): number[] | null {
  const n = active.length;
  const m = active.map((i) => [...active.map((j) => normal[i * UNKNOWNS + j]), right[i]]);
  for (let c = 0; c < n; c++) {
    let pivot = c;
    for (let r = c + 1; r < n; r++) if (Math.abs(m[r][c]) > Math.abs(m[pivot][c])) pivot = r;
    [m[c], m[pivot]] = [m[pivot], m[c]];
    if (Math.abs(m[c][c]) < 1e-12) return null;
    for (let r = 0; r < n; r++) {
      if (r === c) continue;
      const factor = m[r][c] / m[c][c];
      for (let k = c; k <= n; k++) m[r][k] -= factor * m[c][k];
    }
  }
  return m.map((row, i) => row[n] / row[i]);
}

/** Non-negative least squares of rows·z ≈ targets for `UNKNOWNS` unknowns, by trying every active set. */
function nonNegative(rows: readonly Float64Array[], targets: readonly number[]): number[] {
  // Columns are scaled to unit length, so that seconds and seconds per byte meet the same pivot threshold.
  const length = Array.from({ length: UNKNOWNS }, (_, j) => Math.sqrt(rows.reduce((sum, row) => sum + row[j] ** 2, 0)));
  const normal = new Float64Array(UNKNOWNS * UNKNOWNS);
  const right = new Float64Array(UNKNOWNS);
  for (const [at, row] of rows.entries()) {
    for (let i = 0; i < UNKNOWNS; i++) {
      if (length[i] === 0) continue;
      right[i] += (targets[at] * row[i]) / length[i];
      for (let j = 0; j < UNKNOWNS; j++)
        if (length[j] > 0) normal[i * UNKNOWNS + j] += (row[i] / length[i]) * (row[j] / length[j]);
    }
  }
  let best: number[] = new Array(UNKNOWNS).fill(0);
  let bestError = Infinity;
  for (let mask = 1; mask < 1 << UNKNOWNS; mask++) {
    const active = [0, 1, 2, 3].filter((i) => (mask & (1 << i)) !== 0);
    if (active.some((i) => length[i] === 0)) continue;
    const z = solve(normal, right, active);
    if (z === null || z.some((value) => value < 0 || !Number.isFinite(value))) continue;
    const full = new Array<number>(UNKNOWNS).fill(0);
    active.forEach((i, at) => {
      full[i] = z[at] / length[i];
    });
    const error = rows.reduce(
      (sum, row, at) => sum + full.reduce((t, value, i) => t + value * row[i], -targets[at]) ** 2,
      0,
    );
    if (error < bestError) {
      bestError = error;
      best = full;
    }
  }
  return best;
}

const ROUNDS = 50;
/** Squared relative error of a shape that nobody would act on. */
const NEGLIGIBLE = 1e-9;

/** At least four shapes; throws where there are fewer. */
export function fitOperator(shapes: readonly FitShape[]): Coefficients {
  if (shapes.length < UNKNOWNS) throw new Error(`a fit needs at least ${UNKNOWNS} shapes, there are ${shapes.length}`);
  const intensities = shapes.map((shape) => shape.flops / shape.bytes).sort((a, b) => a - b);
  // The ridge (FLOP/s ÷ bytes/s) from below every shape to above every shape: each start is one first assignment.
  const ridges = [0, 0.25, 0.5, 0.75, 0.9].map((q) => intensities[Math.floor(q * (intensities.length - 1))]);
  let best: Coefficients | null = null;
  let bestError = Infinity;
  for (const ridge of [Infinity, ...ridges]) {
    let bytesBound = shapes.map((shape) => shape.flops / shape.bytes <= ridge);
    for (let round = 0; round < ROUNDS; round++) {
      const rows = shapes.map(({ distinct, bytes, flops, seconds }, i) =>
        Float64Array.of(
          1 / seconds,
          distinct / seconds,
          bytesBound[i] ? bytes / seconds : 0,
          bytesBound[i] ? 0 : flops / seconds,
        ),
      );
      const [operator, adapter, perByte, perFlop] = nonNegative(
        rows,
        shapes.map(() => 1),
      );
      const c = { operator, adapter, bytesPerSecond: 1 / perByte, flopsPerSecond: 1 / perFlop };
      const error = squaredError(c, shapes);
      // Without a better fit the first start stands: it claims no rate that the shapes do not show.
      if (error < bestError - NEGLIGIBLE * shapes.length) {
        bestError = error;
        best = c;
      }
      const next = shapes.map((shape) => shape.bytes * perByte >= shape.flops * perFlop);
      if (next.every((side, i) => side === bytesBound[i])) break;
      bytesBound = next;
    }
  }
  if (best === null) throw new Error('no non-negative coefficients fit the measured shapes');
  return best;
}

/** Only what a launch and an adapter cost, where the shapes cannot tell the rates apart and these are known otherwise. */
export function fitLaunch(
  shapes: readonly FitShape[],
  rates: Pick<Coefficients, 'bytesPerSecond' | 'flopsPerSecond'>,
): Coefficients {
  const free = { operator: 0, adapter: 0, ...rates };
  const rows = shapes.map(({ distinct, seconds }) => Float64Array.of(1 / seconds, distinct / seconds, 0, 0));
  const targets = shapes.map((shape) => 1 - predict(free, shape) / shape.seconds);
  const [operator, adapter] = nonNegative(rows, targets);
  return { operator, adapter, ...rates };
}
