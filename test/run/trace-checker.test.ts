/** The checker itself: each rule of the format is broken once. */
import { describe, expect, it } from 'vitest';
import { inViewerOrder, type ReadEvent } from './trace-checker.ts';

const x = (name: string, ts: number, dur: number): ReadEvent => ({ name, ph: 'X', pid: 1, tid: 1, ts, dur });
const async = (ph: 'b' | 'e', name: string, ts: number, pid = 1): ReadEvent => ({
  name,
  ph,
  pid,
  cat: 'c',
  id: '0x1',
  ts,
});
const counter = (ts: number): ReadEvent => ({ name: 'n', ph: 'C', pid: 1, ts, args: { value: 1 } });

describe('the order in which viewers read a trace', () => {
  it('takes what is in order, in whatever order of time it stands in the file', () => {
    const events = [x('later', 20, 5), x('step', 0, 10), x('part', 0, 4), x('part', 4, 6), counter(0), counter(1)];
    expect(() => inViewerOrder(events)).not.toThrow();
    const nested = [async('b', 'load', 1), async('b', 'fetch', 1), async('e', 'fetch', 3), async('e', 'load', 3)];
    expect(() => inViewerOrder(nested)).not.toThrow();
  });

  it.each<[string, ReadEvent[], RegExp]>([
    ['a part before its step', [x('part', 0, 4), x('step', 0, 10)], /before what holds it/],
    ['a part that sticks out', [x('step', 0, 10), x('part', 8, 4)], /before what holds it/],
    ['a fraction of a nanosecond', [x('step', 0, 0.0005)], /no whole ns/],
    [
      'an end of what holds an open one',
      [async('b', 'load', 1), async('b', 'fetch', 1), async('e', 'load', 3)],
      /out of order/,
    ],
    ['an end at the time of its begin, written first', [async('e', 'load', 1), async('b', 'load', 1)], /out of order/],
    ['one id of two processes', [async('b', 'load', 1), async('b', 'load', 2, 2)], /two processes/],
    ['two values of a counter at once', [counter(1), counter(1)], /two values/],
  ])('refuses %s', (_, events, why) => {
    expect(() => inViewerOrder(events)).toThrow(why);
  });
});
