/** The digest in the terminal and in Markdown: one content, any names. */
import { describe, expect, it } from 'vitest';
import { csv } from '../../src/report/csv.ts';
import { digest } from '../../src/report/digest.ts';
import { markdownSummary } from '../../src/report/markdown.ts';
import type { RunTables } from '../../src/report/run-data.ts';
import { terminalSummary } from '../../src/report/terminal.ts';
import { GPUS } from '../../src/scenario/presets/gpus.ts';
import { emptyRun, runTables } from './fixture.ts';

const plain = { color: false, ascii: false, width: 80 };

/** The run with some of its summary and scenario replaced. */
function changed(values: Record<string, number>, scenario: Partial<RunTables['scenario']> = {}): RunTables {
  const run = runTables();
  const summary = run.summary.map((row) =>
    row.cohort === 'all' && row.metric in values ? { ...row, value: values[row.metric] } : row,
  );
  return { ...run, summary, scenario: { ...run.scenario, ...scenario } };
}

describe('digest', () => {
  it('fails on a broken threshold, and names it', () => {
    const { verdict, sentence } = digest(runTables());
    expect(verdict).toBe('fail');
    expect(sentence).toBe(
      '1 M users, 10.4 M requests: misses 1 of 3 thresholds: slo_attainment is 98.8%, required ≥ 99%.',
    );
  });

  it('passes with a warning where only a warning is broken', () => {
    const { verdict, passed, sentence } = digest(changed({ slo_attainment: 0.995 }));
    expect([verdict, passed]).toEqual(['pass', true]);
    expect(sentence).toContain(
      'meets its thresholds, with 1 warning, p99 time to first token 1.81 s, at $0.14 a user and month.',
    );
  });

  it('says so where there are no thresholds', () => {
    const { verdict, passed, sentence } = digest(changed({}, { thresholds: [] }));
    expect([verdict, passed]).toEqual(['none', true]);
    expect(sentence).toContain('sets no thresholds');
  });

  it('passes nothing where no request was measured, and still fails', () => {
    const run = runTables();
    const warmUp = (row: (typeof run.summary)[number]) => ({ ...row, value: row.metric === 'arrivals' ? 3 : null });
    const thresholds = [{ metric: 'arrivals', op: '<', value: 10, severity: 'fail' }] as const;
    const tables = {
      ...run,
      summary: run.summary.map(warmUp),
      scenario: { ...run.scenario, thresholds: [...thresholds] },
    };
    const shown = digest(tables);
    expect([shown.verdict, shown.thresholds[0].ok]).toEqual(['none', true]);
    expect(shown.sentence).toContain('no request was measured');
    expect(terminalSummary(shown, plain)).not.toContain('PASS');
    expect(digest({ ...run, summary: run.summary.map(warmUp) }).verdict).toBe('fail');
  });

  it('assumes no prefix cache, the worse where sessions carry context, and prices that are illustrative', () => {
    const run = runTables();
    const said = (scenario: Partial<typeof run.scenario>) => digest(changed({}, scenario)).assumptions.join('\n');
    const { population, hardware } = run.scenario;
    const [cohort] = population.cohorts;
    const choice = { name: 'fixed', params: {} };
    const chat = (carry_context: boolean) => ({
      population: {
        ...population,
        cohorts: [{ ...cohort, sessions: { turns: choice, think_time: choice, carry_context } }],
      },
    });
    expect(said(chat(true))).toMatch(/each turn of a session prefills its carried context anew/);
    expect(said(chat(false))).toMatch(/each prompt is prefilled whole/);
    expect(said({})).toMatch(/Speculative decoding is left out/);
    const priced = (price_per_hour: number) =>
      said({ hardware: { ...hardware, gpu: { ...GPUS.h100, price_per_hour } } });
    expect(priced(GPUS.h100.price_per_hour)).toContain('a round illustrative figure');
    expect(priced(1.23)).not.toContain('illustrative');
  });

  it('shows as many digits as it takes to see why a threshold broke', () => {
    const [line] = digest(changed({ ttft_ms_p99: 2000.4 })).thresholds;
    expect(line.status).toBe('fail');
    expect([line.measured, line.bound]).toEqual(['2.0004 s', '< 2 s']);
  });

  it('an empty sample is "–" and fails its threshold', () => {
    const run = runTables();
    const summary = run.summary.map((row) => (row.metric === 'ttft_ms_p99' ? { ...row, value: null } : row));
    const { thresholds, cohorts } = digest({ ...run, summary });
    expect(thresholds[0]).toMatchObject({ status: 'fail', measured: '–' });
    expect(cohorts.rows.every((row) => row.cells[2] === '–')).toBe(true);
  });

  it('says what became of revisions where there are any', () => {
    const run = runTables();
    const row = (metric: string, unit: string, value: number) => ({
      metric,
      cohort: 'all',
      unit,
      value,
      n: 1,
      lo: null,
      hi: null,
    });
    const labels = ['Revisions put into use', 'Lookups lost to updates'];
    const tiles = (summary: typeof run.summary) =>
      digest({ ...run, summary }).tiles.filter(({ label }) => labels.includes(label));
    const without = run.summary.filter(({ metric }) => !metric.startsWith('revisions_'));
    const own = [
      row('revisions_ready', 'count', 12),
      row('revisions_rolled_back', 'count', 3),
      row('stale_lookup_ratio', 'fraction', 0.04),
      row('trained_to_served_ms_p50', 'ms', 2500),
    ];
    const names = own.map(({ metric }) => metric);
    expect(tiles(without)).toEqual([]);
    expect(tiles([...without.filter(({ metric }) => !names.includes(metric)), ...own])).toEqual([
      { label: labels[0], value: '12', note: '3 rolled back' },
      { label: labels[1], value: '4%', note: 'trained to served p50 2.5 s' },
    ]);
  });

  it('a run without a request has a digest', () => {
    const run = emptyRun();
    expect(
      digest({ ...run, scenario: { ...run.scenario, thresholds: [] } }).tiles.every((tile) => tile.value !== 'NaN'),
    ).toBe(true);
  });

  it('assumptions follow from the scenario', () => {
    const one = digest(
      changed({}, { hardware: { ...runTables().scenario.hardware, cells: 1 }, warmup: 0, replications: 5 }),
    ).assumptions.join('\n');
    expect(one).not.toMatch(/cells/);
    expect(one).toMatch(/No warm-up/);
    expect(one).toMatch(/5 replications/);
    expect(digest(runTables()).assumptions.join('\n')).toMatch(/8 cells of 8 replicas/);
  });
});

describe('terminal', () => {
  it('verdict and thresholds first, then headline, cohorts, the command', () => {
    expect(terminalSummary(digest(runTables()), plain)).toMatchInlineSnapshot(`
      "FAIL  fixture
      1 M users, 10.4 M requests: misses 1 of 3 thresholds: slo_attainment is 98.8%, required ≥ 99%.

      Thresholds
        ✓  ttft_ms_p99     1.81 s  < 2 s
        ✗  slo_attainment   98.8%  ≥ 99%
        !  hit_ratio_gpu    68.3%  > 70%  warning only

      Headline
        Requests                          10.4 M  120 /s finished
        Users                                1 M  over 24 h
        Time to first token               1.81 s  p99 · median 89.3 ms
        Time per output token            32.6 ms  p99 · median 17.9 ms
        SLO attainment                     98.8%  of arrivals · 512 refused
        GPU hit ratio                      68.3%  cold 13%
        Replicas not idle                  62.8%  KV cache 41% full
        Output                   21,605 tokens/s  fairness 0.931 (Jain)
        Cost per million tokens            $1.87  prompt and output
        Cost of a user                     $0.14  a month, rent of all hardware

      Cohorts
                                 TTFT    TTFT     TPOT
                    requests      p50     p99      p99
        free               –   111 ms  2.24 s  40.3 ms
        pro                –    85 ms  1.72 s    31 ms
        enterprise         –  59.5 ms   1.2 s  21.7 ms
        all           10.4 M  89.3 ms  1.81 s  32.6 ms

                       E2E  slowdown    GPU     SLO
                       p99       p99   hits     met
        free        10.9 s     2.86×      –   98.1%
        pro          8.4 s      2.2×      –   98.9%
        enterprise  5.88 s     1.54×      –  99.46%
        all         8.82 s     2.31×  68.3%   98.8%

      again: mint-bench run scenario.resolved.yaml
      "
    `);
  });

  it('ASCII has no character beyond ASCII, at the same width', () => {
    const text = terminalSummary(digest(runTables()), { color: false, ascii: true, width: 80 });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
    expect(text).toMatch(/^[\u0000-\u007f]*$/);
    expect(text).toContain('XX  slo_attainment');
  });

  it('colour changes nothing but colour', () => {
    const coloured = terminalSummary(digest(runTables()), { color: true, ascii: false, width: 80 });
    expect(coloured).toContain('\u001b[');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences of colours
    expect(coloured.replace(/\u001b\[\d+m/g, '')).toBe(terminalSummary(digest(runTables()), plain));
  });

  it('a name cannot move the cursor or ring the bell', () => {
    const run = runTables(['\u001b[2J\u0007evil\r', 'b', 'c']);
    const text = terminalSummary(digest(run), plain);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
    expect(text).toContain('evil');
  });
});

describe('Markdown', () => {
  it('escapes what a name could break', () => {
    const run = runTables(['a|b\n# x', '<img src=x>', '`*_']);
    const text = markdownSummary(digest(run), 'abc', [
      { id: 'ttft-distribution', question: 'A "b" <c>?', howToRead: 'x.' },
    ]);
    expect(text).toContain('a\\|b \\# x');
    expect(text).not.toContain('<img src=x>');
    expect(text).toContain('alt="A &quot;b&quot; &lt;c>?"');
    const table = text.split('\n').filter((line) => line.startsWith('|') && line.split(/(?<!\\)\|/).length === 11);
    // Header, rule, three cohorts and all: nothing a cohort is called adds a cell or a row.
    expect(table).toHaveLength(6);
  });

  it('a command with backticks stays inside its fence', () => {
    const run = runTables();
    const text = markdownSummary(digest({ ...run, manifest: { command: 'mint-bench run ```x' } }), 'abc', []);
    expect(text).toContain('````sh\nmint-bench run ```x\n````');
  });
});

describe('CSV', () => {
  it('quotes what needs it, leaves missing values empty, keeps formulas from running', () => {
    expect(
      csv([
        { a: 'x,y', b: 1.5 },
        { a: '=1+1', b: null, c: 'say "no"' },
      ]),
    ).toBe('a,b,c\r\n"x,y",1.5,\r\n\'=1+1,,"say ""no"""\r\n');
  });

  it('a negative number stays a number', () => {
    expect(csv([{ a: -3 }])).toBe('a\r\n-3\r\n');
  });
});
