import { defineConfig } from 'vitest/config';

const project = (name: string, include: string[], testTimeout: number) => ({
  // What is built runs as it is, not transformed again.
  test: { name, include, testTimeout, hookTimeout: testTimeout, server: { deps: { external: [/\/dist\//] } } },
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
