/**
 * README.md, line by line: every line of every shell block is run as written, in README order, in one temporary folder, only
 * with settings appended that make it seconds; or it stands in ELSEWHERE with the reason and the place of its test. A line that
 * is in neither table fails, and so does an entry whose line README no longer has.
 */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { ROOT, temporaryFolder } from './cli.ts';

const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const blocks = (language: string) =>
  Array.from(README.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm')), ([, text]) => text);
const LINES = blocks('sh')
  .flatMap((block) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, ''))
  .filter((line) => line !== '');

const SHORT = '--set duration=10s --set warmup=1s';
/** Points too short for a second worker to be worth its start, and no figures: those are looked at where each command has its tests. */
const LEAN = '--jobs 1 --no-figures';
const CPU_KERNEL = existsSync(join(ROOT, 'native/build/mint_native_cpu.node'));

interface Expected {
  /** Appended to the line's first command. */
  extra?: string;
  /** Exit code, 0 unless told. */
  code?: number;
  /** What has to stand on stdout or stderr. */
  prints?: RegExp;
}

const SELF_TEST = 'npx mint-bench kernel --backend cpu --self-test';

const RUN: Readonly<Record<string, Expected>> = {
  'npm ci && npx mint-bench run scenarios/1M.yaml': {
    extra: '--set duration=20s --set warmup=2s --no-figures',
    prints: /^report: reports\/runs\/1M-\w+\/report\.html$/m,
  },
  'npx mint-bench init mine.yaml': { prints: /^next: mint-bench validate mine\.yaml$/m },
  'npx mint-bench validate mine.yaml': { prints: /^mine\.yaml: valid$/m },
  'npx mint-bench run mine.yaml --set serving.slots=64 --set population.users=40k': {
    extra: `${SHORT} --no-figures`,
    prints: /^40,000 users, /m,
  },
  'npx mint-bench run trace-replay --set population.arrivals.file=AzureLLMInferenceTrace_conv.csv': {
    extra: `${SHORT} --no-figures`,
    prints: /^100,000 users, 8 requests/m,
  },
  'npx mint-bench list': { prints: /^eviction +\d+ /m },
  'npx mint-bench explain ttft_ms_p99': { prints: /Time to first token/ },
  'npx mint-bench doctor': { prints: /^node +ok/m },
  'npx mint-bench run lifecycle': {
    extra: '--set duration=2min --set warmup=10s --set lifecycle.training=5s --no-figures',
    prints: /^report: reports\/runs\/lifecycle-/m,
  },
  'npx mint-bench run lifecycle --set lifecycle.prewarm=host': {
    extra: '--set duration=2min --set warmup=10s --set lifecycle.training=5s --no-figures',
    prints: /^report: reports\/runs\/lifecycle-/m,
  },
  'npx mint-bench run smoke --replications 5': {
    extra: `${SHORT} --no-figures`,
    prints: /^PASS {2}smoke {2}5 replications\n[\s\S]*± is a 95% interval over replications/,
  },
  'npx mint-bench run smoke --trace 2s@00:05': {
    extra: '--set duration=303s --no-figures',
    prints: /trace\.json/,
  },
  'npx mint-bench sweep scale-out': { extra: `${SHORT} --set population.users=1e3,1e4 --replications 1 ${LEAN}` },
  'npx mint-bench sweep smoke --set population.users=1e3,1e4,1e5 --set adapter.rank=8,32,128 --replications 2': {
    extra: `${SHORT} ${LEAN}`,
    prints: /9 settings × 2 replications/,
  },
  "npx mint-bench sweep s-lora-a10g --until 'slo_attainment >= 90%' --axis population.rate=0.5/s..6/s --replications 5":
    {
      extra: `${SHORT} ${LEAN}`,
      prints: /knee between /,
    },
  "npx mint-bench plan 1M --axis hardware.replicas=8..32:8 --meet 'ttft_ms_p99 < 2s' --scale 8": {
    extra: `--set duration=20s --set warmup=2s ${LEAN}`,
    prints: /^answer +hardware\.replicas=/m,
  },
  'npx mint-bench explain-run s-lora-a10g --replications 3 --metric slo_attainment,ttft_ms_p99': {
    extra: `${SHORT} --draws 4 ${LEAN}`,
  },
  'npx mint-bench interference interference-admission': {
    extra: `--set duration=2min --set warmup=10s --replications 1 ${LEAN}`,
    prints: /of it interaction/,
  },
  'npx mint-bench sweep scale-out --shard 1/8': {
    extra: `${SHORT} --replications 1 ${LEAN}`,
    prints: /mint-bench merge reports\/studies\/scale-out-\w+\.shard-\*-of-8$/m,
  },
  // One shard of the eight is there; a whole merge is in test/cli/sweep.test.ts.
  'npx mint-bench merge reports/studies/scale-out-*.shard-*-of-8': {
    code: EXIT.usage,
    prints: /missing\n +run the first with: mint-bench sweep scale-out .*--shard/,
  },
  'npx mint-bench compare scenarios/smoke.yaml --set serving.slots=16': {
    extra: '--jobs 1',
    code: EXIT.regression,
    prints: /^With 16 slots instead of 64/m,
  },
  'npx mint-bench compare scenarios/smoke.yaml s-lora-a10g --both duration=2min': {
    extra: '--both duration=20s --both warmup=1s --jobs 1',
    code: EXIT.regression,
    prints: /^With s-lora-a10g instead of scenarios\/smoke\.yaml/m,
  },
  'npx mint-bench baseline save reports/runs/smoke-… smoke --force': { prints: /^reports\/baselines\/smoke: / },
  'npx mint-bench compare smoke reports/runs/smoke-…': { prints: /identical|equal/ },
  'npx mint-bench run smoke --history && npx mint-bench dashboard': {
    extra: `${SHORT} --no-figures`,
    prints: /^reports\/dashboard\.html/m,
  },
  'npx mint-bench figure ttft-distribution lru=reports/runs/smoke-… sieve=reports/runs/smoke-… --out figures': {
    prints: /^figures\/ttft-distribution\.svg$/m,
  },
  'npx mint-bench figure scale-out reports/studies/smoke-… --size two-column --format pdf,tex': {
    prints: /scale-out\.pdf$/m,
  },
  'npx mint-bench table reports/studies/smoke-… --metrics ttft_ms_p99,hit_ratio_gpu --format latex': {
    prints: /\\end\{tabular\}/,
  },
  'npx mint-bench cite reports/runs/smoke-… --out sources.bib': { prints: /^sources\.bib$/m },
  ...(!CPU_KERNEL && { [SELF_TEST]: { code: EXIT.unavailable, prints: /npm run build:native/ } }),
  'npx mint-bench reproduce dlora-cluster --set hardware.replicas=1': {
    extra: LEAN,
    prints: /^Every row with hardware\.replicas=1: not the system that was published\.$/m,
  },
  'npx mint-bench run cpu-profile': { extra: `${SHORT} --no-figures`, prints: /LoRA priced by profile/ },
};

const ELSEWHERE: Readonly<Record<string, string>> = {
  'npm ci && npm test': 'is what runs this file',
  ...(CPU_KERNEL && { [SELF_TEST]: 'the same checks, a minute of them: test/real/native/cpu-conformance.test.ts' }),
  'npx mint-bench worker redis://host:6379': 'needs a Redis server: test/study/redis.test.ts',
  'npx mint-bench sweep scale-out --executor redis://host:6379': 'needs a Redis server: test/study/redis.test.ts',
  'npx mint-bench compare --bench main .': 'two checkouts, built and timed: test/cli/compare.test.ts',
  'source <(npx mint-bench completion bash)': 'a bash that completes: test/cli/completion.test.ts',
  'npx mint-bench reproduce': 'minutes: test/study/reproduce',
  'npx mint-bench reproduce s-lora-a10g': 'minutes: test/study/reproduce',
  'npx mint-bench kernel --self-test --quick':
    'a minute of checks: test/cli/kernel-tables.test.ts, test/real/conformance.test.ts',
  'npm run build:native': 'needs a compiler: test/real/native/native-loader.test.ts',
  'npx mint-bench kernel curves --quick': 'minutes of timing: test/real/curves.test.ts',
  'npx mint-bench kernel --backend cpu --out reports/runs/kernel-here':
    'minutes of timing: test/real/calibrate.test.ts',
  'npx mint-bench calibrate reports/runs/kernel-here --out here.json':
    'needs the session of the line above: test/real/calibrate.test.ts',
};

const cwd = temporaryFolder();
afterAll(() => rmSync(cwd, { recursive: true, force: true }));
// README's folder as far as its lines name it, and an npx that starts the built tool of this checkout.
mkdirSync(join(cwd, 'scenarios'));
symlinkSync(join(ROOT, 'scenarios/1M.yaml'), join(cwd, 'scenarios/1M.yaml'));
// Appended settings would hold for one side of a comparison only: the file itself is shorter.
writeFileSync(
  join(cwd, 'scenarios/smoke.yaml'),
  readFileSync(join(ROOT, 'scenarios/smoke.yaml'), 'utf8')
    .replace(/^duration: 10min$/m, 'duration: 1min')
    .replace(/^warmup: 1min$/m, 'warmup: 5s'),
);
const bin = join(cwd, '.bin');
mkdirSync(bin);
writeFileSync(
  join(bin, 'npx'),
  `#!/bin/sh\n[ "$1" = mint-bench ] || exit 99\nshift\nexec '${process.execPath}' '${join(ROOT, 'bin/mint-bench.js')}' "$@"\n`,
);
chmodSync(join(bin, 'npx'), 0o755);
// Eight requests in the columns of the Azure traces.
writeFileSync(
  join(cwd, 'AzureLLMInferenceTrace_conv.csv'),
  [
    'TIMESTAMP,ContextTokens,GeneratedTokens',
    ...Array.from({ length: 8 }, (_, second) => `2023-11-16 18:15:4${second}.0000000,${100 + second},20`),
    '',
  ].join('\n'),
);

/** `reports/runs/smoke-…` as the first folder of that name which an earlier line made. */
const filled = (line: string) =>
  line.replaceAll(/(reports\/\w+)\/([\w-]+)-…/g, (_, folder: string, name: string) => {
    const found = readdirSync(join(cwd, folder)).find((entry) => new RegExp(`^${name}-[0-9a-f]+$`).test(entry));
    if (found === undefined) throw new Error(`no earlier line made ${folder}/${name}-…`);
    return `${folder}/${found}`;
  });

function shell(line: string) {
  const { status, stdout, stderr } = spawnSync('sh', ['-c', line], {
    cwd,
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: process.env.HOME, NO_COLOR: '1' },
    encoding: 'utf8',
    timeout: 100_000,
  });
  return { code: status, text: stdout + stderr };
}

describe('README.md', () => {
  test('has no shell line that this test does not know, and this test no line that README has not', () => {
    expect([...LINES].sort()).toEqual([...Object.keys(RUN), ...Object.keys(ELSEWHERE)].sort());
  });

  test('names places of the tests of other lines that exist', () => {
    const missing = Object.values(ELSEWHERE)
      .flatMap((reason) => reason.match(/\btest\/[\w./-]+/g) ?? [])
      .filter((place) => !existsSync(join(ROOT, place)));
    expect(missing).toEqual([]);
  });

  test.each(LINES.filter((line) => line in RUN))('%s', (line) => {
    const { extra = '', code = EXIT.ok, prints } = RUN[line];
    const [first, ...rest] = filled(line.replace(/^npm ci && /, '')).split(' && ');
    const ran = shell([`${first} ${extra}`, ...rest].join(' && '));
    expect(ran.code, ran.text).toBe(code);
    if (prints) expect(ran.text).toMatch(prints);
    // A file that the tool says it has written is there.
    for (const [, file] of ran.text.matchAll(/^(?:report|table|result): (\S+)$/gm))
      expect(existsSync(join(cwd, file)), file).toBe(true);
  });

  test('shows a scenario that is valid and runs', () => {
    const [scenario, ...others] = blocks('yaml');
    expect(others).toEqual([]);
    writeFileSync(join(cwd, 'shown.yaml'), scenario);
    const valid = shell('npx mint-bench validate shown.yaml');
    expect(valid.code, valid.text).toBe(EXIT.ok);
    expect(valid.text).not.toMatch(/warning/);
    const ran = shell(`npx mint-bench run shown.yaml ${SHORT} --no-figures`);
    expect(ran.code, ran.text).toBe(EXIT.ok);
    expect(ran.text).toMatch(/^200,000 users, /m);
  });
});
