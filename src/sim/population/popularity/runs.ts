/**
 * A law that is constant over runs of ranks: the common form of the uniform and the empirical laws. Sums are counts, and a
 * draw is an alias draw of the run and a uniform place in it.
 */
import { AliasTable } from '../../random/alias.ts';
import type { Prng } from '../../random/prng.ts';
import { type PopularityLaw, progressionLength, type RankDraw } from './law.ts';

export interface Run {
  /** One past the last rank of the run. */
  end: number;
  /** Weight of each rank in it. */
  weight: number;
}

export class RunLaw implements PopularityLaw {
  readonly support: number;
  private readonly runs: readonly Run[];

  /** @param runs consecutive from rank 0, weights positive and non-increasing */
  constructor(runs: readonly Run[]) {
    this.runs = runs;
    this.support = runs[runs.length - 1].end;
  }

  weight(rank: number, base: number): number {
    return this.absolute(rank) / this.absolute(base);
  }

  sum(first: number, stride: number, base: number): number {
    let sum = 0;
    let done = 0;
    for (const run of this.runs) {
      const upTo = progressionLength(first, stride, run.end);
      sum += (upTo - done) * run.weight;
      done = upTo;
    }
    return sum / this.absolute(base);
  }

  sampler(first: number, stride: number): RankDraw {
    const ends = this.runs.map((run) => progressionLength(first, stride, run.end));
    return new RunDraw(
      ends,
      this.runs.map((run) => run.weight),
    );
  }

  private absolute(rank: number): number {
    for (const run of this.runs) if (rank < run.end) return run.weight;
    return 0;
  }
}

class RunDraw implements RankDraw {
  private readonly starts: Float64Array;
  private readonly counts: Float64Array;
  private readonly table: AliasTable;

  constructor(ends: readonly number[], weights: readonly number[]) {
    this.starts = Float64Array.from(ends, (_, i) => (i === 0 ? 0 : ends[i - 1]));
    this.counts = Float64Array.from(ends, (end, i) => end - this.starts[i]);
    this.table = new AliasTable(this.counts.map((count, i) => count * weights[i]));
  }

  draw(random: Prng): number {
    const run = this.table.size === 1 ? 0 : this.table.draw(random);
    return this.starts[run] + random.integer(this.counts[run]);
  }
}
