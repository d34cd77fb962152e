import { describe, expect, it } from 'vitest';
import { progressText } from '../../src/cli/progress.ts';

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
});
