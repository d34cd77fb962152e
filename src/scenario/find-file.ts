/** Where a file named in a scenario is. */
import { accessSync, constants, statSync } from 'node:fs';
import { isAbsolute, resolve as resolvePath } from 'node:path';

/** A file that a scenario names is looked for beside the scenario first, then from the working directory. */
export function findFile(file: string, directory: string): string | null {
  const candidates = isAbsolute(file) ? [file] : [resolvePath(directory, file), resolvePath(file)];
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.R_OK);
      if (statSync(candidate).isFile()) return candidate;
    } catch {
      // Not there or not readable: the next candidate.
    }
  }
  return null;
}
