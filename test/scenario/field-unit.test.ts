/** Units that are read off the schema, whatever form the field has there. */
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../src/run/families.ts';
import { fieldUnit } from '../../src/scenario/field-unit.ts';

describe('the unit of a bare number', () => {
  it.each([
    ['serving.tiers.host.capacity', 'B'],
    ['duration', 's'],
    ['population.rate', '1/s'],
    ['population.cohorts[0].share', 'fraction'],
    ['population.cohorts[chat].share', 'fraction'],
    ['slo.interactive.ttft', 's'],
  ])('%s is in %s', (path, unit) => expect(fieldUnit(path, FAMILIES)).toBe(unit));

  it.each(['population.users', 'adapter.rank', 'serving.routing', 'serving', 'no.such.field', 'a[', ''])(
    '%s has none',
    (path) => expect(fieldUnit(path, FAMILIES)).toBeNull(),
  );
});
