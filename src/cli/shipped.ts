/** The scenarios that come with the package. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { packageRoot } from '../scenario/package-root.ts';

export interface Shipped {
  /** `1M`, `published/slora-a10g`. */
  readonly name: string;
  /** Relative to the working directory where it lies below, else absolute. */
  readonly path: string;
  readonly summary: string;
}

export function shippedScenarios(): Shipped[] {
  const folder = join(packageRoot(), 'scenarios');
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ya?ml$/.test(file) && !file.endsWith('.published.yaml'),
  );
  return files.sort().map((file) => {
    const absolute = join(folder, file);
    const nearby = relative(process.cwd(), absolute);
    return {
      name: file.replace(/\.ya?ml$/, ''),
      path: nearby.startsWith('..') ? absolute : nearby,
      summary: firstSentence(readFileSync(absolute, 'utf8')),
    };
  });
}

/** The first sentence of `description:`, without parsing the scenario: a broken one is listed too. */
function firstSentence(text: string): string {
  const match = /^description:[ \t]*(?:[>|][+-]?[ \t]*\n)?((?:.+\n)(?:[ \t]+.+\n)*)/m.exec(`${text}\n`);
  const whole = (match?.[1] ?? '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/^(['"])(.*)\1$/, '$2');
  // "et al." ends no sentence.
  return whole.split(/(?<=(?<!\bet al)\.)\s/)[0].replace(/\.$/, '');
}
