import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Discipline, Link } from '../../../src/sim/residency/link.ts';

interface Transfer {
  atNs: number;
  bytes: number;
}
interface Change {
  atNs: number;
  bandwidth: number;
}

/** Drives a link as the event loop does; completion times by ticket. */
function drive(
  transfers: Transfer[],
  discipline: Discipline,
  bandwidth: number,
  concurrency = Number.POSITIVE_INFINITY,
  changes: Change[] = [],
) {
  const done = new Float64Array(transfers.length).fill(Number.NaN);
  const link = new Link({
    bandwidth,
    discipline,
    concurrency,
    onDone: (ticket, nowNs) => {
      done[ticket] = nowNs;
    },
  });
  const inputs = [
    ...transfers.map(({ atNs, bytes }, ticket) => ({ atNs, act: () => link.submit(ticket, bytes, atNs) })),
    ...changes.map((change) => ({ atNs: change.atNs, act: () => link.setBandwidth(change.bandwidth, change.atNs) })),
  ].sort((a, b) => a.atNs - b.atNs);
  for (const { atNs, act } of inputs) {
    for (let next = link.nextNs(); next < atNs; next = link.nextNs()) link.process(next);
    act();
  }
  for (let next = link.nextNs(); next < Number.POSITIVE_INFINITY; next = link.nextNs()) link.process(next);
  return { done: Array.from(done), link };
}

/** The plain fluid model: all in progress share the bandwidth equally, the rest wait in order; real-valued times. */
function fluid(transfers: Transfer[], bandwidth: number, concurrency: number, changes: Change[] = []): number[] {
  const done: number[] = transfers.map(() => Number.NaN);
  const left = transfers.map((t) => t.bytes);
  const pending = transfers.map((_, i) => i);
  const later = [...changes];
  let active: number[] = [];
  let rate = bandwidth / 1e9;
  let now = 0;
  while (pending.length > 0 || active.length > 0) {
    const enters =
      pending.length > 0 && active.length < concurrency
        ? Math.max(now, transfers[pending[0]].atNs)
        : Number.POSITIVE_INFINITY;
    const ends = Math.min(...active.map((i) => now + (left[i] * active.length) / rate), Number.POSITIVE_INFINITY);
    const changes = later.length > 0 ? later[0].atNs : Number.POSITIVE_INFINITY;
    const next = Math.min(enters, ends, changes);
    for (const i of active) left[i] -= ((next - now) * rate) / active.length;
    now = next;
    if (next === changes) rate = later.shift()!.bandwidth / 1e9;
    else if (next === enters) active.push(pending.shift()!);
    else {
      const finished = active.reduce((best, i) => (left[i] < left[best] ? i : best));
      done[finished] = now;
      active = active.filter((i) => i !== finished);
    }
  }
  return done;
}

const transfers = fc
  .array(fc.record({ atNs: fc.nat(1_000_000), bytes: fc.integer({ min: 1, max: 500_000 }) }), {
    minLength: 1,
    maxLength: 30,
  })
  .map((list) => list.sort((a, b) => a.atNs - b.atNs));

describe('a serial link', () => {
  it('ends each transfer its size after the later of its entry and the end of the one before', () => {
    fc.assert(
      fc.property(transfers, fc.constantFrom(1e8, 1e9, 3e9), (list, bandwidth) => {
        let free = 0;
        const expected = list.map(
          ({ atNs, bytes }) => (free = Math.ceil(Math.max(free, atNs) + bytes / (bandwidth / 1e9) - 1e-6)),
        );
        expect(drive(list, 'serial', bandwidth).done).toEqual(expected);
      }),
    );
  });
});

describe('a fairly shared link', () => {
  it('by hand: the second comes half-way, both go at half speed, the first ends, the second speeds up', () => {
    // 1 byte/ns. First: 100 bytes at 0. Second: 100 at 50. 50 left each at half speed: first ends at 150, second with 50 left at 200.
    expect(
      drive(
        [
          { atNs: 0, bytes: 100 },
          { atNs: 50, bytes: 100 },
        ],
        'fair',
        1e9,
      ).done,
    ).toEqual([150, 200]);
    // Another bandwidth from 150 on: half speed.
    expect(
      drive(
        [
          { atNs: 0, bytes: 100 },
          { atNs: 50, bytes: 100 },
        ],
        'fair',
        1e9,
        2,
        [{ atNs: 150, bandwidth: 5e8 }],
      ).done,
    ).toEqual([150, 250]);
    // One at a time is the serial link.
    expect(
      drive(
        [
          { atNs: 0, bytes: 100 },
          { atNs: 50, bytes: 100 },
        ],
        'fair',
        1e9,
        1,
      ).done,
    ).toEqual([100, 200]);
  });

  it('follows the fluid model, with caps on concurrency and changes of bandwidth', () => {
    const changes = fc
      .array(fc.record({ atNs: fc.nat(3_000_000), bandwidth: fc.constantFrom(2e8, 1e9, 4e9) }), { maxLength: 5 })
      .map((list) => list.sort((a, b) => a.atNs - b.atNs));
    fc.assert(
      fc.property(
        transfers,
        fc.constantFrom(1, 2, 5, Number.POSITIVE_INFINITY),
        changes,
        (list, concurrency, shares) => {
          const { done } = drive(list, 'fair', 1e9, concurrency, shares);
          const expected = fluid(list, 1e9, concurrency, shares);
          // Each completion is rounded up to a whole ns, whose work at the highest bandwidth is 20 ns at the lowest.
          done.forEach((end, i) => {
            expect(Math.abs(end - expected[i])).toBeLessThanOrEqual(20 * (list.length + 1));
          });
        },
      ),
      { numRuns: 300, seed: 3 },
    );
  });

  it('is work-conserving: a backlog ends when a serial link would end it', () => {
    fc.assert(
      fc.property(transfers, (list) => {
        const ends = (discipline: 'serial' | 'fair') => Math.max(...drive(list, discipline, 1e9).done);
        expect(Math.abs(ends('fair') - ends('serial'))).toBeLessThanOrEqual(2 * list.length);
      }),
    );
  });

  it('stops while it has no bandwidth', () => {
    const pause = [
      { atNs: 40, bandwidth: 0 },
      { atNs: 1_000, bandwidth: 1e9 },
    ];
    expect(drive([{ atNs: 0, bytes: 100 }], 'fair', 1e9, 1, pause).done).toEqual([1_060]);
    expect(drive([{ atNs: 0, bytes: 100 }], 'serial', 1e9, 1, pause).done).toEqual([1_060]);
  });
});

describe('a private link', () => {
  it('ends each transfer its size after its entry, whatever else is under way', () => {
    fc.assert(
      fc.property(transfers, fc.constantFrom(1e8, 1e9, 3e9), (list, bandwidth) => {
        const { done } = drive(list, 'private', bandwidth, 2);
        const expected = list.map(({ atNs, bytes }) => atNs + bytes / (bandwidth / 1e9));
        done.forEach((end, i) => {
          expect(end).toBeGreaterThanOrEqual(expected[i] - 1e-3);
          // Rounded up to a whole ns.
          expect(end - expected[i]).toBeLessThanOrEqual(1 + 1e-3);
        });
      }),
    );
  });

  it('is a fair link without others', () => {
    const far = [0, 1_000, 2_000].map((atNs) => ({ atNs, bytes: 300 }));
    expect(drive(far, 'private', 1e9).done).toEqual(drive(far, 'fair', 1e9).done);
    const close = far.map(({ bytes }, i) => ({ atNs: i * 100, bytes }));
    expect(drive(close, 'private', 1e9).done).toEqual([300, 400, 500]);
    expect(drive(close, 'fair', 1e9).done).not.toEqual([300, 400, 500]);
  });
});

describe('demand', () => {
  it('counts every byte once delivered, and until then at every look', () => {
    const link = new Link({ bandwidth: 1e9, discipline: 'fair', concurrency: 2, onDone() {} });
    link.submit(0, 100, 0);
    link.submit(1, 300, 0);
    expect(link.takeDemand()).toBe(400);
    for (let next = link.nextNs(); next <= 250; next = link.nextNs()) link.process(next);
    expect(link.takeDemand()).toBe(400);
    expect(link.takeDemand()).toBe(300);
    for (let next = link.nextNs(); next < Number.POSITIVE_INFINITY; next = link.nextNs()) link.process(next);
    expect(link.takeDemand()).toBe(300);
    expect(link.takeDemand()).toBe(0);
  });
});
