import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FAMILIES } from '../../src/run/families.ts';
import { canonicalJson, resolvedYaml, scenarioHash, shortHash } from '../../src/scenario/hash.ts';
import { type Loaded, loadScenario, loadScenarioText, type Override } from '../../src/scenario/load.ts';
import { sweepPoints } from '../../src/scenario/sweep-check.ts';

const files = readdirSync('scenarios').filter((file) => file.endsWith('.yaml'));
const TRACE = [{ path: 'population.arrivals.file', value: 'LICENSE' }];

const load = (file: string, overrides: Override[] = []): Loaded =>
  loadScenario(`scenarios/${file}`, {
    families: FAMILIES,
    overrides: file === 'trace-replay.yaml' ? [...TRACE, ...overrides] : overrides,
  });

describe.each(files)('%s', (file) => {
  const { scenario, warnings } = load(file);

  test('loads without a warning', () => {
    expect(warnings).toEqual([]);
  });

  test('is the same scenario when its resolved form is loaded, at every point of its sweep', () => {
    for (const point of sweepPoints(scenario.sweep)) {
      const one = load(file, point).scenario;
      const again = loadScenarioText(resolvedYaml(one), 'resolved.yaml', { families: FAMILIES });
      expect(again.scenario).toEqual(one);
      expect(scenarioHash(again.scenario)).toBe(scenarioHash(one));
    }
  });
});

test('the million-user scenario is what its name says', () => {
  const { population, duration, base } = load('1M.yaml').scenario;
  const requests = duration * population.cohorts.reduce((sum, { rate }) => sum + rate, 0);
  expect(population.users).toBe(1e6);
  expect(duration).toBe(86_400);
  expect(requests).toBeGreaterThan(1.03e7);
  expect(base.name).toBe('Kimi-K2');
});

test('only a missing trace keeps the replay from loading', () => {
  expect(() => loadScenario('scenarios/trace-replay.yaml', { families: FAMILIES })).toThrow('no trace file is named');
});

describe('the hash', () => {
  const { scenario } = load('smoke.yaml');
  const text = resolvedYaml(scenario);

  test('is SHA-256 of JSON with sorted keys', () => {
    expect(canonicalJson({ b: [1, null, 'x'], a: { d: 0.5, c: true } })).toBe(
      '{"a":{"c":true,"d":0.5},"b":[1,null,"x"]}',
    );
    expect(scenarioHash(scenario)).toBe(createHash('sha256').update(canonicalJson(scenario)).digest('hex'));
    expect(shortHash(scenarioHash(scenario))).toMatch(/^[0-9a-f]{10}$/);
  });

  test('tells infinity from null and from absent', () => {
    expect(
      new Set([canonicalJson({ a: Infinity }), canonicalJson({ a: null }), canonicalJson({ a: undefined })]).size,
    ).toBe(3);
  });

  test('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(reversed)).toBe(canonicalJson(value));
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  test('does not depend on comments, spaces and the way numbers are written', () => {
    const other = `# a comment\n${text.replace('duration: 600', 'duration:   10min # ten')}`;
    expect(other).not.toContain('duration: 600');
    expect(scenarioHash(loadScenarioText(other, 'x.yaml', { families: FAMILIES }).scenario)).toBe(
      scenarioHash(scenario),
    );
  });

  test('changes with every number in the scenario', () => {
    const hashes = new Set([scenarioHash(scenario)]);
    let numbers = 0;
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      const fields = value as Record<string, unknown>;
      for (const [key, field] of Object.entries(fields)) {
        if (typeof field !== 'number') visit(field);
        else {
          numbers++;
          fields[key] = Number.isFinite(field) ? field + 1 : 1;
          hashes.add(scenarioHash(copy));
          fields[key] = field;
        }
      }
    };
    const copy = loadScenarioText(text, 'x.yaml', { families: FAMILIES }).scenario;
    visit(copy);
    expect(numbers).toBeGreaterThan(60);
    expect(hashes.size).toBe(numbers + 1);
  });
});
