import { describe, expect, it } from 'vitest';
import { KINDS } from '../../src/cli/catalog.ts';
import { FAMILIES } from '../../src/run/families.ts';
import { mint, mintHere } from './cli.ts';

describe('list and explain', () => {
  it('know every member of every registry, each with a summary', async () => {
    for (const kind of KINDS) {
      const items = await kind.items();
      expect(items.length, kind.name).toBeGreaterThan(0);
      expect(new Set(items.map(({ name }) => name)).size, kind.name).toBe(items.length);
      for (const item of items) {
        expect(item.summary.trim(), `${kind.name}/${item.name}`).not.toBe('');
        expect(item.summary, `${kind.name}/${item.name}`).not.toMatch(/\.$|\n/);
      }
    }
  });

  it('know the words for several kinds', () => {
    const { code, stdout } = mint(['list', 'policies', '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).map(({ kind }: { kind: string }) => kind)).toEqual(Object.keys(FAMILIES));
    expect(mint(['list', 'codes']).stdout).toBe(mint(['list', 'error-codes']).stdout);
  });

  it('do not take "et al." for the end of a sentence', () => {
    expect(mint(['list', 'scenarios']).stdout).toMatch(
      /^published\/vllm-0\.8-lora-grid .* Agullo et al\. measured it$/m,
    );
  });

  it('explain whatever list names', () => {
    const { stdout } = mint(['list', '--names']);
    const names = stdout.trimEnd().split('\n');
    expect(names.length).toBeGreaterThan(400);
    const { code, stdout: text, stderr } = mint(['explain', ...new Set(names)]);
    expect([code, stderr]).toEqual([0, '']);
    for (const kind of KINDS) expect(text).toContain(kind.title);
    expect(text).not.toMatch(/\[object|\bNaN\b|: undefined|default undefined/);
  });

  it('say of no optional parameter that it must be given, and of no required one that it need not', async () => {
    const facts = async (kind: string, name: string) => {
      const items = await KINDS.find((one) => one.name === kind)!.items();
      return Object.fromEntries(items.find((item) => item.name === name)!.facts);
    };
    const lognormal = await facts('lengths', 'lognormal');
    expect(lognormal.median).toBe('Median before clipping, tokens; 256 by default; optional');
    const calibrated = await facts('cost', 'calibrated');
    expect(calibrated.file).toMatch(/; must be given$/);
    // A scenario that gives nothing but what is said to be needed loads, whatever the member.
    for (const [family, members] of Object.entries(FAMILIES)) {
      for (const [name, { params }] of Object.entries(members)) {
        const needed = Object.entries(await facts(family, name)).filter(([, text]) => text.endsWith('must be given'));
        const issues: readonly { path: PropertyKey[] }[] = params.safeParse({}).error?.issues ?? [];
        const missing = issues.filter(({ path }) => path.length > 0);
        const named = needed.map(([param]) => param);
        for (const { path } of missing) expect(named, `${family}/${name}`).toContain(String(path[0]));
        const none = (params.safeParse({}).data ?? {}) as Record<string, unknown>;
        for (const param of missing.length === 0 ? named : [])
          expect(none[param], `${family}/${name}.${param}`).toBe('');
      }
    }
  });

  it('point to kinds that exist', async () => {
    const kinds = KINDS.map(({ name }) => name);
    const pointed = new Set<string>();
    for (const kind of KINDS) {
      for (const item of await kind.items()) {
        for (const [, named] of JSON.stringify(item).matchAll(/mint-bench list ([a-z][\w-]*)/g)) {
          if (named !== 'shows') expect(kinds, `${kind.name}/${item.name}`).toContain(named);
          pointed.add(named);
        }
      }
    }
    for (const named of ['gpus', 'models', 'engines', 'calibrations', 'eviction']) expect(pointed).toContain(named);
  });

  it('give the numbers behind a name', async () => {
    expect(await mintHere(['explain', 'qwen3-30b-a3b'])).toEqual({
      code: 0,
      stderr: '',
      stdout: `qwen3-30b-a3b  Base models
  Qwen3-30B-A3B: 30.5 B, 3.35 B active parameters, 128 experts, 8 a token
  parameters   30.5 B, 3.35 B active
  hidden       2048
  layers       48
  heads        32, 4 KV heads of 128
  experts      128 of 768, 8 a token, 0 shared, first 0 layers dense
  vocabulary   151936
  max context  40960 tokens
  weights      56.9 GiB in bf16
  KV cache     96 KiB a token in bf16
  adapter      52.7 M parameters a rank on all linear layers, 37248 tensors (672 packed)
  source       ai-dynamo/aiconfigurator@095f58a: model_configs
  base: qwen3-30b-a3b
`,
    });
    expect((await mintHere(['explain', 'exit-codes/10'])).stdout).toBe(`10  Exit codes
  threshold failed
  The run finished; a threshold of the scenario does not hold.
  what to do  The verdicts stand first in the summary and the report.
`);
  });

  it('explain the id that a diagnostic carries', async () => {
    expect((await mintHere(['explain', 'mb-e209'])).stdout).toMatch(
      /^MB-E209 {2}.*\n {2}the weights do not fit a replica\n/,
    );
  });

  it('explain what is known beside what is not', async () => {
    const { code, stdout, stderr } = await mintHere(['explain', 'zipf', 'sieev', 'lru', 'frobnicate']);
    expect([...stdout.matchAll(/^\S+(?= {2}\S)/gm)].map(([name]) => name)).toEqual(
      expect.arrayContaining(['zipf', 'lru']),
    );
    expect(stderr).toMatch(/"sieev" \(did you mean sieve\?\)\n {2}nothing is called "frobnicate"/);
    expect(code).toBe(2);
  });

  it('are guessed at by what a misspelt name says: kinds by their titles, metrics by the parts of their names', async () => {
    expect((await mintHere(['list', 'polices'])).stderr).toMatch(
      /did you mean one of eviction, prefetch, routing, .*admission\?/,
    );
    expect((await mintHere(['list', 'metircs'])).stderr).toMatch(/did you mean metrics\?/);
    expect((await mintHere(['explain', 'cost_per_user'])).stderr).toMatch(/cost_usd_per_user_month\?/);
    const unknown = async (name: string) => (await mintHere(['explain-run', 'smoke', '--metric', name])).stderr;
    expect(await unknown('ttft')).toMatch(/there is no metric "ttft"\n {2}did you mean one of ttft_ms_p50, .*…\?/);
    expect(await unknown('ttft_p99')).toMatch(/did you mean one of ttft_ms_p99, /);
    expect(await unknown('slo_atainment')).toMatch(/did you mean slo_attainment\?/);
    expect(await unknown('frobnicate')).toMatch(/expected names like ttft_ms_p99/);
    expect(await unknown(',')).toMatch(/expected names of metrics/);
    expect((await mintHere(['run', 'smoke', '--trace', 'banana'])).stderr).toMatch(
      /'banana' cannot be read .*2s@12:00 \(hours:minutes\)/,
    );
  });

  it('explain a group of metrics, and say what other tools mean by the name', async () => {
    const { stdout } = await mintHere(['explain', 'tpot']);
    expect(stdout.match(/^tpot_ms_/gm)?.length).toBeGreaterThan(3);
    expect(stdout).toMatch(/GuideLLM/);
  });

  it('tell names apart that several kinds share', async () => {
    expect((await mintHere(['explain', 'none'])).stdout).toMatch(/^none {2}Drift[\s\S]*^none {2}Prefetch/m);
    expect((await mintHere(['explain', 'prefetch/none'])).stdout).not.toContain('Drift');
  });

  it('explain a field by the end of its path', async () => {
    expect((await mintHere(['explain', 'slots'])).stdout).toMatch(/^serving\.slots {2}Fields of a scenario\n/);
    expect((await mintHere(['explain', 'host.capacity'])).stdout).toMatch(/^serving\.tiers\.host\.capacity {2}/);
  });

  it('give scripts the same', async () => {
    const listed = JSON.parse((await mintHere(['list', 'cost', '--json'])).stdout);
    expect(listed).toHaveLength(1);
    expect(listed[0].items.map(({ name }: { name: string }) => name)).toEqual([
      'roofline',
      'calibrated',
      'coefficients',
      'profile',
    ]);
    const [explained] = JSON.parse((await mintHere(['explain', 'roofline', '--json'])).stdout);
    expect(explained).toMatchObject({
      kind: 'cost',
      name: 'roofline',
      facts: { source: 'Williams et al., CACM 52(4), 2009' },
    });
  });
});
