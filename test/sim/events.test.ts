import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventHeap } from '../../src/sim/events.ts';

it('the event heap agrees with a sorted list under any schedule, reschedule and cancel', () => {
  const operations = fc.array(
    fc.record({ source: fc.nat(11), ns: fc.oneof(fc.nat(20), fc.constant(Number.POSITIVE_INFINITY)) }),
    { maxLength: 200, size: 'max' },
  );
  fc.assert(
    fc.property(operations, (list) => {
      const heap = new EventHeap(12);
      const plain = new Map<number, number>();
      const check = () => {
        const [first] = [...plain].sort(([a, ta], [b, tb]) => ta - tb || a - b);
        expect([heap.minSource(), heap.minTime()]).toEqual(first ?? [-1, Number.POSITIVE_INFINITY]);
      };
      for (const { source, ns } of list) {
        heap.schedule(source, ns);
        if (ns === Number.POSITIVE_INFINITY) plain.delete(source);
        else plain.set(source, ns);
        check();
      }
      // Drain: the whole order, not only the top.
      while (plain.size > 0) {
        const source = heap.minSource();
        heap.schedule(source, Number.POSITIVE_INFINITY);
        plain.delete(source);
        check();
      }
    }),
  );
});
