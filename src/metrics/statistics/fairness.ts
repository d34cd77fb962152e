/**
 * Fairness of a division over many: Jain's index (Jain, Chiu, Hawe, DEC-TR-301, 1984), the Gini coefficient and the Lorenz
 * curve. The grouped forms take 10^8 users without sorting them.
 */
import { BUCKETS, bucketOf } from '../histogram.ts';

/** (Σx)² / (n Σx²): 1 where all get the same, 1/n where one gets everything. Null for no values or all zero. */
export function jain(values: Iterable<number>): number | null {
  let n = 0;
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    n++;
    sum += value;
    squares += value * value;
  }
  return squares > 0 ? (sum * sum) / (n * squares) : null;
}

/** Gini coefficient of non-negative values: 0 where all have the same, (n − 1)/n where one has everything. O(n log n). */
export function gini(values: ArrayLike<number>): number | null {
  const sorted = Float64Array.from(values).sort();
  let sum = 0;
  let weighted = 0;
  for (let i = 0; i < sorted.length; i++) {
    sum += sorted[i];
    weighted += (i + 1) * sorted[i];
  }
  const n = sorted.length;
  return sum > 0 ? (2 * weighted) / (n * sum) - (n + 1) / n : null;
}

/** A point of the Lorenz curve: the poorest `population` share holds the `holding` share. */
export interface LorenzPoint {
  population: number;
  holding: number;
}

/**
 * Collects values by histogram bucket with exact counts and sums. The curve is exact at the bucket edges; between them it is a
 * chord, so the Gini coefficient is low by less than RELATIVE_ERROR of histogram.ts. O(1) a value, no sort.
 */
export class LorenzSketch {
  private readonly counts = new Float64Array(BUCKETS);
  private readonly sums = new Float64Array(BUCKETS);

  add(value: number): void {
    const bucket = bucketOf(value);
    this.counts[bucket]++;
    this.sums[bucket] += value;
  }

  /** From (0, 0) to (1, 1), ascending; empty where nothing, or only zeros, was added. */
  curve(): LorenzPoint[] {
    const total = this.sums.reduce((sum, value) => sum + value, 0);
    const n = this.counts.reduce((sum, value) => sum + value, 0);
    if (total === 0) return [];
    const points: LorenzPoint[] = [{ population: 0, holding: 0 }];
    let count = 0;
    let sum = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      if (this.counts[bucket] === 0) continue;
      count += this.counts[bucket];
      sum += this.sums[bucket];
      points.push({ population: count / n, holding: sum / total });
    }
    return points;
  }

  gini(): number | null {
    const points = this.curve();
    if (points.length === 0) return null;
    let area = 0;
    for (let i = 1; i < points.length; i++) {
      area += (points[i].population - points[i - 1].population) * (points[i].holding + points[i - 1].holding);
    }
    return 1 - area;
  }
}
