import { MEMORY } from '../theme.ts';
import { colour, panels, present, TIP, tip } from './chart.ts';
import type { Figure, Row } from './figure.ts';

export const memorySplit: Figure<'run'> = {
  scope: 'run',
  section: 'capacity',
  title: 'GPU memory of a replica',
  question: 'What does GPU memory hold, and what is left for adapters and context?',
  howToRead:
    'All GPUs of one replica together. Base weights are paid once for all users; every adapter slot is memory that the KV cache cannot use, so slots and concurrent context trade against each other. With a unified pool both come out of the KV part.',
  source: 'after figure 1 of the S-LoRA paper (Sheng et al., MLSys 2024)',
  needs: [],
  prepare({ memory }) {
    if (memory === null) return [];
    const kv = memory.kvBlocks * memory.blockBytes;
    const used = memory.weightBytes + memory.activationBytes + memory.slotBytes + kv;
    const parts = [
      [MEMORY.weights, memory.weightBytes],
      [MEMORY.activations, memory.activationBytes],
      [MEMORY.slots, memory.slotBytes],
      [MEMORY.kv, kv],
      [MEMORY.free, Math.max(0, memory.gpuBytes - used)],
    ] as const;
    const rows: Row[] = [];
    let from = 0;
    for (const [look, bytes] of parts) {
      if (bytes <= 0) continue;
      const to = from + bytes / 2 ** 30;
      rows.push({ part: look.label, gib: to - from, from, to, share: bytes / memory.gpuBytes });
      from = to;
    }
    return rows;
  },
  spec(rows, theme) {
    const y = { value: 22 };
    const x = {
      field: 'from',
      type: 'quantitative',
      title: 'GiB a replica',
      scale: { nice: false },
      axis: { tickCount: 6 },
    };
    return panels(
      theme,
      [
        {
          title: null,
          height: 44,
          layer: [
            {
              transform: [
                tip("datum.part + ' · ' + format(datum.gib, '.1f') + ' GiB · ' + format(datum.share, '.1%')"),
              ],
              mark: { type: 'bar', size: 40, stroke: theme.background, strokeWidth: 0.8, aria: true },
              encoding: {
                y,
                x,
                x2: { field: 'to' },
                color: colour('part', present(MEMORY, rows, 'part'), theme),
                description: TIP,
              },
            },
            {
              transform: [
                { filter: `datum.share >= ${theme.roomy ? 0.07 : 0.13}` },
                { calculate: '(datum.from + datum.to) / 2', as: 'middle' },
              ],
              mark: { type: 'text', color: theme.background, fontWeight: 'bold' },
              encoding: { y, x: { field: 'middle', type: 'quantitative' }, text: { field: 'share', format: '.0%' } },
            },
          ],
        },
      ],
      12,
    );
  },
};
