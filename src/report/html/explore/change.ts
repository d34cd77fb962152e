/** How a number of another run stands to this one's: in percent, for shares in percentage points. */
import { formatMetric, significant } from '../../format.ts';

export function change(from: number | null, to: number | null, unit: string): string {
  if (from === null || to === null) return '–';
  if (from === to) return 'equal';
  const signed = (value: number, text: string) => `${value > 0 ? '+' : '−'}${text}`;
  if (unit === 'fraction') return signed(to - from, `${significant(Math.abs(to - from) * 100)} points`);
  if (from === 0) return signed(to, formatMetric(Math.abs(to), unit));
  const share = (to - from) / Math.abs(from);
  return share >= 10 ? `${significant(to / from)}×` : signed(share, `${significant(Math.abs(share) * 100)}%`);
}
