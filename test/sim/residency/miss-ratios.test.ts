/**
 * Miss counts of every policy on one fixed Zipf(1) stream of 20,000 requests for 2,000 keys, by capacity. A change in this
 * table is a change in a policy's decisions: explain it, then update with `npm run golden:update`.
 */
import { expect, it } from 'vitest';
import { EVICTION } from '../../../src/sim/residency/eviction/index.ts';
import { replay } from '../../../src/sim/residency/replay.ts';
import { bits32, draws, zipf } from './traces.ts';

const CAPACITIES = [10, 20, 50, 100, 200, 500, 1000, 2000];

it('miss counts on a fixed Zipf stream', () => {
  const keys = draws(zipf(2_000, 1), 20_000, 42);
  const rows = [...Object.keys(EVICTION), 'belady'].map((name) => {
    const misses = CAPACITIES.map(
      (capacity) => replay(name, { keys, universe: 2_000 }, { capacity, random32: bits32(1) }).misses,
    );
    return name.padEnd(10) + misses.map((count) => String(count).padStart(7)).join('');
  });
  const header = 'capacity  '.padEnd(10) + CAPACITIES.map((capacity) => String(capacity).padStart(7)).join('');
  expect(`\n${[header, ...rows].join('\n')}\n`).toMatchInlineSnapshot(`
    "
    capacity       10     20     50    100    200    500   1000   2000
    lru         16473  14641  12003   9913   7812   5026   2948   1799
    fifo        16933  15436  13039  10991   8856   5873   3449   1799
    lfu         13133  12037   9811   8151   6457   4321   2792   1799
    clock       16192  14303  11716   9635   7583   4836   2872   1799
    sieve       13807  12035   9911   8082   6429   4321   2792   1799
    s3-fifo     13399  11861   9726   8075   6421   4427   2814   1799
    w-tinylfu   13721  11947   9675   8007   6291   4202   2782   1799
    arc         13913  12236  10005   8323   6632   4572   2821   1799
    gdsf        14806  12923  10654   8749   6883   4510   2800   1799
    random      16883  15319  13026  11016   8819   5856   3453   1799
    belady      12152  10280   7915   6213   4629   2844   1962   1799
    "
  `);
});

it('byte misses on the same stream with sizes 1, 2, 4 and 8', () => {
  const keys = draws(zipf(2_000, 1), 20_000, 42);
  const random = bits32(9);
  const classOfKey = Uint8Array.from({ length: 2_000 }, () => random() & 3);
  const classes = Uint8Array.from(keys, (key) => classOfKey[key]);
  const weights = { classes, sizes: Float64Array.of(1, 2, 4, 8), costs: Float64Array.of(1, 1, 1, 1) };
  const rows = [...Object.keys(EVICTION), 'belady'].map((name) => {
    const misses = CAPACITIES.map((capacity) => {
      const result = replay(name, { keys, universe: 2_000, weights }, { capacity: 4 * capacity, random32: bits32(1) });
      return result.requestBytes - result.hitBytes;
    });
    return name.padEnd(10) + misses.map((bytes) => String(bytes).padStart(7)).join('');
  });
  const header = 'bytes     '.padEnd(10) + CAPACITIES.map((capacity) => String(4 * capacity).padStart(7)).join('');
  expect(`\n${[header, ...rows].join('\n')}\n`).toMatchInlineSnapshot(`
    "
    bytes          40     80    200    400    800   2000   4000   8000
    lru         54061  49871  42035  34856  27547  17580   9962   6580
    fifo        54858  51124  44640  38193  31039  20244  11788   6580
    lfu         45248  41576  34424  28914  22612  15475   9546   6580
    clock       53635  49055  40985  33908  26843  17129   9821   6580
    sieve       48851  41933  33891  28431  22346  15475   9546   6580
    s3-fifo     47238  41359  34488  28652  22922  15786   9686   6580
    w-tinylfu   48051  41821  34587  28993  22685  15198   9509   6580
    arc         48646  42537  35269  29556  23525  16270   9690   6580
    gdsf        50956  47342  37007  32134  25366  16330   9772   6580
    random      54839  51366  44677  37919  30660  20351  11455   6580
    belady      42724  36255  28010  22066  16413   9999   6888   6580
    "
  `);
});
