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

function sum(values: Float64Array): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  for (let i = 0; i < values.length; i += 4) {
    s0 += values[i];
    s1 += values[i + 1];
    s2 += values[i + 2];
    s3 += values[i + 3];
  }
  return s0 + s1 + s2 + s3;
}

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
  const copyNs = bestNanoseconds(() => target.set(source), budget);
  return { readGBps: (elements * 8) / readNs, copyGBps: (elements * 16) / copyNs };
}
