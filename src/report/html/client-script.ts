/** The pages' programs as text, as the build bundled them: beside this file's bundle, or in dist/ when this file runs from source. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const loaded = new Map<string, string>();

function script(name: string): string {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const candidates = [`./${name}`, `../${name}`, `../../../dist/${name}`];
  const paths = candidates.map((candidate) => fileURLToPath(new URL(candidate, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  if (found === undefined)
    throw new Error(`a page's script is missing; run \`npm run build\` (looked for ${paths.join(', ')})`);
  const read = readFileSync(found, 'utf8');
  loaded.set(name, read);
  return read;
}

/** Of a run's report: holds Vega. */
export const clientScript = (): string => script('report/client.js');

/** Of every other page: variant toggle, copy buttons, tooltips. */
export const pageScript = (): string => script('report/page.js');
