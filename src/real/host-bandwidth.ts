/**
 * Bandwidth of host memory as one JavaScript thread reaches it, and cache flushing. Used by the backends that run on the
 * host; the native ones bring measurements of their own with all threads.
 */
import { hrtime } from 'node:process';
import { lastLevelCacheBytes } from './machine.ts';

/** Fastest of repeated calls within a time budget, in ns: interference only ever adds time. */
export function bestNanoseconds(call: () => void, budgetSeconds: number): number {
  let best = Infinity;
  const end = hrtime.bigint() + BigInt(Math.round(budgetSeconds * 1e9));
  call();
  do {
    const start = hrtime.bigint();
    call();
    best = Math.min(best, Number(hrtime.bigint() - start));
  } while (hrtime.bigint() < end);
  return best;
}

const MAX_FLUSH_BYTES = 2 ** 28;
let flushBuffer: Float64Array | null = null;
let flushValue = 0;

/** Overwrites twice the last-level cache, at most 256 MiB (a virtual machine may report its host's whole cache). */
export function flushHostCaches(): void {
  flushBuffer ??= new Float64Array(Math.min(MAX_FLUSH_BYTES, Math.max(2 ** 25, 2 * lastLevelCacheBytes())) / 8);
  flushBuffer.fill(++flushValue);
}

/** Four streams a quarter apart: the hardware keeps more lines of them on their way than of one. */
function sum(values: Float64Array): number {
  const quarter = values.length / 4;
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < quarter; i++) {
    s0 += values[i];
    s1 += values[quarter + i];
    s2 += values[2 * quarter + i];
    s3 += values[3 * quarter + i];
  }
  return s0 + s1 + s2 + s3;
}

/** A byte that no array of ones has: a search for it reads the whole of it, through the widest loads there are. */
const ABSENT = 0xff;

/**
 * The read bandwidth is the faster of a compiled loop and of a search by Node's own code, which the loop's instructions do
 * not bound. A copy counts each byte twice, read and written, so it may exceed the read bandwidth, though not by a factor of two.
 */
export function measureHostBandwidth(quick: boolean): { readGBps: number; copyGBps: number } {
  const elements = (quick ? 2 ** 26 : 2 ** 28) / 8;
  const source = new Float64Array(elements).fill(1);
  const target = new Float64Array(elements);
  const budget = quick ? 0.3 : 1.5;
  let total = 0;
  const readNs = bestNanoseconds(() => {
    total += sum(source);
  }, budget);
  // Used, so that the loop above cannot be optimised away.
  if (!(total > 0)) throw new Error('host bandwidth: the sum of ones is not positive');
  const bytes = Buffer.from(source.buffer);
  let found = -1;
  const searchNs = bestNanoseconds(() => {
    found = Math.max(found, bytes.indexOf(ABSENT));
  }, budget);
  if (found !== -1) throw new Error('host bandwidth: an array of ones has a byte 0xff');
  const copyNs = bestNanoseconds(() => target.set(source), budget);
  return { readGBps: (elements * 8) / Math.min(readNs, searchNs), copyGBps: (elements * 16) / copyNs };
}
