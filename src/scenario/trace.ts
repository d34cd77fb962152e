/**
 * Reads request traces: when each request came, how long its prompt and its answer were.
 *
 * - `azure`: CSV with the columns TIMESTAMP, ContextTokens, GeneratedTokens (Azure LLM inference traces 2023 and 2024)
 * - `mooncake`: one JSON object a line with timestamp (ms), input_length, output_length (Mooncake, FAST 2025)
 * - `arrow`: an Arrow file with arrival_ns, prompt_tokens, output_tokens
 *
 * Rows come out in time order, counted from the first. A row without prompt or answer tokens asked nothing of the engine (a
 * request that failed): it is left out and counted. A file with bad rows is refused with the first of them.
 */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { tableFromIPC } from 'apache-arrow';
import { type Diagnostic, UserError } from './errors.ts';

export type TraceFormat = 'azure' | 'mooncake' | 'arrow';

/** Columns of equal length, in time order. */
export interface Trace {
  /** Integer ns since the first request. */
  readonly arrivalNs: Float64Array;
  readonly promptTokens: Int32Array;
  readonly outputTokens: Int32Array;
  /** Rows of the file that were left out because they have no prompt or no answer. */
  readonly skipped: number;
}

const MOST_PROBLEMS = 10;
const CHUNK_BYTES = 1 << 20;
const LARGEST_TOKENS = 2 ** 31 - 1;

/** @param file a path, as the user knows it: it stands in messages */
export function readTrace(file: string, format: TraceFormat | 'auto' = 'auto'): Trace {
  const rows = new Rows(file);
  try {
    const found = format === 'auto' ? detect(file) : format;
    if (found === 'arrow') readArrow(file, rows);
    else readLines(file, found === 'azure' ? azureParser(rows) : (line, number) => parseMooncake(line, number, rows));
  } catch (error) {
    if (error instanceof UserError || !(error instanceof Error)) throw error;
    throw new UserError([
      { id: 'MB-E401', severity: 'error', message: `the trace ${file} cannot be read: ${error.message}`, file },
    ]);
  }
  return rows.finish();
}

/** Growing columns, and what is wrong with the file so far. */
class Rows {
  private readonly file: string;
  private readonly problems: Diagnostic[] = [];
  private arrivalNs = new Float64Array(1024);
  private promptTokens = new Int32Array(1024);
  private outputTokens = new Int32Array(1024);
  private count = 0;
  private skipped = 0;

  constructor(file: string) {
    this.file = file;
  }

  add(ns: number, promptTokens: number, outputTokens: number): void {
    if (promptTokens === 0 || outputTokens === 0) {
      this.skipped++;
      return;
    }
    if (this.count === this.arrivalNs.length) this.grow();
    this.arrivalNs[this.count] = ns;
    this.promptTokens[this.count] = promptTokens;
    this.outputTokens[this.count] = outputTokens;
    this.count++;
  }

  /** Records a bad row; throws once there are enough to stop reading. */
  bad(line: number, column: number, excerpt: string, message: string, expected: string): void {
    const where = { file: this.file, line, column, excerpt: excerpt.slice(0, 200) };
    this.problems.push({ id: 'MB-E402', severity: 'error', message, expected, ...where });
    if (this.problems.length >= MOST_PROBLEMS) throw new UserError(this.problems);
  }

  finish(): Trace {
    if (this.problems.length > 0) throw new UserError(this.problems);
    if (this.count === 0) {
      const message = `the trace ${this.file} holds no request with a prompt and an answer`;
      throw new UserError([{ id: 'MB-E403', severity: 'error', message, file: this.file }]);
    }
    const { count, skipped } = this;
    const times = this.arrivalNs.subarray(0, count);
    const inOrder = times.every((ns, i) => i === 0 || ns >= times[i - 1]);
    const order = Uint32Array.from({ length: count }, (_, i) => i);
    if (!inOrder) order.sort((a, b) => times[a] - times[b] || a - b);
    const first = times[order[0]];
    return {
      arrivalNs: Float64Array.from(order, (row) => times[row] - first),
      promptTokens: Int32Array.from(order, (row) => this.promptTokens[row]),
      outputTokens: Int32Array.from(order, (row) => this.outputTokens[row]),
      skipped,
    };
  }

  private grow(): void {
    const size = 2 * this.count;
    const columns = [new Float64Array(size), new Int32Array(size), new Int32Array(size)] as const;
    columns[0].set(this.arrivalNs);
    columns[1].set(this.promptTokens);
    columns[2].set(this.outputTokens);
    [this.arrivalNs, this.promptTokens, this.outputTokens] = columns;
  }
}

function detect(file: string): TraceFormat {
  const descriptor = openSync(file, 'r');
  try {
    const head = Buffer.alloc(64);
    const text = head.toString('latin1', 0, readSync(descriptor, head, 0, 64, 0));
    if (text.startsWith('ARROW1')) return 'arrow';
    return text.replace(/^ï»¿/, '').trimStart().startsWith('{') ? 'mooncake' : 'azure';
  } finally {
    closeSync(descriptor);
  }
}

/** Calls back for each line that is not empty, numbered from 1; memory is one chunk and one line. */
function readLines(file: string, onLine: (line: string, number: number) => void): void {
  const descriptor = openSync(file, 'r');
  const decoder = new TextDecoder();
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let rest = '';
  let number = 0;
  try {
    for (;;) {
      const bytes = readSync(descriptor, chunk, 0, CHUNK_BYTES, null);
      rest += bytes === 0 ? decoder.decode() : decoder.decode(chunk.subarray(0, bytes), { stream: true });
      const lines = rest.split('\n');
      rest = bytes === 0 ? '' : lines.pop()!;
      for (const line of lines) {
        number++;
        const text = line.endsWith('\r') ? line.slice(0, -1) : line;
        if (text !== '') onLine(text, number);
      }
      if (bytes === 0) return;
    }
  } finally {
    closeSync(descriptor);
  }
}

const COLUMNS = ['timestamp', 'contexttokens', 'generatedtokens'];

function azureParser(rows: Rows): (line: string, number: number) => void {
  let places: number[] | null = null;
  let firstSecond = Number.NaN;
  return (line, number) => {
    const fields = line.split(',');
    if (places === null) {
      const header = fields.map((field) => field.trim().toLowerCase());
      places = COLUMNS.map((name) => header.indexOf(name));
      const missing = COLUMNS.filter((_, i) => places![i] < 0);
      if (missing.length === 0) return;
      // Without its header nothing else in the file can be read.
      rows.bad(
        number,
        1,
        line,
        `the header has no column ${missing.join(', ')}`,
        'TIMESTAMP,ContextTokens,GeneratedTokens',
      );
      rows.finish();
    }
    const at = (i: number) => fields.slice(0, places![i]).reduce((sum, field) => sum + field.length + 1, 1);
    const [time, prompt, output] = places!.map((place) => (fields[place] ?? '').trim());
    const stamp = parseTimestamp(time);
    const promptTokens = tokens(prompt);
    const outputTokens = tokens(output);
    if (stamp === null)
      rows.bad(number, at(0), line, `the time "${time}" cannot be read`, '2023-11-16 18:15:46.6805900');
    else if (promptTokens < 0) rows.bad(number, at(1), line, `"${prompt}" is not a number of tokens`, 'a whole number');
    else if (outputTokens < 0) rows.bad(number, at(2), line, `"${output}" is not a number of tokens`, 'a whole number');
    else {
      if (Number.isNaN(firstSecond)) firstSecond = stamp.second;
      rows.add((stamp.second - firstSecond) * 1e9 + stamp.ns, promptTokens, outputTokens);
    }
  };
}

const TIMESTAMP = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:Z|([+-])(\d\d):?(\d\d))?$/;

/** Seconds since 1970 and the nanoseconds beside them, which together do not fit into one number. */
function parseTimestamp(text: string): { second: number; ns: number } | null {
  const match = TIMESTAMP.exec(text);
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  if (month < 1 || month > 12 || new Date(ms).getUTCDate() !== day || hour > 23 || minute > 59 || second > 59)
    return null;
  const zone = match[8] === undefined ? 0 : (match[8] === '-' ? -60 : 60) * (60 * Number(match[9]) + Number(match[10]));
  return { second: ms / 1000 - zone, ns: Number((match[7] ?? '').padEnd(9, '0')) };
}

/** −1 where the text is not a whole number from 0 on. */
function tokens(text: string): number {
  const value = text === '' ? -1 : Number(text);
  return Number.isInteger(value) && value >= 0 && value <= LARGEST_TOKENS ? value : -1;
}

const MOONCAKE_ROW = '{"timestamp": 27482, "input_length": 6955, "output_length": 52}';

function parseMooncake(line: string, number: number, rows: Rows): void {
  const row = parseObject(line);
  const problem =
    row === null
      ? 'the line is not a JSON object'
      : typeof row.timestamp !== 'number' || !(row.timestamp >= 0 && row.timestamp < 1e13)
        ? 'timestamp is not a number of milliseconds from 0 on'
        : ['input_length', 'output_length']
            .filter((key) => typeof row[key] !== 'number' || tokens(String(row[key])) < 0)
            .map((key) => `${key} is not a number of tokens`)[0];
  if (problem !== undefined) rows.bad(number, 1, line, problem, MOONCAKE_ROW);
  else
    rows.add(Math.round((row!.timestamp as number) * 1e6), row!.input_length as number, row!.output_length as number);
}

function parseObject(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function readArrow(file: string, rows: Rows): void {
  const table = tableFromIPC(readFileSync(file));
  const [time, prompt, output] = ['arrival_ns', 'prompt_tokens', 'output_tokens'].map((name) => {
    const column = table.getChild(name);
    if (column !== null) return column;
    const message = `the Arrow file ${file} has no column ${name}`;
    throw new UserError([
      { id: 'MB-E402', severity: 'error', message, file, expected: 'arrival_ns, prompt_tokens, output_tokens' },
    ]);
  });
  for (let i = 0; i < table.numRows; i++) {
    const ns = Number(time.get(i) ?? Number.NaN);
    const promptTokens = tokens(String(prompt.get(i)));
    const outputTokens = tokens(String(output.get(i)));
    if (!Number.isFinite(ns) || promptTokens < 0 || outputTokens < 0) {
      rows.bad(i + 1, 1, '', `row ${i + 1} has no usable time or lengths`, 'integers, none missing');
    } else {
      rows.add(Math.round(ns), promptTokens, outputTokens);
    }
  }
}
