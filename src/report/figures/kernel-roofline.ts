import { seriesLooks } from '../theme.ts';
import { countAxis } from './axes.ts';
import type { Figure, Row } from './figure.ts';
import { distinct, panels } from './panels.ts';
import { pointSeries, TIP, tip } from './series.ts';

/** Points of the roof. */
const ROOF = 40;

export const kernelRoofline: Figure<'kernel'> = {
  scope: 'kernel',
  section: 'kernel',
  title: 'Kernel roofline',
  question: 'How close does the multi-LoRA kernel come to what the device can do?',
  howToRead:
    'Each point is a measured shape: to the right, more arithmetic for each byte moved; upwards, more arithmetic a second (both logarithmic). The line is the device’s roof as measured in the same run: copy bandwidth on the slope, a dense product on the flat. The distance to the line above a point is what is left to gain.',
  source: 'Williams, Waterman, Patterson, CACM 2009',
  needs: [],
  prepare(measured) {
    if (measured.length === 0) return [];
    const rows = measured.map(
      (m): Row => ({
        series: m.run === '' ? m.kernel : m.run,
        run: m.run,
        kernel: m.kernel,
        shape: m.label,
        flop_per_byte: m.flops / m.bytes,
        gflops: m.flops / m.seconds / 1e9,
        roof: false,
      }),
    );
    const runs = new Map(measured.map((m) => [m.run, m]));
    const bends = [...runs.values()].map((m) => m.peakFlops / m.peakBandwidth);
    const intensities = [
      ...rows.map((row) => Number(row.flop_per_byte)),
      ...bends.flatMap((bend) => [bend * 4, bend / 8]),
    ];
    const [low, high] = [Math.min(...intensities) / 1.5, Math.max(...intensities) * 1.5];
    for (const [run, { peakFlops, peakBandwidth }] of runs) {
      for (let i = 0; i <= ROOF; i++) {
        const intensity = low * (high / low) ** (i / ROOF);
        const gflops = Math.min(peakFlops, peakBandwidth * intensity) / 1e9;
        rows.push({ series: run, run, kernel: '', shape: '', flop_per_byte: intensity, gflops, roof: true });
      }
    }
    return rows;
  },
  spec(rows, theme) {
    const [xs, ys] = (['flop_per_byte', 'gflops'] as const).map((field) => rows.map((row) => Number(row[field])));
    const x = countAxis('flop_per_byte', 'FLOP a byte', { log: true, values: xs, grid: true });
    const y = countAxis('gflops', null, { log: true, values: [...ys, 1.3 * Math.max(...ys)] });
    const points = rows.filter((row) => row.roof !== true);
    const looks = Object.values(seriesLooks(distinct(points, 'series')));
    const several = distinct(rows, 'run').length > 1;
    const series = pointSeries('series', looks, theme);
    return panels(theme, [
      {
        title: 'GFLOP/s',
        height: 240,
        layer: [
          {
            transform: [{ filter: 'datum.roof' }],
            mark: { type: 'line', color: theme.muted, strokeWidth: several ? 1.5 : 2.5 },
            encoding: { x, y, ...(several ? { color: series.color } : {}) },
          },
          {
            transform: [
              { filter: '!datum.roof' },
              tip(
                "datum.series + ' · ' + datum.shape + ' · ' + format(datum.gflops, ',.3~r') + ' GFLOP/s at ' + format(datum.flop_per_byte, '.3~r') + ' FLOP/B'",
              ),
            ],
            mark: { type: 'point', filled: true, size: 55, opacity: 0.85, aria: true },
            encoding: { x, y, ...series, description: TIP },
          },
        ],
      },
    ]);
  },
};
