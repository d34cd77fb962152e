import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number) => ({
  test: {
    name,
    include,
    testTimeout,
    hookTimeout: testTimeout,
    // Loading the sources anew for each file took a quarter of the suite's time. Files share a worker's modules, so a test that
    // changes the process (environment, folder, streams) puts it back.
    isolate: false,
    // What is built runs as it is, not transformed again.
    server: { deps: { external: [/\/dist\//] } },
  },
});

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      project('unit', ['test/{scenario,sim,real,metrics,run,study,report,fidelity}/**/*.test.ts'], 30_000),
      project('cli', ['test/cli/**/*.test.ts'], 120_000),
      project('tidy', ['test/tidy.test.ts'], 30_000),
      project('slow', ['test/slow/**/*.test.ts'], 900_000),
    ],
  },
});
