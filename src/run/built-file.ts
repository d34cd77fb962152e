/** Files that the build makes (scripts/build.mjs), wherever this code runs from. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A file by its path under dist/: beside this file's bundle, or in dist/ when this file runs from source. */
export function builtFile(name: string): string {
  const candidates = [`./${name}`, `../${name}`, `../../dist/${name}`];
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`${name} is missing; run \`npm run build\` (looked for ${paths.join(', ')})`);
  return found;
}
