/** A trace beside the metrics of the same run: two ways of recording that share no sums. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mergeCells, partTicks, type RunResult, totalOf } from '../../src/metrics/result.ts';
import { SAMPLE_FIELDS } from '../../src/metrics/sample.ts';
import { type CellTrace, CellTracer } from '../../src/metrics/trace/cell-tracer.ts';
import { traceDocument } from '../../src/metrics/trace/document.ts';
import type { TraceWindow } from '../../src/metrics/trace/window.ts';
import { SharedBoard } from '../../src/run/shared-board.ts';
import { simulateCells } from '../../src/run/simulate-cells.ts';
import { traceOf } from '../../src/run/write-trace.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { COST_PARTS, TICKS_PER_NS } from '../../src/sim/cost/step-cost.ts';
import { COUPLED, differences, resultFiles, run, small, temporaryFolder } from './small.ts';
import { type ReadTrace, type Slice, slicesOf, total } from './trace-checker.ts';

const WHOLE: TraceWindow = { startNs: 0, endNs: 3600e9 };

function simulated(scenario: Scenario, window: TraceWindow): { result: RunResult; cells: CellTrace[] } {
  const cells = Array.from({ length: scenario.hardware.cells }, (_, cell) => cell);
  const { buffer } = new SharedBoard(cells.length);
  const outcomes = simulateCells({ scenario, cells, board: buffer, trace: null, check: false, window });
  return { result: mergeCells(outcomes.map(({ result }) => result)), cells: outcomes.map(({ traced }) => traced!) };
}

const read = (scenario: Scenario, cells: readonly CellTrace[], window: TraceWindow): ReadTrace =>
  JSON.parse(traceOf(scenario, 'abc', cells, window).text) as ReadTrace;

/** The counter of a replica as steps of a function of time, ns. */
const counted = ({ traceEvents }: ReadTrace, pid: number) =>
  traceEvents
    .filter((event) => event.ph === 'C' && event.pid === pid)
    .map(({ ts, args }) => ({
      at: Math.round(ts! * 1000),
      requests: Number(args!.decoding) + Number(args!.prefilling),
    }))
    .sort((a, b) => a.at - b.at);

const steps = (slices: readonly Slice[]) => slices.filter(({ track, depth }) => track === '1' && depth === 0);

const SHORT = ['duration=6s', 'warmup=0s', 'population.rate=20/s'];
const KINDS: Record<string, string[]> = {
  'as it comes': [],
  'cells that share the store': COUPLED,
  'copies that steps wait for': ['serving.loader.activation=blocking'],
  'whole prompts': ['serving.chunked_prefill=false', 'serving.max_batch_tokens=4096'],
  'a unified pool': ['serving.kv.pool=unified'],
  'few slots, so that requests wait for one': ['serving.slots=2', 'serving.skip_window=2'],
};

describe.each(Object.entries(KINDS))('the trace of a whole run: %s', (_, changes) => {
  const scenario = small(...SHORT, ...changes);
  const { result, cells } = simulated(scenario, WHOLE);
  const slices = slicesOf(read(scenario, cells, WHOLE));

  it('adds up to the busy time of every replica and to every part of step time', () => {
    const all = steps(slices);
    expect(all.length).toBe(totalOf(result, 'steps'));
    result.busyTicks.forEach((ticks, replica) => {
      const mine = all.filter(({ pid }) => pid === replica + 1);
      expect(Math.abs(total(mine) - ticks / TICKS_PER_NS), `replica ${replica}`).toBeLessThanOrEqual(mine.length);
    });
    const parts = partTicks(result);
    COST_PARTS.forEach((part, at) => {
      const mine = slices.filter(({ track, depth, name }) => track === '1' && depth === 1 && name === part);
      expect(Math.abs(total(mine) - parts[at] / TICKS_PER_NS), part).toBeLessThanOrEqual(all.length);
    });
    expect(total(slices.filter(({ track, depth }) => track === '1' && depth === 1))).toBe(total(all));
  });

  it('has every load, and its stages add up to what the metrics say', () => {
    const loads = slices.filter(({ track, depth }) => track.startsWith('load ') && depth === 0);
    expect(loads.length).toBe(totalOf(result, 'loads_object') + totalOf(result, 'loads_disk'));
    expect(loads.length).toBeGreaterThan(10);
    const stage = (...names: string[]) =>
      total(
        slices.filter(({ track, depth, name }) => track.startsWith('load ') && depth === 1 && names.includes(name)),
      );
    expect(stage('queue', 'resolve', 'fetch', 'build', 'register')).toBe(total(loads));
    const copies = slices.filter(({ track, name }) => track === '3' && name === 'activate');
    expect(copies.length).toBe(totalOf(result, 'activations'));
    const transfers = slices.filter(({ track }) => track.startsWith('transfer '));
    expect(total(transfers)).toBe(stage('fetch'));
  });

  it('has every request, with the waits that the metrics give it', () => {
    const field = (name: (typeof SAMPLE_FIELDS)[number]) => SAMPLE_FIELDS.indexOf(name);
    const requests = slices.filter(({ track, depth }) => track.startsWith('request ') && depth === 0);
    const inside = new Map<string, Slice[]>();
    for (const slice of slices) {
      if (slice.track.startsWith('request ') && slice.depth === 1)
        inside.set(slice.track, [...(inside.get(slice.track) ?? []), slice]);
    }
    // Where preempted requests wait again, the metrics count no second wait; these runs preempt nobody.
    const said = requests.map(({ track, from, to }) => {
      const of = (name: string) => total(inside.get(track)!.filter((slice) => slice.name === name));
      return [from, to, of('queue'), of('adapter wait')].join(' ');
    });
    const { rows } = result.sample;
    const expected: string[] = [];
    for (let at = 0; at < rows.length; at += SAMPLE_FIELDS.length) {
      if (rows[at + field('end_state')] !== 0) continue;
      expected.push(
        (['arrival', 'end', 'queue', 'adapter_wait'] as const).map((name) => rows[at + field(name)]).join(' '),
      );
    }
    expect(said.length).toBeGreaterThan(80);
    expect(said.sort()).toEqual(expected.sort());
    for (const [track, phases] of inside) {
      const whole = requests.find((request) => request.track === track)!;
      expect(total(phases)).toBe(whole.to - whole.from);
    }
  });
});

describe('the number of requests in a batch', () => {
  it('is zero where a replica stands still, and only there', () => {
    const scenario = small('duration=20s', 'warmup=0s', 'population.rate=1/s');
    const trace = read(scenario, simulated(scenario, WHOLE).cells, WHOLE);
    let idle = 0;
    for (let pid = 1; pid <= scenario.hardware.replicas; pid++) {
      const busy = steps(slicesOf(trace)).filter((slice) => slice.pid === pid);
      const counter = counted(trace, pid);
      const at = (ns: number) => counter.findLast((count) => count.at <= ns)?.requests ?? 0;
      busy.sort((a, b) => a.from - b.from);
      busy.forEach(({ from, to }, i) => {
        expect(at(from)).toBeGreaterThan(0);
        const next = busy[i + 1]?.from ?? Number.POSITIVE_INFINITY;
        if (next > to) idle++;
        expect(at(to) === 0, `replica ${pid} at ${to} ns`).toBe(next > to);
      });
    }
    expect(idle).toBeGreaterThan(10);
  });
});

describe('a window', () => {
  const scenario = small(...SHORT);
  const whole = simulated(scenario, WHOLE);

  it('shows what the whole run shows there, and nothing else', () => {
    const window = { startNs: 2_000_000_001, endNs: 2_500_000_000 };
    const clipped = slicesOf(read(scenario, whole.cells, WHOLE)).flatMap((slice) => {
      const from = Math.max(slice.from, window.startNs);
      const to = Math.min(slice.to, window.endNs);
      return to > from ? [{ ...slice, from, to }] : [];
    });
    const shown = slicesOf(read(scenario, simulated(scenario, window).cells, window));
    const key = ({ pid, track, name, from, to, depth, args: { cut_by_window: _, ...args } }: Slice) =>
      JSON.stringify([
        pid,
        track.startsWith('load') || track.startsWith('transfer') ? '' : track,
        name,
        from,
        to,
        depth,
        args,
      ]);
    expect(shown.length).toBeGreaterThan(200);
    expect(shown.map(key).sort()).toEqual(clipped.map(key).sort());
    expect(shown.some(({ args, from }) => args.cut_by_window === true && from === window.startNs)).toBe(true);
    expect(shown.some(({ args, to }) => args.cut_by_window === true && to === window.endNs)).toBe(true);
  });

  it('that is too dense ends earlier, and what is left is whole', () => {
    const asked = { startNs: 1e9, endNs: 5e9 };
    const { cells } = simulated(scenario, asked);
    const names = {
      cohorts: ['chat', 'agents'],
      ranks: [16],
      replicasPerCell: 1,
      cells: 4,
      globalUser: (_: number, user: number) => user,
    };
    const meta = { scenario: 'small', runHash: 'abc' };
    const all = traceDocument(cells, asked, names, meta);
    const cut = traceDocument(cells, asked, names, meta, Math.floor(all.events / 3));
    expect(all.window).toEqual(asked);
    expect(cut.window).toEqual({ startNs: 1e9, endNs: 2e9 });
    expect(cut.events).toBeLessThan(all.events / 3);
    expect(cut.text.split('\n').slice(1)).toEqual(
      traceDocument(cells, cut.window, names, meta).text.split('\n').slice(1),
    );
    slicesOf(JSON.parse(cut.text) as ReadTrace);
  });

  it('keeps no more rows than it may, whatever happens in it', () => {
    const { batches, window } = whole.cells[0];
    const width = batches.columns.length;
    const tracer = new CellTracer(0, window, 50);
    const parts = new Float64Array(COST_PARTS.length);
    for (let at = 0; at < batches.values.length; at += width) {
      const [from, , replica, remainder, steps, first, growth] = batches.values.subarray(at, at + width);
      tracer.batch(replica, from, remainder, steps, first, growth, 1, 0, 0, 1, parts);
    }
    const kept = tracer.result(1e10);
    expect(kept.batches.values.length / width).toBeLessThanOrEqual(50);
    expect(kept.batches.values.length / width).toBeGreaterThan(5);
    const expected = batches.values.filter((_, i) => i % width === 0).filter((from) => from < kept.window.endNs);
    expect(kept.batches.values.filter((_, i) => i % width === 0)).toEqual(expected);
  });

  it('names the adapter, its rank, the user and the cohort of a request', () => {
    const request = slicesOf(read(scenario, whole.cells, WHOLE)).find(({ name }) => name === 'request')!;
    expect(Object.keys(request.args)).toEqual([
      'user',
      'cohort',
      'adapter',
      'rank',
      'prompt_tokens',
      'output_tokens',
      'arrival_s',
    ]);
    expect(request.args.rank).toBe(16);
    expect(['chat', 'agents']).toContain(request.args.cohort);
  });
});

describe('trace.json in a run folder', { timeout: 60_000 }, () => {
  it('is the same for any number of workers, and changes no other file', async () => {
    const scenario = small(...SHORT, ...COUPLED);
    const window = { startNs: 1e9, endNs: 2e9 };
    const [plain, one, two] = [
      await run(scenario, { out: temporaryFolder() }),
      await run(scenario, { out: temporaryFolder(), window }),
      await run(scenario, { out: temporaryFolder(), window, jobs: 2 }),
    ];
    expect(differences(resultFiles(one.folder), resultFiles(two.folder))).toEqual([]);
    expect(differences(resultFiles(plain.folder), resultFiles(one.folder))).toEqual(['trace.json']);
    expect(one.manifest.identity).toEqual(plain.manifest.identity);
    expect(one.trace).toEqual({ events: one.trace!.events, window });
    const stored = JSON.parse(readFileSync(join(one.folder, 'trace.json'), 'utf8')) as ReadTrace;
    expect(slicesOf(stored).length).toBeGreaterThan(100);
    expect(stored.traceEvents.length).toBe(one.trace!.events);
  });

  it('is taken from a finished run that has it, and made where it has not', async () => {
    const scenario = small(...SHORT);
    const out = temporaryFolder();
    const window = { startNs: 1e9, endNs: 2e9 };
    const other = { startNs: 1e9, endNs: 3e9 };
    await run(scenario, { out });
    expect((await run(scenario, { out, window, resume: true })).resumed).toBe(false);
    expect((await run(scenario, { out, window, resume: true })).resumed).toBe(true);
    expect((await run(scenario, { out, window: other, resume: true })).resumed).toBe(false);
    expect((await run(scenario, { out, resume: true })).resumed).toBe(true);
  });
});
