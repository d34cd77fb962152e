/** `merge <folder…>`: the shards of one sweep become the sweep, byte for byte as if it had run in one piece. */
import { join } from 'node:path';
import { MergeError, mergeShards } from '../../study/merge.ts';
import { studyName } from '../../study/points.ts';
import type { Command } from '../command.ts';
import { FIGURES_OPTION, STUDIES_OPTION } from '../options.ts';
import { UsageError } from '../parse.ts';
import { METRICS_OPTION, metricsOf, presentStudy } from '../study-text.ts';

export const command: Command = {
  positionals: {
    folder: { type: 'string', array: true, describe: 'Folders that sweep --shard wrote', completes: 'files' },
  },
  options: {
    out: STUDIES_OPTION,
    metrics: METRICS_OPTION,
    figures: FIGURES_OPTION,
  },
  examples: [['merge reports/studies/scale-out-*.shard-*-of-8', 'eight shards into one study']],
  async run(args, context) {
    metricsOf(args);
    const target = ({ name, study_hash }: { name: string; study_hash: string }) =>
      join(args.out as string, studyName({ name, hash: study_hash }));
    const { folder, document, settings } = merged(args.folder as string[], target);
    await presentStudy(document, settings, folder, args, context);
    return undefined;
  },
};

function merged(...[folders, target]: Parameters<typeof mergeShards>): ReturnType<typeof mergeShards> {
  try {
    return mergeShards(folders, target);
  } catch (error) {
    if (error instanceof MergeError) throw new UsageError(error.message, error.hint);
    throw error;
  }
}
