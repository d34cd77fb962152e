import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COUPLED, run, small, temporaryFolder } from './small.ts';

const LONG = ['duration=1d', 'warmup=0s'];

describe('a run that cannot go on', () => {
  test.each([1, 2, 4])('over its budget names the limit and leaves nothing, on %i workers', async (jobs) => {
    const out = temporaryFolder();
    const failing = run(small(...COUPLED, ...LONG, 'budget.max_requests=200'), { out, jobs });
    await expect(failing).rejects.toThrow(/^budget\.max_requests of 200 is used up at \d+\.\d{3} s of simulated time/);
    expect(readdirSync(out)).toEqual([]);
  });

  test('over its budget of events or of waiting requests says so too', async () => {
    const out = temporaryFolder();
    await expect(run(small(...LONG, 'budget.max_events=5000'), { out })).rejects.toThrow('budget.max_events of 5000');
    await expect(run(small('population.rate=5000/s', 'budget.max_queue=100'), { out })).rejects.toThrow(
      'budget.max_queue of 100',
    );
    expect(readdirSync(out)).toEqual([]);
  });

  test.each([[[]], [COUPLED]])('stops when it is asked to, within cells and between them: %j', async (store) => {
    const out = temporaryFolder();
    const abort = new AbortController();
    let shares = 0;
    const stopped = run(small(...LONG, ...store), {
      out,
      jobs: 2,
      signal: abort.signal,
      onProgress: ({ share, arrivals }) => {
        if (arrivals === 0) return;
        expect(share).toBeGreaterThan(0);
        expect(share).toBeLessThan(1);
        shares++;
        abort.abort();
      },
    });
    await expect(stopped).rejects.toThrow('the run was stopped');
    expect(shares).toBeGreaterThan(0);
    expect(readdirSync(out)).toEqual([]);
  });

  test('does not start where the interrupt came before', async () => {
    const out = temporaryFolder();
    const stopped = run(small(...LONG), { out, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'StoppedError' });
    expect(readdirSync(out)).toEqual([]);
  });
});
