/** The page of metrics: which lines it has, what its rendering holds up, and that it holds up nothing else. */
import { expect, test } from 'vitest';
import { ApiServer } from '../../src/sim/api-server.ts';
import { COST_PARTS, TICKS_PER_NS } from '../../src/sim/cost/step-cost.ts';
import type { Recorder } from '../../src/sim/recorder.ts';
import { evaluate } from '../../src/study/reproduce/evaluate.ts';
import { simulate, small } from '../run/small.ts';

const MS = 1e6;
const PARTS = new Float64Array(COST_PARTS.length);

function heard() {
  const gaps: { ms: number; requests: number; tokens: number }[] = [];
  const runs: { steps: number; requests: number }[] = [];
  const firsts: number[] = [];
  const ends: { firstMs: number; ms: number }[] = [];
  const inner = {
    gap: (ticks: number, requests: number, tokens = requests) =>
      gaps.push({ ms: ticks / TICKS_PER_NS / MS, requests, tokens }),
    run: (_r: number, steps: number, requests: number) => runs.push({ steps, requests }),
    firstToken: (_c: number, _u: number, _a: number, _q: number, _w: number, ns: number) => firsts.push(ns / MS),
    finished: (...call: Parameters<Recorder['finished']>) => ends.push({ firstMs: call[5] / MS, ms: call[6] / MS }),
  } as unknown as Recorder;
  return { inner, gaps, runs, firsts, ends };
}

const run = (server: ApiServer, steps: number, requests: number, endMs: number) =>
  server.run(0, steps, requests, 10 * MS * TICKS_PER_NS, 0, PARTS, endMs * MS);

/** One request of one adapter at 0, its first token at 10 ms: two lines, each with one adapter. */
function started(page: { lineNs: number; nameNs: number }) {
  const log = heard();
  const server = new ApiServer({ everyNs: 40 * MS, ...page }, log.inner);
  server.arrived(7, 0);
  run(server, 1, 0, 10);
  server.firstToken(0, 7, 0, 0, 0, 10 * MS, 7);
  return { server, ...log };
}

test('a line for each pair of sets at the end of a step, each counted once', () => {
  const { server } = started({ lineNs: MS, nameNs: 0 });
  run(server, 1, 1, 20);
  // Nobody waits, 7 runs, after the first step; a second adapter waits at the end of one step and runs from the next on.
  server.arrived(9, 21 * MS);
  run(server, 1, 1, 30);
  server.arrived(9, 31 * MS);
  expect([server.lines, server.names]).toEqual([2, 3]);
  server.left(9, false);
  server.left(9, false);
  run(server, 1, 1, 40);
  run(server, 5, 1, 90);
  // What is left is {} and {7} once more.
  expect([server.lines, server.names]).toEqual([2, 3]);
});

test('while it is rendered, tokens wait and come as one piece; costs, and what lies outside, are as they were', () => {
  const { server, gaps, runs, firsts, ends } = started({ lineNs: 30 * MS, nameNs: 5 * MS });
  run(server, 3, 1, 40);
  // One line of one adapter so far: 35 ms.
  expect(server.process(42 * MS)).toBe(77 * MS);
  expect(server.busyUntilNs).toBe(77 * MS);
  server.firstToken(0, 8, 0, 0, 0, 50 * MS, 8);
  run(server, 6, 2, 100);
  server.finished(0, 8, 8, 0, 0, 50 * MS, 60 * MS, 1, 2, 0, 0, 0, 2);
  expect(firsts).toEqual([10]);
  expect(server.process(77 * MS)).toBe(117 * MS);
  expect(firsts).toEqual([10, 77]);
  expect(ends).toEqual([{ firstMs: 77, ms: 77 }]);
  // The token of 40 ms is there; those of 50, 60 and 70 come at 77, then those of 80, 90 and 100.
  expect(gaps.map(({ ms }) => ms)).toEqual([37, 3, 10, 10]);
  expect(gaps.reduce((sum, { tokens }) => sum + tokens, 0)).toBe(12);
  expect(runs.slice(0, 3)).toEqual([
    { steps: 1, requests: 0 },
    { steps: 3, requests: 1 },
    { steps: 6, requests: 0 },
  ]);
  // Of more requests than are handled at once, every token is a piece of its own.
  run(server, 1, 0, 118);
  expect(server.process(119 * MS)).toBe(154 * MS);
  run(server, 5, 129, 168);
  expect(gaps.slice(4)).toEqual([
    { ms: 36, requests: 129, tokens: 129 },
    { ms: 0, requests: 129, tokens: 129 },
    { ms: 0, requests: 129, tokens: 129 },
    { ms: 4, requests: 129, tokens: 129 },
    { ms: 10, requests: 129, tokens: 129 },
  ]);
  expect([41, 42, 76, 80].map((ms) => server.delivered(ms * MS) / MS)).toEqual([41, 77, 77, 80]);
});

test('a run in which the page is read conserves its requests, and only what passes the server is later', () => {
  const page = (line: string) => small(`serving.metrics_page={every: 1s, line: ${line}, name: 0s}`);
  expect(simulate(page('2ms')).endNs).toBeGreaterThan(0);
  const [alone, free, read] = [small(), page('0s'), page('2ms')].map(evaluate);
  expect(free).toEqual(alone);
  const ratio = (metric: string) => read.get(metric)! / alone.get(metric)!;
  expect(ratio('finished')).toBe(1);
  expect(ratio('ttft_ms_mean')).toBeGreaterThan(1.2);
  // Pieces of several tokens: fewer gaps, and longer ones, of answers that take hardly longer.
  expect(ratio('itl_ms_mean')).toBeGreaterThan(1.05);
  expect(ratio('tpot_ms_mean')).toBeLessThan(ratio('itl_ms_mean'));
});
