/** From a path to the text of a scenario: everything that can be wrong with a file before it is YAML. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { UserError } from './errors.ts';
import { received, suggest } from './findings.ts';
import { MAX_CHARACTERS } from './yaml.ts';

const problem = (id: string, message: string, hint?: string) =>
  new UserError([{ id, severity: 'error', message, ...(hint === undefined ? {} : { hint }) }]);

/** The text of a scenario file, or a UserError that says why it cannot be one. */
export function readScenario(path: string): string {
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
      code === 'ENOENT' ? siblings(path) : undefined,
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

function siblings(path: string): string | undefined {
  try {
    const names = readdirSync(dirname(path)).filter((name) => /\.ya?ml$/.test(name));
    return suggest(basename(path), names);
  } catch {
    return undefined;
  }
}
