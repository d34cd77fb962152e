/** Every shipped reproduction resolves; files with mistakes are refused with the place of the mistake. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { groupName, readReproduction, reproductionsIn } from '../../../src/study/reproduce/published.ts';
import { rowsOf } from '../../../src/study/reproduce/rows.ts';

const FOLDER = join(import.meta.dirname, '../../../scenarios/published');
const ALL = reproductionsIn(FOLDER);

describe('shipped reproductions', () => {
  test('are there, each with rows that no calibration has seen; only the fleet is the arithmetic of a paper', () => {
    expect(ALL.length).toBeGreaterThan(5);
    const computed = ({ file }: (typeof ALL)[number]) => file.groups.some(({ use }) => use === 'arithmetic');
    expect(ALL.filter(computed).map(({ name }) => name)).toEqual(['mint-fleet']);
    for (const { name, file } of ALL.filter((one) => !computed(one))) {
      expect([name, file.groups.some(({ use }) => use === 'held-out')]).toEqual([name, true]);
    }
  });

  test.each(ALL.map((one) => [one.name, one] as const))('%s: every row is a scenario', (_, one) => {
    // Large tables are sampled: their rows differ in numbers alone.
    const few = one.file.groups.map((group) => {
      const step = Math.ceil(group.rows.length / 8);
      return { ...group, rows: group.rows.filter((_, i) => i % step === 0) };
    });
    const rows = rowsOf({ ...one, file: { ...one.file, groups: few } });
    expect(rows.length).toBe(few.reduce((sum, group) => sum + group.rows.length, 0));
    // A setting that changes nothing would compare one simulated value with several published ones. Punica's four patterns of
    // popularity are one run by its script, and count once.
    const runs = (ids: readonly string[]) => (one.name === 'punica-textgen' ? 1 : ids.length);
    for (const group of few) {
      const ids = rows.filter((row) => row.group === group).map(({ id }) => id);
      expect([group.name, new Set(ids).size]).toEqual([group.name, runs(ids)]);
    }
  });
});

test('one setting may be written to several paths, as much more in one of them', () => {
  const one = ALL.find(({ name }) => name === 'base-vllm-0.12')!;
  const [group] = one.file.groups;
  const [{ settings, scenario }] = rowsOf({
    ...one,
    file: { ...one.file, groups: [{ ...group, rows: [group.rows[0]] }] },
  });
  expect(scenario.serving.max_batch_tokens).toBe(Number(settings.prompt) + 2012);
  expect(scenario.population.arrivals.params.requests).toBe(10 * Number(settings.clients));
});

describe('a file with a mistake', () => {
  const read = (from: string, to: string) => {
    const folder = mkdtempSync(join(tmpdir(), 'mint-published-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    copyFileSync(join(FOLDER, 'lora-operators.yaml'), join(folder, 'lora-operators.yaml'));
    const path = join(folder, 'lora-operators.published.yaml');
    const text = readFileSync(join(FOLDER, 'lora-operators.published.yaml'), 'utf8');
    expect(text).toContain(from);
    writeFileSync(path, text.replace(from, to));
    return () => readReproduction(path);
  };

  test('names the group and what is wrong', () => {
    expect(read('      - [1, 1, 16, 37]', '      - [1, 1, 16]')).toThrow(/group punica-fig8-fit: row 1 has 3 values/);
    expect(read('- [1, 1, 16, 37]', '- [1, 1, 16, fast]')).toThrow(/row 1: lora_operator_us is not a number/);
    expect(read('lora_operator_us]', 'lora_operator_ns]')).toThrow(/punica-fig8-fit: no column is a metric/);
    expect(read('engine:', 'engin:')).toThrow(/engin/);
  });
});

test('every claim of the MinT papers that this model is held to has rows, and says where it is published', () => {
  const mint = ALL.filter(({ name }) => name.startsWith('mint')).flatMap(({ file }) => file.groups);
  const claimed = mint.filter(({ target }) => target !== undefined);
  expect([...new Set(claimed.map(({ target }) => target))].sort()).toEqual(
    [1, 13, 14, 2, 3, 4, 5, 6, 7, 9].map((n) => `V${n}`),
  );
  expect(claimed.filter(({ of }) => of === undefined)).toEqual([]);
  expect(groupName(claimed[0])).toBe(`${claimed[0].target} ${claimed[0].name}`);
});
