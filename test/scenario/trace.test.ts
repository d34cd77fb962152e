import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/scenario/errors.ts';
import { readTrace } from '../../src/scenario/trace.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trace-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const columns = (path: string, format?: Parameters<typeof readTrace>[1]) => {
  const { arrivalNs, promptTokens, outputTokens, skipped } = readTrace(path, format);
  return { ns: [...arrivalNs], prompt: [...promptTokens], output: [...outputTokens], skipped };
};

/** Diagnostics of a refused file, as `line:column message`. */
function problems(path: string, format?: Parameters<typeof readTrace>[1]): string[] {
  try {
    readTrace(path, format);
  } catch (error) {
    expect(error).toBeInstanceOf(UserError);
    return (error as UserError).diagnostics.map((d) => `${d.line ?? ''}:${d.column ?? ''} ${d.message}`);
  }
  return [];
}

describe('azure', () => {
  const header = 'TIMESTAMP,ContextTokens,GeneratedTokens\n';

  it('reads times to the nanosecond, from the first row on', () => {
    const path = file('a.csv', `${header}2023-11-16 18:15:46.6805900,374,44\n2023-11-16 18:15:50.9951690,396,109\r\n`);
    expect(columns(path)).toEqual({ ns: [0, 4_314_579_000], prompt: [374, 396], output: [44, 109], skipped: 0 });
  });

  it('reads the form of the 2024 trace, other column orders, zones and a byte order mark', () => {
    const path = file(
      'b.csv',
      '\ufeffGeneratedTokens,TIMESTAMP,Extra,ContextTokens\n' +
        '7,2024-05-10 23:59:59.999999999+00:00,x,5\n' +
        '8,2024-05-11T02:00:00.000000001+02:00,x,6\n\n',
    );
    expect(columns(path)).toEqual({ ns: [0, 2], prompt: [5, 6], output: [7, 8], skipped: 0 });
  });

  it('sorts rows by time, keeps ties in file order, and leaves out rows that ask for nothing', () => {
    const path = file(
      'c.csv',
      `${header}2023-01-01 00:00:03,1,1\n2023-01-01 00:00:01,2,1\n2023-01-01 00:00:03,3,1\n2023-01-01 00:00:02,0,1\n`,
    );
    expect(columns(path)).toEqual({ ns: [0, 2e9, 2e9], prompt: [2, 1, 3], output: [1, 1, 1], skipped: 1 });
  });

  it('reads lines across the borders of its chunks', () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => {
      const seconds = `${String(Math.floor(i / 3600)).padStart(2, '0')}:${String(Math.floor(i / 60) % 60).padStart(2, '0')}`;
      return `2023-01-01 ${seconds}:${String(i % 60).padStart(2, '0')}.5,${i + 1},1`;
    });
    const trace = readTrace(file('long.csv', header + rows.join('\n')));
    expect(trace.promptTokens.every((tokens, i) => tokens === i + 1)).toBe(true);
    expect(trace.arrivalNs.every((ns, i) => ns === i * 1e9)).toBe(true);
    expect(trace.promptTokens).toHaveLength(60_000);
  });

  it('names each bad row with line and column', () => {
    const path = file(
      'bad.csv',
      `${header}yesterday,1,1\n2023-01-01 00:00:00,1,1\n2023-01-01 00:00:01,ten,1\n2023-01-01 00:00:02,1\n` +
        '2023-02-30 00:00:02,1,1\n2023-01-01 00:00:02,1,-4\n',
    );
    expect(problems(path)).toEqual([
      '2:1 the time "yesterday" cannot be read',
      '4:21 "ten" is not a number of tokens',
      '5:23 "" is not a number of tokens',
      '6:1 the time "2023-02-30 00:00:02" cannot be read',
      '7:23 "-4" is not a number of tokens',
    ]);
  });

  it('gives up after ten bad rows, and at once without its header', () => {
    expect(problems(file('ten.csv', header + 'x,1,1\n'.repeat(5000)))).toHaveLength(10);
    expect(problems(file('head.csv', 'time,in,out\n1,2,3\n'))).toEqual([
      '1:1 the header has no column timestamp, contexttokens, generatedtokens',
    ]);
  });
});

describe('mooncake', () => {
  it('reads milliseconds and lengths', () => {
    const path = file(
      'm.jsonl',
      '{"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [1, 2]}\n' +
        '{"timestamp": 30535.5, "input_length": 6472, "output_length": 26}\n',
    );
    expect(columns(path)).toEqual({ ns: [0, 3_053_500_000], prompt: [6955, 6472], output: [52, 26], skipped: 0 });
  });

  it('names each bad line', () => {
    const path = file(
      'bad.jsonl',
      '{"timestamp": 1, "input_length": 5, "output_length": 5}\n{"timestamp": 2,\n[]\nnull\n' +
        '{"timestamp": "3", "input_length": 5, "output_length": 5}\n{"timestamp": 4, "input_length": 1.5, "output_length": 5}\n' +
        '{"timestamp": 5, "input_length": 5}\n',
    );
    expect(problems(path)).toEqual([
      '2:1 the line is not a JSON object',
      '3:1 timestamp is not a number of milliseconds from 0 on',
      '4:1 the line is not a JSON object',
      '5:1 timestamp is not a number of milliseconds from 0 on',
      '6:1 input_length is not a number of tokens',
      '7:1 output_length is not a number of tokens',
    ]);
  });
});

describe('arrow', () => {
  it('reads whole columns', () => {
    const table = tableFromArrays({
      arrival_ns: BigInt64Array.of(1_000n, 3_000_000_000n),
      prompt_tokens: Int32Array.of(5, 6),
      output_tokens: Int32Array.of(7, 8),
    });
    const path = file('t.arrow', tableToIPC(table, 'file'));
    expect(columns(path)).toEqual({ ns: [0, 2_999_999_000], prompt: [5, 6], output: [7, 8], skipped: 0 });
  });
  it('says which column is missing', () => {
    const path = file('t2.arrow', tableToIPC(tableFromArrays({ arrival_ns: Float64Array.of(1) }), 'file'));
    expect(problems(path)[0]).toMatch(/has no column prompt_tokens/);
  });
});

describe('files that are no traces', () => {
  it.each([
    ['empty.csv', ''],
    ['header.csv', 'TIMESTAMP,ContextTokens,GeneratedTokens\n'],
    ['zero.csv', 'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-01-01 00:00:00,0,0\n'],
  ])('%s holds no request', (name, content) => {
    expect(problems(file(name, content))[0]).toMatch(/holds no request/);
  });
  it('cannot be read: missing, a folder, garbage', () => {
    expect(problems(join(folder, 'nothing.csv'))[0]).toMatch(/cannot be read: ENOENT/);
    expect(problems(folder)[0]).toMatch(/cannot be read: EISDIR/);
    expect(
      problems(
        file(
          'garbage',
          Uint8Array.from({ length: 5000 }, (_, i) => (i * 37) % 256),
        ),
      ),
    ).not.toEqual([]);
    expect(problems(file('bad.arrow', 'ARROW1 but nothing else'))[0]).toMatch(/cannot be read/);
  });
});
