/**
 * Nelder and Mead's simplex search (Computer Journal 7, 1965) over parameters with bounds: each is mapped to the whole line by the
 * logit of its place between them, so no step leaves the box. Deterministic.
 */
export interface Bounds {
  readonly start: number;
  readonly low: number;
  readonly high: number;
}

export interface Found {
  readonly values: number[];
  readonly loss: number;
  readonly evaluations: number;
}

const REFLECT = 1;
const EXPAND = 2;
const CONTRACT = 0.5;
const SHRINK = 0.5;
/** First step of each parameter on the logit scale. */
const STEP = 0.8;

export function minimise(
  loss: (values: number[]) => number,
  bounds: readonly Bounds[],
  { evaluations = 150, tolerance = 1e-3 } = {},
): Found {
  const inside = (point: number[]) =>
    point.map((x, i) => bounds[i].low + (bounds[i].high - bounds[i].low) / (1 + Math.exp(-x)));
  let used = 0;
  const at = (point: number[]) => {
    used++;
    return { point, loss: loss(inside(point)) };
  };
  const origin = bounds.map(({ start, low, high }) => {
    const share = Math.min(1 - 1e-6, Math.max(1e-6, (start - low) / (high - low)));
    return Math.log(share / (1 - share));
  });
  const simplex = [at(origin), ...origin.map((_, i) => at(origin.map((x, j) => (i === j ? x + STEP : x))))];
  const mix = (a: number[], b: number[], t: number) => a.map((x, i) => x + t * (b[i] - x));
  while (used < evaluations) {
    simplex.sort((a, b) => a.loss - b.loss);
    const worst = simplex[simplex.length - 1];
    if (worst.loss - simplex[0].loss < tolerance * simplex[0].loss) break;
    const others = simplex.slice(0, -1);
    const centre = origin.map((_, i) => others.reduce((sum, { point }) => sum + point[i], 0) / others.length);
    let next = at(mix(worst.point, centre, 1 + REFLECT));
    if (next.loss < simplex[0].loss) {
      const far = at(mix(worst.point, centre, 1 + EXPAND));
      if (far.loss < next.loss) next = far;
    } else if (next.loss >= others[others.length - 1].loss) {
      const better = next.loss < worst.loss ? next : worst;
      next = at(mix(better.point, centre, CONTRACT));
      if (next.loss >= better.loss) {
        const [best] = simplex;
        simplex.splice(1, simplex.length, ...simplex.slice(1).map(({ point }) => at(mix(point, best.point, SHRINK))));
        continue;
      }
    }
    simplex[simplex.length - 1] = next;
  }
  simplex.sort((a, b) => a.loss - b.loss);
  return { values: inside(simplex[0].point), loss: simplex[0].loss, evaluations: used };
}
