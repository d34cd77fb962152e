/** `run --trace` as a user sees it: what is written, what is said, what is refused. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { type ReadTrace, slicesOf } from '../run/trace-checker.ts';
import { mint, mintHere, temporaryFolder } from './cli.ts';

const SHORT = ['--set', 'duration=60s', '--set', 'warmup=5s', '--no-figures', '--jobs', '1'];
const cwd = temporaryFolder();
const folderOf = (out: string) => join(out, readdirSync(join(cwd, out))[0]);

describe('run --trace', () => {
  it('keeps the window, says what opens it and how to have it again, and leaves results alone', async () => {
    const plain = mint(['run', 'smoke', ...SHORT, '--out', 'plain'], { cwd });
    const traced = mint(['run', 'smoke', ...SHORT, '--out', 'traced', '--trace', '500ms@00:00:30'], { cwd });
    // The same results, with the command that gives the trace again, and where it is.
    const stdout = plain.stdout
      .replaceAll('plain/', 'traced/')
      .replace(/^again: .*$/m, '$& --trace 500ms@00:00:30')
      .replace(/^report: (.*)report\.html\n/m, '$&trace: $1trace.json\n');
    expect([traced.code, traced.stdout]).toEqual([plain.code, stdout]);
    expect(traced.stderr).toMatch(
      /\ntrace: traced\/smoke-[0-9a-f]{10}\/trace\.json \(00:00:30\.000 … 00:00:30\.500, [\d,]+ events\); open it in https:\/\/ui\.perfetto\.dev or chrome:\/\/tracing\n$/,
    );
    const trace = JSON.parse(readFileSync(join(cwd, folderOf('traced'), 'trace.json'), 'utf8')) as ReadTrace;
    const slices = slicesOf(trace);
    expect(new Set(slices.map(({ name }) => name))).toEqual(
      new Set([
        ...new Set(slices.map(({ name }) => name)),
        'request',
        'prefill',
        'decode',
        'base',
        'attention',
        'lora',
      ]),
    );
    const first = trace.traceEvents.find(({ ts }) => ts !== undefined)!;
    expect(first.ts! / 1e6).toBeCloseTo(30, 0);
    const seconds = await mintHere(['run', 'smoke', ...SHORT, '--out', 'seconds', '--trace', '0.5s@30s', '-q'], {
      cwd,
    });
    expect([seconds.code, seconds.stderr]).toEqual([0, '']);
    expect(readFileSync(join(cwd, folderOf('seconds'), 'trace.json'), 'utf8')).toBe(
      readFileSync(join(cwd, folderOf('traced'), 'trace.json'), 'utf8'),
    );
  });

  it.each([
    ['2s@noon', "the time 'noon' cannot be read as a duration; expected hours:minutes or a duration: 2s@12:00"],
    [
      'two@12:00',
      "the length 'two' cannot be read as a duration; expected a length and, after @, where it begins: 2s@12:00",
    ],
    ['0s@00:00', "the length '0s' must be above zero"],
    ['2s@12:00', 'the window begins at 43200 s, but the scenario ends at 60 s'],
    ['2s@1s@2s', "'2s@1s@2s' has more than one @"],
  ])('refuses %s before anything runs', async (text, why) => {
    const { code, stdout, stderr } = await mintHere(['run', 'smoke', ...SHORT, '--out', 'refused', '--trace', text], {
      cwd,
    });
    expect([code, stdout]).toEqual([EXIT.usage, '']);
    expect(stderr).toContain(`--trace: ${why}`);
    expect(readdirSync(cwd)).not.toContain('refused');
  });
});
