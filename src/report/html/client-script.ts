/** The page's program as text, as the build bundled it: beside this file's bundle, or in dist/ when this file runs from source. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const NAME = 'report/client.js';
let loaded: string | undefined;

export function clientScript(): string {
  if (loaded !== undefined) return loaded;
  const candidates = [`./${NAME}`, `../${NAME}`, `../../../dist/${NAME}`];
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`the report's script is missing; run \`npm run build\` (looked for ${paths.join(', ')})`);
  loaded = readFileSync(found, 'utf8');
  return loaded;
}
