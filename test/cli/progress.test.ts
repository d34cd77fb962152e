import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Context } from '../../src/cli/command.ts';
import { Progress, progressText } from '../../src/cli/progress.ts';

describe('progress', () => {
  it('says how far, how fast and how long', () => {
    const state = { share: 0.25, elapsed: 10, arrivals: 1_234_567, events: 25_000_000 };
    expect(progressText('1M', state, 200)).toBe(
      '1M  ██████░░░░░░░░░░░░░░░░░░   25%  1,234,567 requests  2,500,000 events/s  ETA 30 s',
    );
    expect([...progressText('1M', state, 40)]).toHaveLength(40);
    expect(progressText('', { share: 0, elapsed: 0, arrivals: 0, events: 0 }, 200)).toBe(
      `${'░'.repeat(24)}    0%  0 requests`,
    );
    expect(progressText('x', { ...state, share: 1 }, 200)).toContain('100%');
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('is a line now and then where nobody watches', () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const lines: string[] = [];
    const terminal = { live: false, width: 60, err: (text: string) => lines.push(text) };
    const progress = new Progress({ terminal, progress: true } as unknown as Context);
    for (let second = 1; second <= 40; second++) {
      vi.advanceTimersByTime(1000);
      progress.update('1M', { share: second / 40, arrivals: second, events: 4 * second });
    }
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^1M .* 37% .*\n$/);
    expect(lines[1]).toMatch(/^1M .* 75% .*\n$/);
  });
});
