import { readdirSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { FAMILIES } from '../../src/run/families.ts';
import { resolvedYaml } from '../../src/scenario/hash.ts';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';

const schema = scenarioJsonSchema(FAMILIES);
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);
/** What stands beside a scenario as published values is no scenario. */
const files = readdirSync('scenarios', { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.yaml') && !file.endsWith('.published.yaml'),
);
const smoke = readFileSync('scenarios/smoke.yaml', 'utf8');

test('scenarios/scenario.schema.json is current (npm run golden:update writes it)', async () => {
  await expect(`${JSON.stringify(schema, null, 1)}\n`).toMatchFileSnapshot('../../scenarios/scenario.schema.json');
});

test.each(files)('%s is valid for an editor, and names its schema', (file) => {
  const text = readFileSync(`scenarios/${file}`, 'utf8');
  expect(text.split('\n')[0]).toMatch(/^# yaml-language-server: \$schema=(\.\/|\.\.\/)*scenario\.schema\.json$/);
  validate(parse(text));
  expect(validate.errors ?? []).toEqual([]);
});

test('a resolved scenario is valid for an editor too', () => {
  const { scenario } = loadScenarioText(smoke, 'smoke.yaml', { families: FAMILIES });
  // JSON has no infinity: an editor reads `.inf` as YAML does, the validator here cannot.
  validate(parse(resolvedYaml(scenario).replaceAll(/\.inf$/gm, 'none')));
  expect(validate.errors ?? []).toEqual([]);
});

describe('an editor underlines', () => {
  test.each([
    ['an unknown key', /^duration: .*$/m, 'duraton: 10min'],
    ['a wrong unit', /^duration: .*$/m, 'duration: 10GiB'],
    ['a negative number', /^warmup: .*$/m, 'warmup: -1'],
    ['an unknown law', /law: zipf/, 'law: zipff'],
    ['an unknown parameter', /exponent:/, 'exponnt:'],
    ['an unknown base', /^base: .*$/m, 'base: qwen3-9b'],
    ['an unknown module group', /modules: all-linear/, 'modules: all-linaer'],
    ['a threshold without comparison', /'>= 95%'/, "'95%'"],
  ])('%s', (_, written, mistake) => {
    const text = smoke.replace(written, mistake);
    expect(text).not.toBe(smoke);
    expect(validate(parse(text))).toBe(false);
  });
});

test('every field that a person writes has hover text', () => {
  const missing: string[] = [];
  const visit = (node: Record<string, unknown>, path: string): void => {
    const properties = (node.properties ?? {}) as Record<string, Record<string, unknown>>;
    for (const [key, field] of Object.entries(properties)) {
      if (field.description === undefined && field.const === undefined) missing.push(`${path}.${key}`);
      visit(field, `${path}.${key}`);
    }
    if (node.items !== undefined) visit(node.items as Record<string, unknown>, `${path}[]`);
    for (const form of (node.anyOf ?? []) as Record<string, unknown>[]) visit(form, path);
  };
  visit({ ...schema, properties: schema.properties }, '');
  for (const [name, definition] of Object.entries(schema.definitions as Record<string, Record<string, unknown>>)) {
    visit(definition, name);
  }
  const resolvedOnly = missing.filter((path) => !/\.(name|params|preset|data)(\.|$)|thresholds|sweep/.test(path));
  expect(resolvedOnly).toEqual([]);
});
