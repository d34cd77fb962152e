/** A signal that fires after some time, or with another. */

/** Timers of Node end at 2^31 ms. */
const MOST_MS = 2 ** 31 - 1;

/**
 * Fires when `signal` does, or after `seconds`. Does not keep the process alive.
 * AbortSignal.any and AbortSignal.timeout would do, but hold each other weakly in Node 20: together they may never fire.
 */
export function withTimeLimit(seconds: number, signal?: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const abort = () => controller.abort();
  setTimeout(abort, Math.min(1000 * seconds, MOST_MS)).unref();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  return controller.signal;
}
