/** From a path to the text of a scenario: everything that can be wrong with a file before it is YAML. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UserError } from './errors.ts';
import { nearest, received, suggest } from './findings.ts';
import { MAX_CHARACTERS } from './yaml.ts';

const problem = (id: string, message: string, hint?: string) =>
  new UserError([{ id, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }]);

/** The text of a scenario file, or a UserError that says why it cannot be one. `shipped` gives names that go without a file. */
export function readScenario(path: string, shipped: () => readonly string[] = () => []): string {
  let data: Buffer;
  try {
    const { size } = statSync(path);
    if (size > 4 * MAX_CHARACTERS)
      throw problem('MB-E003', `${received(path)} is ${size} bytes; no scenario is that large`);
    data = readFileSync(path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw problem(
      'MB-E001',
      `${received(path)} cannot be read: ${REASON[code] ?? code}`,
      code === 'ENOENT' ? otherwise(path, shipped()) : undefined,
    );
  }
  if (data.includes(0)) throw problem('MB-E002', `${received(path)} is not a text file`, 'scenarios are YAML in UTF-8');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(data);
  } catch {
    throw problem('MB-E002', `${received(path)} is not UTF-8 text`, 'save it as UTF-8');
  }
}

const REASON: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a directory',
  EACCES: 'permission denied',
  ENAMETOOLONG: 'the name is too long',
};

/** The nearest of the files beside it and of the names of shipped scenarios. */
function otherwise(path: string, shipped: readonly string[]): string | undefined {
  const stem = (name: string) => name.replace(/\.ya?ml$/, '');
  const files = siblings(path);
  const meant = new Map(shipped.map((name) => [name, name]));
  for (const name of files) meant.set(stem(name), name);
  const near = nearest(stem(basename(path)), meant.keys());
  if (near !== undefined) return `did you mean ${meant.get(near)}?`;
  return shipped.length === 0 ? suggest(basename(path), files) : 'mint-bench list scenarios shows the shipped ones';
}

function siblings(path: string): string[] {
  try {
    return readdirSync(dirname(path)).filter((name) => /\.ya?ml$/.test(name));
  } catch {
    return [];
  }
}
