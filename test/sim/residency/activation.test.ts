import { expect, it } from 'vitest';
import { EventHeap } from '../../../src/sim/events.ts';
import { ActivationLink } from '../../../src/sim/residency/activation.ts';

it('never asks for an event in the past: a prefetch behind a copy that is complete and was not looked at', () => {
  const events = new EventHeap(1);
  const link = new ActivationLink(new Float64Array([10]), 4, events, 0);
  link.submit(0, 0, 0, false);
  expect(events.minTime()).toBe(Number.POSITIVE_INFINITY);
  // The first copy was complete at 10; the replica looks at its next boundary, which is after 25.
  link.submit(1, 0, 25, true);
  expect(events.minTime()).toBe(25);
  expect(link.takeDone(25)).toBe(0);
  expect(link.doneNs).toBe(10);
  expect(link.takeDone(25)).toBe(-1);
  expect(events.minTime()).toBe(35);
});
