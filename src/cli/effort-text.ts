/** What a point took, behind its name in a log. */
import type { Effort } from '../study/executor.ts';
import { formatBytes, formatSeconds } from './format.ts';

/** ": 2.1 s, 11 µs a request, peak 310 MiB" */
export function effortText(effort: Effort | undefined): string {
  if (effort === undefined) return '';
  const { wall_s, requests, peak_rss_bytes } = effort;
  const each = requests > 0 ? `, ${formatSeconds(wall_s / requests)} a request` : '';
  return `: ${formatSeconds(wall_s)}${each}, peak ${formatBytes(peak_rss_bytes)}`;
}
