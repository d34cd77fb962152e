import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { KINDS } from '../../src/cli/catalog.ts';
import { scenarioNotes } from '../../src/cli/scenario-notes.ts';
import { FAMILIES } from '../../src/run/families.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { ENGINES } from '../../src/scenario/presets/engines/index.ts';
import { calibrationFile, calibrationNames } from '../../src/scenario/shipped-calibrations.ts';
import { mintHere } from './cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'mint-calibrations-'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = (serving: string, gpu = 'h100') =>
  `version: 1\npopulation: {users: 500, rate: 1/s}\nbase: llama-3.1-8b\nhardware: {gpu: ${gpu}}\nserving: ${serving}\n`;
const load = (serving: string, gpu?: string) =>
  loadScenarioText(text(serving, gpu), join(folder, 'a.yaml'), { families: FAMILIES }).scenario;
const stepNote = (serving: string) => scenarioNotes(load(serving)).filter((note) => note.includes('roofline'));

describe('shipped calibrations', () => {
  it('are listed with engine, rows and GPU, and explained with what they were fitted to', async () => {
    const { stdout } = await mintHere(['list', 'calibrations']);
    expect(stdout).toMatch(/^vllm-0\.12 +vLLM 0\.12\.0, fitted to 42 published rows on .*H200.*H100/m);
    const explained = (await mintHere(['explain', 'vllm-0.8', '--json'])).stdout;
    const [{ facts, usage }] = JSON.parse(explained);
    expect(facts).toMatchObject({ preset: 'vllm-v1', GPU: 'NVIDIA H100 64GB' });
    expect(facts['held out']).toContain('rank-32-heavy');
    expect(usage).toBe('serving.cost: {model: calibrated, file: vllm-0.8}');
  });

  it('are each named by a scenario without a path, to the same contents', async () => {
    const kind = KINDS.find(({ name }) => name === 'calibrations')!;
    expect((await kind.items()).map(({ name }) => name)).toEqual(calibrationNames());
    for (const name of calibrationNames()) {
      const { params } = load(`{engine: vllm-v1, cost: {model: calibrated, file: ${name}}}`).serving.cost;
      expect(params.data, name).toEqual(JSON.parse(readFileSync(calibrationFile(name)!, 'utf8')));
    }
  });

  it('give way to a file of that name beside the scenario', () => {
    const own = JSON.parse(readFileSync(calibrationFile('vllm-0.12')!, 'utf8'));
    writeFileSync(join(folder, 'vllm-0.12'), JSON.stringify({ ...own, engine: 'mine' }));
    const { params } = load('{cost: {model: calibrated, file: vllm-0.12}}').serving.cost;
    expect(params.data).toMatchObject({ engine: 'mine' });
  });

  it('that do not exist are guessed at', async () => {
    const { stderr, code } = await mintHere([
      'validate',
      'smoke',
      '--set',
      'serving.cost={model: calibrated, file: vllm-0.9}',
    ]);
    expect([code, stderr]).toEqual([3, expect.stringMatching(/did you mean vllm-0\.\d+\?/)]);
  });

  it('are all named by engine presets that exist, but for engines without a preset', () => {
    const named = Object.values(ENGINES).flatMap(({ calibrations = [] }) => calibrations);
    expect([...new Set([...named, 'trtllm-1.0'])].sort()).toEqual(calibrationNames());
  });

  it('are pointed to where a preset is run without one, and only there', async () => {
    expect(stepNote('{engine: vllm-v1}')[0]).toMatch(/uncalibrated roofline.*vllm-0\.12/);
    expect(stepNote('{engine: vllm-v1, cost: {model: calibrated, file: vllm-0.19}}')).toEqual([]);
    expect(stepNote('{engine: sglang}')).toEqual([]);
    expect(stepNote('{}')).toEqual([]);
    const file = join(folder, 'b.yaml');
    writeFileSync(file, text('{engine: vllm-v1}'));
    expect((await mintHere(['validate', file])).stdout.replaceAll(/\s+/g, ' ')).toContain(
      'note step costs are the uncalibrated roofline',
    );
  });
});

describe('defaults of a preset for smaller GPUs', () => {
  const sizes = (serving: string, gpu: string) =>
    scenarioNotes(load(serving, gpu)).filter((note) => note.includes('on GPUs below'));

  it('are said with what larger ones take, where the scenario keeps them there', () => {
    expect(sizes('{engine: vllm-v1}', 'h100')).toEqual([
      expect.stringMatching(
        /^max_batch: 256, max_batch_tokens: 2048 are .* it takes serving: \{max_batch: 1024, max_batch_tokens: 8192\}$/,
      ),
    ]);
    expect(sizes('{engine: vllm-v1, max_batch: 64}', 'h200')[0]).toMatch(/^max_batch_tokens: 2048 is /);
    expect(sizes('{engine: vllm-v1, max_batch: 1024, max_batch_tokens: 8192}', 'h100')).toEqual([]);
    expect(sizes('{engine: vllm-v1}', '{preset: h100, memory: 63.4GiB}')).toEqual([]);
    expect(sizes('{engine: vllm-v1}', 'a100-80')).toEqual([]);
    expect(sizes('{engine: vllm-v0}', 'h100')).toEqual([]);
  });
});

it('a preset whose engine caches prefixes says that sessions prefill their context anew', () => {
  const chat = (carry: boolean, serving: string) =>
    scenarioNotes(
      loadScenarioText(
        text(serving).replace('rate: 1/s', `cohorts: [{rate: 1/s, sessions: {carry_context: ${carry}}}]`),
        'a.yaml',
        { families: FAMILIES },
      ).scenario,
    ).filter((note) => note.includes('prefix cache'));
  expect(chat(true, '{engine: vllm-v1}')).toHaveLength(1);
  expect(chat(false, '{engine: vllm-v1}')).toEqual([]);
  expect(chat(true, '{}')).toEqual([]);
});
