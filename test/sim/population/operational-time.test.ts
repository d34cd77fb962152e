import { describe, expect, it } from 'vitest';
import { OperationalTime } from '../../../src/sim/population/operational-time.ts';

describe('OperationalTime', () => {
  const shape = { amplitude: 0.8, peak: 50_000, period: 86_400 };
  const integral = (t: number) =>
    t +
    ((shape.amplitude * shape.period) / (2 * Math.PI)) *
      (Math.sin((2 * Math.PI * (t - shape.peak)) / shape.period) + Math.sin((2 * Math.PI * shape.peak) / shape.period));

  it('inverts the integral of the rate: exactly at its knots, closely between them', () => {
    const time = new OperationalTime(shape);
    for (let knot = 0; knot <= 3 * 4096; knot++) {
      const t = (knot * shape.period) / 4096;
      expect(Math.abs(time.seconds(integral(t)) - t)).toBeLessThan(1e-6);
    }
    // Halfway between knots the straight line is off by at most h²·|rate'|/(8·rate): 0.1 s here, where the rate is lowest.
    for (let t = 0; t < 3 * shape.period; t += 12.34) expect(Math.abs(time.seconds(integral(t)) - t)).toBeLessThan(0.1);
  });

  it('never goes back, and may be asked about the past', () => {
    const time = new OperationalTime(shape);
    let before = -1;
    for (let tau = 0; tau < 200_000; tau += 7.7) {
      const t = time.seconds(tau);
      expect(t >= before).toBe(true);
      before = t;
    }
    expect(time.seconds(1000)).toBe(new OperationalTime(shape).seconds(1000));
    expect(time.seconds(0)).toBe(0);
  });

  it('leaves time alone where the rate is constant', () => {
    expect(new OperationalTime({ ...shape, amplitude: 0 }).seconds(123.456)).toBe(123.456);
  });
});
