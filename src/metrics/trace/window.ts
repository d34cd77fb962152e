/** Which part of the simulated time a trace shows: `2s@12:00`, `500ms@43200s`, `2s` (from the end of warm-up). */
import { DURATION, parseQuantity } from '../../scenario/units.ts';

/** [startNs, endNs), ns of simulated time. */
export interface TraceWindow {
  readonly startNs: number;
  readonly endNs: number;
}

const EXAMPLES = '2s@12:00 (hours:minutes), 2s@12:00:30, 500ms@43200s, or 2s alone from the end of warm-up';

const CLOCK = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d(?:\.\d{1,9})?))?$/;

/**
 * @param text length, and after `@` where it begins: hours and minutes (and seconds) of simulated time, or a duration
 * @param warmup seconds, @param duration seconds: the window must begin before it
 * @returns the window, or a sentence that says what is wrong with the text
 */
export function parseWindow(text: string, warmup: number, duration: number): TraceWindow | string {
  const [lengthText, atText, ...more] = text.split('@');
  if (more.length > 0) return `'${text}' has more than one @`;
  const length = parseQuantity(lengthText, DURATION);
  if (typeof length === 'string')
    return `the length '${lengthText}' ${length}; expected a length and, after @, where it begins: ${EXAMPLES}`;
  const at = atText === undefined ? warmup : timeOfDay(atText);
  if (typeof at === 'string') return `the time '${atText}' ${at}; expected hours:minutes or a duration: ${EXAMPLES}`;
  if (!(length >= 1e-9)) return `the length '${lengthText}' must be above zero`;
  if (!(at >= 0)) return `the time '${atText}' must not be negative`;
  if (at >= duration) return `the window begins at ${at} s, but the scenario ends at ${duration} s`;
  const startNs = Math.round(at * 1e9);
  return { startNs, endNs: startNs + Math.max(1, Math.round(length * 1e9)) };
}

function timeOfDay(text: string): number | string {
  const clock = CLOCK.exec(text.trim());
  if (clock === null) return parseQuantity(text, DURATION);
  return Number(clock[1]) * 3600 + Number(clock[2]) * 60 + Number(clock[3] ?? 0);
}

/** "12:00:00.000 … 12:00:02.000" */
export const windowText = ({ startNs, endNs }: TraceWindow): string => `${clockOf(startNs)} … ${clockOf(endNs)}`;

function clockOf(ns: number): string {
  const ms = Math.round(ns / 1e6);
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = `${two(Math.floor(ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
  return `${two(Math.floor(ms / 3_600_000))}:${two(Math.floor(ms / 60_000) % 60)}:${seconds}`;
}
