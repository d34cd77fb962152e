/** Options that several commands share, so that each is said once. */
import { availableParallelism } from 'node:os';

export const JOBS_OPTION = {
  type: 'number',
  default: availableParallelism(),
  defaultDescription: 'all processors',
  describe: 'Workers; changes the time and nothing else',
} as const;

export const SEED_OPTION = { type: 'string', describe: "Overrides the scenario's seed" } as const;

export const CHECK_OPTION = { type: 'boolean', default: false, describe: 'Audit every event; slower' } as const;

export const FIGURES_OPTION = {
  type: 'boolean',
  default: true,
  describe: 'Draw figures into the report; --no-figures saves seconds',
} as const;

/** Where sweeps and searches are kept. */
export const STUDIES_OPTION = {
  type: 'string',
  alias: 'o',
  default: 'reports/studies',
  describe: 'Folder of the study folders',
} as const;

/** Of commands that simulate points: sweeps and searches. */
export const POINTS_OPTIONS = {
  seed: SEED_OPTION,
  replications: { type: 'number', describe: 'Runs of each point; run i has the same draws at every point' },
  jobs: JOBS_OPTION,
  out: STUDIES_OPTION,
  resume: { type: 'boolean', default: true, describe: 'Take finished points as they are; --no-resume runs all again' },
  figures: FIGURES_OPTION,
  check: CHECK_OPTION,
} as const;
