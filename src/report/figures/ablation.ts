import type { Spec } from '../render.ts';
import { REQUEST_PARTS, type Theme } from '../theme.ts';
import { millisecondsAxis } from './axes.ts';
import type { Figure, InterferenceRow, Row } from './figure.ts';
import { stackedBars } from './stacked-bars.ts';

export const ablation: Figure<'interference'> = {
  scope: 'interference',
  section: 'interference',
  title: 'What each mechanism costs a request',
  question: 'Where would lost time go if one kind of interference were gone?',
  howToRead:
    'Mean time a request loses against running alone, by what it waits for: as the scenario stands, without each mechanism, and without all of them, under the same draws. How much shorter a bar is than the first is what that mechanism costs. The last bar is what all together change beyond the sum of each alone; left of zero, single effects overlap. Percentages are of the time lost as it stands.',
  source: 'own',
  needs: [],
  prepare(input) {
    const ends = new Map<string, [below: number, above: number]>();
    return input
      .filter(({ milliseconds, whole }) => milliseconds !== 0 && whole > 0)
      .map(({ bar, kind, part, milliseconds, whole }: InterferenceRow): Row => {
        const [below, above] = ends.get(bar) ?? [0, 0];
        const [from, to] = milliseconds < 0 ? [below + milliseconds, below] : [above, above + milliseconds];
        ends.set(bar, milliseconds < 0 ? [from, above] : [below, to]);
        return { bar, kind, part, milliseconds, share: milliseconds / whole, from, to };
      });
  },
  spec: (rows, theme) =>
    stackedBars(rows, theme, {
      category: 'bar',
      part: 'part',
      looks: REQUEST_PARTS,
      x: lostAxis(),
      least: leastLabelled(rows, theme),
      amount: "format(datum.milliseconds, '.4~r') + ' ms'",
    }),
};

/** As in axes.ts, for values on either side of zero. */
const SIGNED =
  "(datum.value < 0 ? '−' : '') + (abs(datum.value) >= 1000 ? format(abs(datum.value) / 1000, ',~g') + ' s' : format(abs(datum.value), '~g') + ' ms')";

function lostAxis(): Spec {
  const axis = millisecondsAxis('from', 'time lost a request (percent: of all lost as it stands)', { grid: true });
  return { ...axis, axis: { ...(axis.axis as object), labelExpr: SIGNED } };
}

/** A percentage takes about as much room on every axis, however far it reaches. */
function leastLabelled(rows: readonly Row[], theme: Theme): number {
  const ends = rows.flatMap((row) => [Number(row.from), Number(row.to)]);
  const reach = Math.max(0, ...ends) - Math.min(0, ...ends);
  const whole = rows.reduce((most, { milliseconds, share }) => Math.max(most, Number(milliseconds) / Number(share)), 0);
  return Number((((theme.roomy ? 0.08 : 0.16) * reach) / Math.max(whole, 1e-9)).toPrecision(3));
}
