/**
 * Progress on stderr: one line that redraws itself where somebody watches, else a line now and then and one for each finished
 * point. Nothing at all under --no-progress or --quiet.
 */
import type { Context } from './command.ts';
import { formatCount, formatSeconds } from './format.ts';

export interface ProgressState {
  /** Done, 0 … 1. */
  share: number;
  /** Wall-clock seconds so far. */
  elapsed: number;
  arrivals: number;
  events: number;
}

const BAR = 24;
/** Seconds between two lines in a log. */
const LOG_EVERY = 15;

/** `label  ████░░░░  41%  1,234,567 requests  2.1 M events/s  ETA 12 s`, cut to `width` columns. */
export function progressText(
  label: string,
  { share, elapsed, arrivals, events }: ProgressState,
  width: number,
): string {
  const filled = Math.round(BAR * share);
  const left = share > 0.01 ? (elapsed * (1 - share)) / share : Number.NaN;
  const parts = [
    label,
    `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`,
    `${String(Math.floor(100 * share)).padStart(3)}%`,
    `${formatCount(arrivals)} requests`,
    ...(elapsed > 0 ? [`${formatCount(Math.round(events / elapsed))} events/s`] : []),
    ...(Number.isNaN(left) || left < 0.5 ? [] : [`ETA ${formatSeconds(Math.round(left))}`]),
  ];
  return [...parts.filter((part) => part !== '').join('  ')].slice(0, width).join('');
}

export class Progress {
  private readonly context: Context;
  /** Since when the point under way has been, and how far it was: where the share falls, another one has begun. */
  private started = performance.now();
  private share = 0;
  private drawn = false;
  private loggedAt = performance.now();

  constructor(context: Context) {
    this.context = context;
  }

  /** The point under way. */
  update(label: string, state: Omit<ProgressState, 'elapsed'>): void {
    const { terminal, progress } = this.context;
    if (!progress) return;
    const now = performance.now();
    if (state.share < this.share) this.started = now;
    this.share = state.share;
    const elapsed = (now - this.started) / 1000;
    if (!terminal.live) {
      if (now < this.loggedAt + 1000 * LOG_EVERY) return;
      this.loggedAt = now;
      terminal.err(`${progressText(label, { ...state, elapsed }, terminal.width)}\n`);
      return;
    }
    terminal.err(`\r\u001b[2K${progressText(label, { ...state, elapsed }, terminal.width - 1)}`);
    this.drawn = true;
  }

  /** A finished point: stays on the screen, and is all there is in a log. */
  point(text: string): void {
    this.clear();
    if (this.context.progress) this.context.terminal.err(`${text}\n`);
  }

  /** Takes the line away, before anything else is written. */
  clear(): void {
    if (this.drawn) this.context.terminal.err('\r\u001b[2K');
    this.drawn = false;
  }
}
