/**
 * A bounded sample of single requests, for requests.arrow and scatter plots.
 *
 * A request is kept where a hash of its number in the cell is a multiple of `every`; when the sample is full, `every` doubles
 * and the requests that no longer qualify are dropped. The sample so is a uniform one at every moment, never larger than its
 * capacity, and the same for any number of workers.
 */
import { hash32 } from '../sim/random/hash.ts';

/**
 * What is kept of a request; times in ns, −1 where there is none (a refused request has no first token). All but `end_state`
 * are the fields of a row of finished.ts, in its order.
 */
export const SAMPLE_FIELDS = [
  'user',
  'adapter',
  'cohort',
  'replica',
  'lookup_tier',
  'arrival',
  'first_token',
  'end',
  'prompt_tokens',
  'output_tokens',
  'queue',
  'adapter_wait',
  'alone',
  'end_state',
] as const;
export type SampleField = (typeof SAMPLE_FIELDS)[number];
const WIDTH = SAMPLE_FIELDS.length;

export interface CellSample {
  /** One request in `every` stands in the sample. */
  every: number;
  size: number;
  /** size × SAMPLE_FIELDS, one request after the other. */
  rows: Float64Array;
  /** The hash of each request's number: those that are multiples of 2^k are the sample at distance 2^k. */
  keys: Uint32Array;
}

/** The sample of a run: at one distance in all cells, so that every request of it stands for as many. */
export interface RunSample {
  every: number;
  cells: Int32Array;
  rows: Float64Array;
}

/** Requests of a run's sample, at most. */
export const MOST_SAMPLED = 20_000;

export const mergeSamples = (cells: readonly CellSample[], most: number = MOST_SAMPLED): RunSample =>
  mergeSampled(cells, most, WIDTH);

/** Rows of `width` fields that cells sampled by hash, thinned to one distance, the smallest that leaves at most `most`. */
export function mergeSampled(
  cells: readonly Pick<CellSample, 'every' | 'keys' | 'rows'>[],
  most: number,
  width: number,
): RunSample {
  const kept = (every: number) =>
    cells.reduce((sum, { keys }) => sum + keys.reduce((n, key) => n + ((key & (every - 1)) === 0 ? 1 : 0), 0), 0);
  let every = Math.max(...cells.map((cell) => cell.every));
  let size = kept(every);
  while (size > most) size = kept((every *= 2));
  const numbers = new Int32Array(size);
  const rows = new Float64Array(size * width);
  let at = 0;
  cells.forEach((cell, number) => {
    cell.keys.forEach((key, i) => {
      if ((key & (every - 1)) !== 0) return;
      rows.set(cell.rows.subarray(i * width, (i + 1) * width), at * width);
      numbers[at++] = number;
    });
  });
  return { every, cells: numbers, rows };
}

export class RequestSample {
  private every: number;
  private readonly capacity: number;
  private readonly rows: Float64Array;
  private readonly hashes: Uint32Array;
  private size = 0;
  private seen = 0;

  /** `every` is rounded up to a power of two. */
  constructor(every: number, capacity: number) {
    this.every = 2 ** Math.max(0, Math.ceil(Math.log2(Math.max(1, every))));
    this.capacity = Math.max(1, Math.floor(capacity));
    this.rows = new Float64Array(this.capacity * WIDTH);
    this.hashes = new Uint32Array(this.capacity);
  }

  /** Counts one request; true where it is to be kept. */
  wants(): boolean {
    this.seen++;
    return (hash32(0, this.seen, 0) & (this.every - 1)) === 0;
  }

  /** Keeps the request that `wants` said yes to: a finished one, its fields at row[at …] in SAMPLE_FIELDS order. */
  keep(row: Float64Array, at: number): void {
    const to = this.place();
    if (to < 0) return;
    for (let field = 0; field < WIDTH - 1; field++) this.rows[to + field] = row[at + field];
    this.rows[to + WIDTH - 1] = 0;
  }

  /** Keeps a request that ended without an answer. */
  keepRefused(user: number, cohort: number, arrivalNs: number, endNs: number, endState: number): void {
    const to = this.place();
    if (to < 0) return;
    this.rows.fill(-1, to, to + WIDTH);
    this.rows[to] = user;
    this.rows[to + 2] = cohort;
    this.rows[to + 5] = arrivalNs;
    this.rows[to + 7] = endNs;
    this.rows[to + WIDTH - 1] = endState;
  }

  /** Where the current request's row goes, −1 where thinning has just ruled it out. */
  private place(): number {
    const key = hash32(0, this.seen, 0) >>> 0;
    while (this.size === this.capacity) this.thin();
    if ((key & (this.every - 1)) !== 0) return -1;
    this.hashes[this.size] = key;
    return this.size++ * WIDTH;
  }

  pack(): CellSample {
    return {
      every: this.every,
      size: this.size,
      rows: this.rows.slice(0, this.size * WIDTH),
      keys: this.hashes.slice(0, this.size),
    };
  }

  private thin(): void {
    this.every *= 2;
    let kept = 0;
    for (let i = 0; i < this.size; i++) {
      if ((this.hashes[i] & (this.every - 1)) !== 0) continue;
      this.rows.copyWithin(kept * WIDTH, i * WIDTH, (i + 1) * WIDTH);
      this.hashes[kept++] = this.hashes[i];
    }
    this.size = kept;
  }
}
