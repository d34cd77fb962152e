/**
 * Files of stored results, read so that one which is truncated, broken or foreign is named, with what writes it anew. Every reader of run
 * folders, studies and searches goes through here: a damaged folder is no bug of ours, and each command says the same of it.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { ResultsError } from '../scenario/errors.ts';
import { runHash } from '../scenario/hash.ts';
import { quote } from '../scenario/quote.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseTable, type ResultTable, SUMMARY_COLUMNS } from './tables/parse.ts';

/** Throws ResultsError where the file is not there or is no whole Arrow table. */
export function readTable(folder: string, name: string): ResultTable {
  const file = `${name}.arrow`;
  const bytes = readBytes(folder, file);
  let table: ResultTable;
  try {
    table = parseTable(bytes);
  } catch {
    throw damaged(folder, file, 'is not a whole Arrow file');
  }
  if (name === 'summary' && SUMMARY_COLUMNS.some((column) => table.columns[column] === undefined))
    throw damaged(folder, file, 'is no table of metrics');
  return table;
}

/** An object of JSON with these fields; throws ResultsError otherwise. */
export function readDocument<T>(folder: string, file: string, fields: readonly (keyof T & string)[]): T {
  const text = readBytes(folder, file).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw damaged(folder, file, 'is not whole JSON');
  }
  const missing = isObject(value) ? fields.find((field) => value[field] === undefined) : fields[0];
  if (!isObject(value) || missing !== undefined) throw damaged(folder, file, `has no field ${JSON.stringify(missing)}`);
  return value as T;
}

/**
 * scenario.resolved.yaml. Text that was cut off may still be YAML, so it must be the scenario of the run's hash; one that replays
 * a trace needs that file too, and is taken at its word.
 */
export function readResolved(folder: string, hash: string | undefined): { scenario: Scenario; text: string } {
  const file = 'scenario.resolved.yaml';
  const text = readBytes(folder, file).toString('utf8');
  const scenario = parsed(text);
  if (scenario === null) throw damaged(folder, file, 'is not whole YAML');
  if (hash !== undefined && scenario.population?.arrivals?.name !== 'trace' && runHash(scenario) !== hash)
    throw damaged(folder, file, `is not the scenario of this run: its hash is not ${hash.slice(0, 10)}`);
  return { scenario, text };
}

function parsed(text: string): Scenario | null {
  try {
    const value: unknown = parse(text);
    return isObject(value) ? (value as unknown as Scenario) : null;
  } catch {
    return null;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function readBytes(folder: string, file: string): Buffer {
  try {
    return readFileSync(join(folder, file));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw damaged(folder, file, code === 'ENOENT' ? 'is not there' : `cannot be read (${code ?? error})`);
  }
}

/** @param what is wrong with the file, after its name */
export const damaged = (folder: string, file: string, what: string): ResultsError =>
  new ResultsError(`${join(folder, file)} ${what}`, remedy(folder));

/** What writes the folder anew: the command that its manifest keeps, else its resolved scenario. */
function remedy(folder: string): string {
  const baseline = existsSync(join(folder, 'digests.json')) ? ', and save the baseline from it again' : '';
  const command = commandIn(folder);
  // A run that takes finished folders as they are would take this one.
  if (command !== null)
    return `run it again: ${command.replace(/ --resume\b/g, '')}${baseline === '' ? placeOption(folder) : baseline}`;
  const resolved = join(folder, 'scenario.resolved.yaml');
  if (existsSync(resolved) && parsed(readFileSync(resolved, 'utf8')) !== null)
    return `run it again: mint-bench run ${resolved}${placeOption(folder)}${baseline}`;
  return `run its scenario again; nothing in the folder says with which command${baseline}`;
}

const PLACES = [join('reports', 'runs'), join('reports', 'studies')];

/** ` --out …` where the folder lies elsewhere than commands put it by themselves: without it they would write another one. */
export function placeOption(folder: string): string {
  const place = dirname(folder);
  if (PLACES.includes(join(place))) return '';
  return ` --out ${quote(place)}`;
}

function commandIn(folder: string): string | null {
  try {
    const { command } = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { command?: unknown };
    return typeof command === 'string' && command !== '' ? command : null;
  } catch {
    return null;
  }
}
