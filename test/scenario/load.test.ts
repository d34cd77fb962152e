import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { FAMILIES as REAL } from '../../src/run/families.ts';
import { renderDiagnostics } from '../../src/scenario/diagnostics.ts';
import { type Diagnostic, UserError } from '../../src/scenario/errors.ts';
import { type LoadOptions, loadScenario, loadScenarioText, parseOverride } from '../../src/scenario/load.ts';
import { FAMILIES } from './families.ts';

const folder = mkdtempSync(join(tmpdir(), 'mint-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const MINIMAL = `version: 1
population: {users: 1000, rate: 10/s}
base: qwen3-8b
hardware: {gpu: h200}
`;

function load(text: string, sets: string[] = [], options: Partial<LoadOptions> = {}) {
  const overrides = sets.map((set) => parseOverride(set)!);
  return loadScenarioText(text, 'a.yaml', { families: FAMILIES, overrides, ...options });
}

function problems(run: () => unknown): readonly Diagnostic[] {
  try {
    run();
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics;
    throw error;
  }
  return [];
}

const ids = (run: () => unknown) => problems(run).map(({ id }) => id);

describe('a file with mistakes of several kinds', () => {
  test('names what stands in a field, what fields say together, and a file that is not there', () => {
    const text = `version: 1
population: {users: 1000, popularity: {law: zipf, exponent: -3}}
base: qwen3-8b
hardware: {gpu: h200, tensor: 3}
serving: {cost: {model: calibrated, file: vllm-9}}
`;
    expect(ids(() => load(text, [], { families: REAL }))).toEqual(['MB-E202', 'MB-E106', 'MB-E101', 'MB-E226']);
  });
});

describe('a short file', () => {
  test('is a whole scenario', () => {
    const { scenario, warnings } = load(MINIMAL);
    expect(warnings).toEqual([]);
    expect(scenario.name).toBe('a');
    expect(scenario.population.cohorts).toMatchObject([{ name: 'all', share: 1, rate: 10, slo: null }]);
    expect(scenario.base).toMatchObject({ name: 'Qwen3-8B', layers: 36 });
    expect(scenario.adapter.rank).toEqual({ ranks: [{ rank: 8, share: 1 }], assign: 'hash' });
    expect(scenario.serving.tiers.host.capacity).toBe(0.75 * 2 ** 41);
    expect(scenario.serving.max_adapters_per_batch).toBe(scenario.serving.slots);
  });

  test('finds every default in the families that the simulator has', () => {
    expect(load(MINIMAL, [], { families: REAL }).scenario.serving.cost.name).toBe('roofline');
    const numbers = load(
      MINIMAL,
      ['population.cohorts=[{prompt_tokens: 512, sessions: {turns: 3, think_time: 30s}}]'],
      { families: REAL },
    );
    expect(numbers.scenario.population.cohorts[0]).toMatchObject({
      prompt_tokens: { name: 'fixed', params: { tokens: 512 } },
      sessions: {
        turns: { name: 'fixed', params: { tokens: 3 } },
        think_time: { name: 'fixed', params: { value: 30 } },
      },
    });
  });
});

describe('short and long forms mean the same', () => {
  test.each([
    ['population.popularity=zipf', 'population.popularity={law: zipf, exponent: 1}'],
    ['population.popularity.exponent=0.9', 'population.popularity={law: zipf, exponent: 0.9}'],
    ['population.popularity={law: zipf, exponent: 0.9}', 'population.popularity={name: zipf, params: {exponent: 0.9}}'],
    ['adapter.rank=16', 'adapter.rank=[{rank: 16, share: 100%}]'],
    ['adapter.rank=16', 'adapter.rank={ranks: [{rank: 16, share: 1}], assign: hash}'],
    ['adapter.modules=attention', 'adapter.modules=[o, k, v, q]'],
    ['adapter.modules=all-linear', 'adapter.modules=[attention, mlp]'],
    ['base=qwen3-8b', 'base={preset: qwen3-8b}'],
    ['hardware.gpu.memory=100GB', 'hardware.gpu={preset: h200, memory: 100e9}'],
    ['population={users: 1000, rate_per_user: 0.01/s}', 'population={users: 1000, cohorts: [{rate: 10/s}]}'],
    ['thresholds={ttft_ms_p99: "< 2s"}', 'thresholds=[{metric: ttft_ms_p99, op: "<", value: 2000}]'],
    ['thresholds={slo_attainment: ">= 99%"}', 'thresholds=["slo_attainment >= 0.99"]'],
    ['sweep={adapter.rank: [1, 2]}', 'sweep=[{path: adapter.rank, values: [1, 2]}]'],
    ['duration=1h30m', 'duration=5400'],
  ])('%s', (short, long) => {
    expect(load(MINIMAL, [short]).scenario).toEqual(load(MINIMAL, [long]).scenario);
  });
});

describe('what depends on other fields', () => {
  const cohorts = (text: string) => load(MINIMAL, [`population.cohorts=${text}`]).scenario.population.cohorts;

  test('shares that are left out divide what remains', () => {
    expect(cohorts('[{name: a, share: 40%}, {name: b}, {name: c}]').map(({ share }) => share)).toEqual([0.4, 0.3, 0.3]);
  });

  test('the total rate is split by rate_share, which defaults to the share', () => {
    expect(cohorts('[{name: a, share: 30%, rate_share: 3}, {name: b, rate_share: 1}]').map(({ rate }) => rate)).toEqual(
      [7.5, 2.5],
    );
    expect(cohorts('[{name: a, share: 30%}, {name: b}]').map(({ rate }) => rate)).toEqual([3, 7]);
  });

  test('a rate per user counts the users of the cohort', () => {
    const text = MINIMAL.replace(
      'rate: 10/s',
      'cohorts: [{name: a, share: 20%, rate_per_user: 0.1/s}, {name: b, rate: 5/s}]',
    );
    const [a, b] = load(text).scenario.population.cohorts;
    expect(a.rate).toBeCloseTo(20, 12);
    expect(b.rate).toBe(5);
  });

  test('a total scales rates that every cohort has', () => {
    const text = MINIMAL.replace('10/s', '40/s, cohorts: [{name: a, rate: 1/s}, {name: b, rate: 3/s}]');
    expect(load(text).scenario.population.cohorts.map(({ rate }) => rate)).toEqual([10, 30]);
  });

  test('a closed loop needs no rate: cohorts weigh by their share', () => {
    const text = MINIMAL.replace('rate: 10/s', 'arrivals: closed, cohorts: [{name: a, share: 20%}, {name: b}]');
    expect(load(text).scenario.population.cohorts.map(({ rate }) => rate)).toEqual([0.2, 0.8]);
  });

  test('the only objective is everyone’s, several are chosen by name, null is none', () => {
    const slo = (text: string, cohort: string) =>
      load(MINIMAL, [`slo=${text}`, `population.cohorts=[${cohort}]`]).scenario.population.cohorts[0].slo;
    expect(slo('{a: {ttft: 1s}}', '{}')).toBe('a');
    expect(slo('{a: {ttft: 1s}, b: {ttft: 2s}}', '{}')).toBeNull();
    expect(slo('{a: {ttft: 1s}, b: {ttft: 2s}}', '{slo: b}')).toBe('b');
    expect(slo('{a: {ttft: 1s}}', '{slo: null}')).toBeNull();
  });

  test('attention is what the architecture has of it', () => {
    const modules = (base: string) =>
      load(MINIMAL, [`base=${base}`, 'hardware.parallel.tensor=8']).scenario.adapter.modules;
    expect(modules('qwen3-8b')).toEqual(['q', 'k', 'v', 'o']);
    expect(modules('kimi-k2')).toEqual(['o', 'q_a', 'q_b', 'kv_a', 'kv_b']);
  });
});

test('a rate that cannot be read is one mistake, not one more for every cohort', () => {
  const text = `version: 1
population: {users: 10, rate: -5/s, cohorts: [{name: a}, {name: b}]}
base: qwen3-8b
hardware: {gpu: h200}
`;
  expect(problems(() => load(text)).map(({ id }) => id)).toEqual(['MB-E106']);
});

test('ten different mistakes are ten diagnostics, each at its place', () => {
  const text = `version: 1
duraton: 24h
warmup: 80GiB
population:
  users: -5
  rate: 120/s
  popularity: {law: zipff}
  cohorts:
    - name: chat
      share: 60%
      slo: interactiv
    - name: agents
      share: 30%
base: kimi-k3
hardware: {gpu: h200, replicas: 7, cells: 4}
serving:
  chunked_prefill: "yes"
slo: {interactive: {ttft: 2s}}
thresholds: {ttft_ms_p99: "below 3"}
`;
  const found = problems(() => load(text));
  expect(renderDiagnostics(found)).toMatchInlineSnapshot(`
    "a.yaml:2:1: error MB-E101: unknown key "duraton"
        2 | duraton: 24h
          | ^^^^^^^
          hint: did you mean duration?

    a.yaml:3:9: error MB-E105: warmup has the unit "GiB", which is not a unit of duration
        3 | warmup: 80GiB
          |         ^^^^^
          expected: a duration at least 0 and at most 100d, for instance 50ms, 1.5h, 1h30m, 7 days
          received: "80GiB"

    a.yaml:5:10: error MB-E106: population.users is out of range (must be at least 1 and at most 1e9)
        5 |   users: -5
          |          ^^
          expected: a whole number at least 1 and at most 1e9, for instance 8, 1_000_000, 1e6, 1M
          received: -5

    a.yaml:7:21: error MB-E104: "zipff" is not a member of the popularity family
        7 |   popularity: {law: zipff}
          |                     ^^^^^
          received: "zipff"
          hint: did you mean zipf?

    a.yaml:8:3: error MB-E201: the shares of the cohorts sum to 90%
        8 |   cohorts:
          |   ^^^^^^^
          expected: 100%

    a.yaml:11:12: error MB-E205: there is no objective interactiv
       11 |       slo: interactiv
          |            ^^^^^^^^^^
          hint: did you mean interactive?

    a.yaml:14:7: error MB-E104: "kimi-k3" is not a known base model
       14 | base: kimi-k3
          |       ^^^^^^^
          expected: the name of a base model, or its dimensions
          received: "kimi-k3"
          hint: did you mean kimi-k2?

    a.yaml:15:43: error MB-E203: 7 replicas cannot be split over 4 cells
       15 | hardware: {gpu: h200, replicas: 7, cells: 4}
          |                                           ^
          expected: a divisor of 7

    a.yaml:17:20: error MB-E103: serving.chunked_prefill must be true or false
       17 |   chunked_prefill: "yes"
          |                    ^^^^^
          received: "yes"

    a.yaml:19:27: error MB-E105: thresholds.ttft_ms_p99 is not a comparison
       19 | thresholds: {ttft_ms_p99: "below 3"}
          |                           ^^^^^^^^^
          expected: a comparison such as "< 500", ">= 99%" or "< 2s"
          received: "below 3"

    10 errors
    "
  `);
  expect(found).toHaveLength(10);
});

describe('a file that cannot be a scenario', () => {
  const deep = `a: ${'['.repeat(500)}`;
  const laughs = `a: &a [x, x, x, x, x, x, x, x, x, x]\n${'bcdefghi'
    .split('')
    .map((key, i) => `${key}: &${key} [${Array(10).fill(`*${'abcdefgh'[i]}`).join(', ')}]`)
    .join('\n')}\n`;
  test.each([
    ['MB-E004', 'an unclosed bracket', 'version: [1\n'],
    ['MB-E004', 'a tab as indentation', 'population:\n\tusers: 5\n'],
    ['MB-E004', 'an undefined alias', 'a: *nowhere\n'],
    ['MB-E005', 'a duplicate key', `${MINIMAL}base: kimi-k2\n`],
    ['MB-E007', 'nothing', ''],
    ['MB-E007', 'only comments', '# nothing\n'],
    ['MB-E008', 'a list', '- version: 1\n'],
    ['MB-E008', 'a sentence', 'hello\n'],
    ['MB-E009', 'five hundred brackets', deep],
    ['MB-E009', 'forty nested maps', Array.from({ length: 40 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['MB-E009', 'fifty thousand nested lists', '- '.repeat(50_000)],
    ['MB-E009', 'a hundred thousand keys in a row', 'a: '.repeat(100_000)],
    ['MB-E009', 'a hundred thousand spaces', `a:\n${' '.repeat(100_000)}b: |\n`],
    ['MB-E009', 'a billion laughs', laughs],
    ['MB-E010', 'a value that contains itself', 'a: &a {b: *a}\n'],
    ['MB-E011', 'code', `${MINIMAL}name: !!js/function "function () {}"\n`],
    ['MB-E012', 'two documents', `${MINIMAL}---\n${MINIMAL}`],
    ['MB-E013', 'a map as key', `${MINIMAL}{a: 1}: 2\n`],
    ['MB-E013', 'a merge key', `${MINIMAL}adapter: &a {rank: 8}\nserving: {<<: *a}\n`],
    ['MB-E013', 'a prototype', `${MINIMAL}__proto__: {polluted: true}\n`],
    ['MB-E014', 'a number beyond doubles', `${MINIMAL}duration: 1e400\n`],
    ['MB-E014', 'a whole number beyond 2^53', `${MINIMAL}seed: 12345678901234567890\n`],
  ])('%s: %s', (id, _, text) => {
    const found = problems(() => load(text));
    expect(found[0]).toMatchObject({ id, file: 'a.yaml' });
    expect(found[0].line).toBeGreaterThan(0);
    expect(found.length).toBeLessThanOrEqual(3);
  });

  test.each([
    ['MB-E001', 'that is not there', () => join(folder, 'missing.yaml')],
    ['MB-E001', 'that is a folder', () => folder],
    ['MB-E002', 'of bytes', () => write('binary.yaml', Buffer.from([0x41, 0, 1, 2]))],
    ['MB-E002', 'in another encoding', () => write('latin1.yaml', Buffer.from([0x61, 0x3a, 0x20, 0xe9, 0x0a]))],
    ['MB-E003', 'of six megabytes', () => write('large.yaml', Buffer.alloc(6 << 20, '#'))],
  ])('%s: one %s', (id, _, make) => {
    const path = make();
    expect(ids(() => loadScenario(path, { families: FAMILIES }))).toEqual([id]);
  });

  test('a missing file names its neighbour', () => {
    write('chat-1M.yaml', Buffer.from(MINIMAL));
    expect(problems(() => loadScenario(join(folder, 'chat-1m.yaml'), { families: FAMILIES }))[0].hint).toBe(
      'did you mean chat-1M.yaml?',
    );
  });

  function write(name: string, data: Buffer): string {
    writeFileSync(join(folder, name), data);
    return join(folder, name);
  }
});

describe('a file that can be read on beyond a mistake', () => {
  const at = (text: string) => problems(() => load(text)).map(({ id, line, column }) => [id, line, column]);

  test('says what else is wrong beside a key that stands twice, in both of its values', () => {
    const text = `${MINIMAL}duraton: 1h
serving: {slots: 8, kv: {block: -1}}
warmup: 80GiB
serving: {slts: 8}
name: one
name: ../two
adapter: {rank: 8, rank: 16, modules: everything}
`;
    expect(at(text)).toEqual([
      ['MB-E101', 5, 1],
      ['MB-E101', 6, 26],
      ['MB-E105', 7, 9],
      ['MB-E005', 8, 1],
      ['MB-E101', 8, 11],
      ['MB-E005', 10, 1],
      ['MB-E108', 10, 7],
      ['MB-E005', 11, 20],
      ['MB-E104', 11, 39],
    ]);
  });

  test('a rule across fields says nothing where it rests on a key that stands twice', () => {
    const cells = MINIMAL.replace('{gpu: h200}', '{gpu: h200, replicas: 7, cells: 4}');
    expect(at(cells)).toEqual([['MB-E203', 4, 43]]);
    expect(at(cells.replace('replicas: 7', 'replicas: 7, replicas: 8'))).toEqual([['MB-E005', 4, 36]]);
    // One that does not rest on it still does.
    const cohorts = 'slo: {chat: {ttft: 2s}}\nwarmup: 1s\nwarmup: 2s\n';
    expect(at(`${cells}${cohorts}`)).toEqual([
      ['MB-E203', 4, 43],
      ['MB-E005', 7, 1],
    ]);
  });

  test.each([
    ['a tag', 'seed: !!js/function "1"\n', ['MB-E011', 5, 7]],
    ['a number beyond doubles', 'duration: 1e400\n', ['MB-E014', 5, 11]],
    ['a key that is a map', '{a: 1}: 2\n', ['MB-E013', 5, 1]],
    ['a merge key', 'adapter: {<<: {rank: 8}}\n', ['MB-E013', 5, 11]],
  ])('%s is one mistake, and hides no other', (_, line, mistake) => {
    expect(at(`${MINIMAL}${line}`)).toEqual([mistake]);
    expect(at(`${MINIMAL}${line}warmup: 80GiB\nserving: {slts: 8}\n`)).toEqual([
      mistake,
      ['MB-E105', 6, 9],
      ['MB-E101', 7, 11],
    ]);
  });

  test('a thousand keys that stand twice are a thousand mistakes, found in no time', () => {
    const twice = Array.from({ length: 1000 }, () => 'seed: 1\n').join('');
    expect(at(`${MINIMAL}${twice}`)).toHaveLength(999);
  });
});

describe('one wrong value', () => {
  test.each([
    ['MB-E102', 'version: 1\nbase: qwen3-8b\nhardware: {gpu: h200}\n', 1, 'population is missing'],
    ['MB-E102', MINIMAL.replace('users: 1000, ', ''), 2, 'population.users is missing'],
    ['MB-E103', MINIMAL.replace('{gpu: h200}', '7'), 4, 'hardware must be a map'],
    ['MB-E103', `${MINIMAL}serving: {chunked_prefill: 1}\n`, 5, 'must be true or false'],
    ['MB-E104', `${MINIMAL}serving: {routing: least-oustanding}\n`, 5, 'not a member of the routing family'],
    ['MB-E104', MINIMAL.replace('h200', 'h2000'), 4, 'not a known GPU'],
    ['MB-E105', `${MINIMAL}duration: 3 fortnights\n`, 5, 'has the unit "fortnights"'],
    ['MB-E105', `${MINIMAL}duration: .nan\n`, 5, 'is not a number'],
    ['MB-E105', `${MINIMAL}duration: .inf\n`, 5, 'is infinite'],
    ['MB-E106', `${MINIMAL}warmup: -1s\n`, 5, 'out of range'],
    ['MB-E105', `${MINIMAL}serving: {kv: {memory_fraction: 90}}\n`, 5, 'write 90% for 90 percent'],
    ['MB-E108', `${MINIMAL}name: ../../etc/passwd\n`, 5, 'a name has letters'],
    ['MB-E109', MINIMAL.replace('version: 1', 'version: 2'), 1, 'version must be 1'],
    ['MB-E105', `${MINIMAL}thresholds: {ttft_ms_p99: 500}\n`, 5, 'not a comparison'],
    ['MB-E105', `${MINIMAL}thresholds: {rejections: "< 5s"}\n`, 5, 'against a time'],
    ['MB-E101', `${MINIMAL}adapter: {rank: [{rank: 8, shar: 1}]}\n`, 5, 'unknown key "shar"'],
    [
      'MB-E101',
      `${MINIMAL}serving: {tiers: {host: {eviction: {policy: w-tinylfu, windw: 1%}}}}\n`,
      5,
      'unknown key "windw"',
    ],
  ])('%s %#', (id, text, line, message) => {
    const found = problems(() => load(text));
    expect(found[0]).toMatchObject({ id, line });
    expect(found[0].message).toContain(message);
  });

  test('inside a value that is used by alias is shown where the alias stands', () => {
    const text = `${MINIMAL}duration: &long 5 parsecs\nwarmup: *long\n`;
    expect(problems(() => load(text)).map(({ line }) => line)).toEqual([5, 6]);
  });
});

describe('overrides', () => {
  test('reach into lists by position and by name, and make short forms long', () => {
    const text = MINIMAL.replace('rate: 10/s', 'rate: 10/s, cohorts: [{name: chat}, {name: agents, share: 25%}]');
    const { scenario } = load(text, [
      'population.cohorts[agents].share=50%',
      'population.cohorts[0].burstiness.law=gamma',
      'hardware.gpu.price_per_hour=9',
    ]);
    expect(scenario.population.cohorts.map(({ share }) => share)).toEqual([0.5, 0.5]);
    expect(scenario.population.cohorts[0].burstiness).toEqual({ name: 'gamma', params: { cv: 2 } });
    expect(scenario.hardware.gpu).toMatchObject({ name: 'NVIDIA H200 SXM', price_per_hour: 9 });
  });

  test('the last one wins, and a change does not show through an alias', () => {
    const text = `${MINIMAL}serving: {tiers: {host: &t {eviction: lru, capacity: 1TiB}, disk: *t}}\n`;
    const { tiers } = load(text, ['serving.tiers.host.capacity=1GiB', 'serving.tiers.host.capacity=2GiB']).scenario
      .serving;
    expect([tiers.host.capacity, tiers.disk.capacity]).toEqual([2 ** 31, 2 ** 40]);
  });

  test.each([
    ['MB-E101', 'hardware.replcas=16', 10, 'did you mean replicas?'],
    ['MB-E105', 'duration=5 parsecs', 10, undefined],
    ['MB-E106', 'population={users: 0, rate: 1}', 20, undefined],
    ['MB-E301', '.a=1', 1, 'for instance population.cohorts[0].rate'],
    ['MB-E301', 'a..b=1', 2, 'for instance population.cohorts[0].rate'],
    ['MB-E302', 'version.x=1', 9, undefined],
    ['MB-E302', 'population.cohorts[chta].share=1', 20, 'did you mean chat?'],
    ['MB-E302', 'population.cohorts[5].share=1', 20, 'it has chat'],
    ['MB-E004', 'duration=[1', 12, undefined],
  ])('%s: %s', (id, set, column, hint) => {
    const text = MINIMAL.replace('rate: 10/s', 'rate: 10/s, cohorts: [{name: chat}]');
    const [found] = problems(() => load(text, [set]));
    expect(found).toMatchObject({ id, file: '--set', line: 1, column, excerpt: set });
    expect(found.hint).toBe(hint);
  });
});

describe('a sweep', () => {
  test('is refused for a path that leads nowhere and for a value that is not valid', () => {
    const found = problems(() => load(`${MINIMAL}sweep:\n  serving.slts: [1]\n  adapter.rank: [8, 0]\n`));
    expect(found).toMatchObject([
      { id: 'MB-E219', line: 6, column: 18, hint: 'did you mean slots?' },
      { id: 'MB-E219', line: 7, column: 21 },
    ]);
  });

  test('is refused for a combination that is not valid', () => {
    const found = problems(() => load(`${MINIMAL}sweep: {hardware.replicas: [4, 6], hardware.cells: [1, 4]}\n`));
    expect(found).toMatchObject([{ id: 'MB-E219', line: 5 }]);
    expect(found[0].message).toContain('hardware.replicas=6, hardware.cells=4');
  });

  test('of combinations that are valid loads, though single values would not be', () => {
    const { scenario } = load(`${MINIMAL}sweep: {hardware.replicas: [4, 8], hardware.cells: [4]}\n`);
    expect(scenario.sweep).toEqual([
      { path: 'hardware.replicas', values: [4, 8] },
      { path: 'hardware.cells', values: [4] },
    ]);
  });
});

test('no text makes the loader throw anything but a UserError', () => {
  const shipped = readdirSync('scenarios')
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => readFileSync(`scenarios/${file}`, 'utf8'));
  const spoilt = fc
    .tuple(
      fc.constantFrom(MINIMAL, ...shipped),
      fc.nat(),
      fc.nat({ max: 20 }),
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('[', '{', ': ', '\t', '&a ', '*a', '- ', '"', '!!', '---\n', '1e999', '.nan'),
      ),
    )
    .map(
      ([text, at, length, insert]) =>
        text.slice(0, at % text.length) + insert + text.slice((at % text.length) + length),
    );
  fc.assert(
    fc.property(fc.oneof(spoilt, fc.string({ unit: 'binary' })), (text) => {
      for (const { file, line, column, excerpt } of problems(() => load(text, [], { families: REAL }))) {
        expect(file).toBe('a.yaml');
        expect(column).toBeLessThanOrEqual(excerpt!.length + 1);
        expect(line).toBeGreaterThan(0);
      }
    }),
    { numRuns: 150 },
  );
});
