import type { MemorySplit } from '../run-data.ts';
import { MEMORY } from '../theme.ts';
import { seriesField } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { stackedBars } from './stacked-bars.ts';

export const memorySplit: Figure<'run'> = {
  scope: 'run',
  section: 'capacity',
  title: 'GPU memory of a replica',
  question: 'What does GPU memory hold, and what is left for adapters and context?',
  howToRead:
    'All GPUs of one replica together. Base weights are paid once for all users; every adapter slot is memory that the KV cache cannot use, so slots and concurrent context trade against each other. With a unified pool both come out of the KV part.',
  source: 'after figure 1 of the S-LoRA paper (Sheng et al., MLSys 2024)',
  needs: [],
  prepare: ({ memory }) => (memory === null ? [] : parts(memory, { replica: 'replica' })),
  spec: (rows, theme) =>
    stackedBars(rows, theme, {
      category: seriesField(rows, 'replica'),
      part: 'part',
      looks: MEMORY,
      x: {
        field: 'from',
        type: 'quantitative',
        title: 'GiB a replica',
        scale: { nice: false },
        axis: { tickCount: 6, format: ',~r' },
      },
      amount: "format(datum.gib, ',.1f') + ' GiB'",
    }),
  across: {
    howToRead:
      'One bar a run: all GPUs of one of its replicas together. Base weights are paid once for all users; every adapter slot is memory that the KV cache cannot use, so slots and concurrent context trade against each other. With a unified pool both come out of the KV part.',
    prepare: (runs) =>
      runs.flatMap(({ label, tables }) => (tables.memory === null ? [] : parts(tables.memory, { run: label }))),
  },
};

function parts(memory: MemorySplit, bar: Row): Row[] {
  const kv = memory.kvBlocks * memory.blockBytes;
  const used = memory.weightBytes + memory.activationBytes + memory.slotBytes + kv;
  const sizes = [
    [MEMORY.weights, memory.weightBytes],
    [MEMORY.activations, memory.activationBytes],
    [MEMORY.slots, memory.slotBytes],
    [MEMORY.kv, kv],
    [MEMORY.free, Math.max(0, memory.gpuBytes - used)],
  ] as const;
  const rows: Row[] = [];
  let from = 0;
  for (const [look, bytes] of sizes) {
    if (bytes <= 0) continue;
    const to = from + bytes / 2 ** 30;
    rows.push({ ...bar, part: look.label, gib: to - from, from, to, share: bytes / memory.gpuBytes });
    from = to;
  }
  return rows;
}
