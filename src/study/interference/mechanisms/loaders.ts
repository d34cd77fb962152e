import { type MechanismEntry, withLoader } from './entry.ts';

/** As many as the schema allows; no replica has more loads under way in practice. */
const MANY = 4096;

export const loaders: MechanismEntry = {
  label: 'loader limits',
  summary:
    'A load starts at once, registers without a lock and is built beside the engine; its own bytes and build stay',
  source: 'MinT (arXiv 2605.13779), section 4.3 and table 8',
  metric: 'load_queue_ms_p99',
  off: (scenario) =>
    withLoader(scenario, {
      concurrency: Math.max(MANY, scenario.serving.loader.concurrency),
      register: 0,
      ...(scenario.serving.loader.build_in === undefined ? {} : { build_in: 'background' }),
    }),
};
