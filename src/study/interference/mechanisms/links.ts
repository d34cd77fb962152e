import { placementOf } from '../../../scenario/placement.ts';
import { type MechanismEntry, withLoader } from './entry.ts';

export const links: MechanismEntry = {
  label: 'shared links',
  summary: 'Each transfer has its disk or the object store to itself, at the same bandwidth; none waits for another',
  source: 'own; contention as a difference to links without sharing',
  metric: 'load_fetch_ms_p99',
  off(scenario) {
    if (scenario.serving.loader.discipline === 'private') return null;
    const alone = withLoader(scenario, { discipline: 'private' });
    const { hardware } = alone;
    const { replicas, cells, object_store } = hardware;
    // A cell's nodes divide the store between them: undone, so that one transfer may use all of it.
    const nodes = Math.ceil(replicas / cells / placementOf(hardware).replicasPerNode) * cells;
    return {
      ...alone,
      hardware: {
        ...hardware,
        object_store: {
          ...object_store,
          bandwidth: object_store.bandwidth * nodes,
          concurrency: Number.POSITIVE_INFINITY,
          interval: Number.POSITIVE_INFINITY,
        },
      },
    };
  },
};
