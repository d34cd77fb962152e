// Bundles the TypeScript sources into dist/ with esbuild. Types are checked by `npm run check`, not here: a build that
// users wait for on `npm ci` should take about a second. Code splitting keeps each command's start-up to what it imports.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Output name (under dist/) → source. Entries that do not exist yet are an error: a missing command must not build. */
const entryPoints = {
  'cli/main': 'src/cli/main.ts',
  'cli/dispatch': 'src/cli/dispatch.ts',
  'run/worker': 'src/run/worker.ts',
  'run/replay-process': 'src/run/replay-process.ts',
  'study/worker': 'src/study/worker.ts',
  'study/fit-worker': 'src/study/reproduce/fit-worker.ts',
  'real/child': 'src/real/child.ts',
  'bench/main': 'bench/main.ts',
};
for (const source of Object.values(entryPoints)) {
  if (!existsSync(join(root, source))) throw new Error(`build: ${source} does not exist`);
}
rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints,
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  sourcemap: 'linked',
  // Packages with binaries or files of their own beside their code must be loaded from where npm put them. All others are
  // bundled: apache-arrow, vega and vega-lite are hundreds of files, and finding those took up to a third of a short command.
  external: ['@resvg/resvg-js', 'piscina', 'bullmq', 'ioredis', 'webgpu', '@tensorflow/*', 'dejavu-fonts-ttf'],
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
  },
  plugins: [
    {
      // Only help is laid out in columns. These two compile patterns over all of Unicode as they load, a tenth of a short command's time.
      name: 'lazy-layout',
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /^(cliui|string-width)$/ }, ({ path, importer }) =>
          /[\\/]yargs[\\/]/.test(importer) ? { path, namespace: 'lazy' } : undefined,
        );
        onLoad({ filter: /.*/, namespace: 'lazy' }, ({ path }) => ({
          contents: `export default (...values) => require('${path}').default(...values);`,
          resolveDir: root,
        }));
      },
    },
  ],
  logLevel: 'warning',
});
/** Runs in a reader's browser: one script with all it needs, never split. */
const inPages = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  legalComments: 'none',
  logLevel: 'warning',
};
// A run's report with its charts.
const ownNotice =
  '/* Holds Vega, Vega-Lite (University of Washington Interactive Data Lab, BSD-3-Clause) and D3 (Mike Bostock, ISC). */';
await build({
  ...inPages,
  entryPoints: { 'report/client': 'src/report/html/client/main.ts' },
  banner: { js: ownNotice },
  plugins: [
    {
      // Fonts are measured from files in Node and by the browser in a page.
      name: 'text-width',
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/fonts\.ts$/ }, () => ({ path: join(root, 'src/report/html/client/text-width.ts') })),
    },
  ],
});
// The other pages': a few controls, without Vega.
await build({ ...inPages, entryPoints: { 'report/page': 'src/report/html/client/page.ts' } });
// What results depend on, in ten digits: stored points of a study are taken only by the code that would compute the same bytes.
const hash = createHash('sha256');
for (const part of ['scenario', 'sim', 'metrics', 'run', 'study']) {
  const folder = join(root, 'src', part);
  const files = readdirSync(folder, { recursive: true }).map((file) => file.replaceAll('\\', '/'));
  for (const file of files.filter((name) => name.endsWith('.ts')).sort())
    hash.update(`${part}/${file}\n${readFileSync(join(folder, file), 'utf8')}\n`);
}
writeFileSync(join(root, 'dist', 'code.txt'), `${hash.digest('hex').slice(0, 10)}\n`);
