/** The record of works cited: complete for every entry that names one, well formed, and found by the words that entries use. */
import { describe, expect, it } from 'vitest';
import { FAMILIES } from '../../src/run/families.ts';
import type { Entry } from '../../src/scenario/family.ts';
import { SOURCES, worksCited } from '../../src/scenario/sources/index.ts';

const entries = Object.entries(FAMILIES).flatMap(([family, members]) =>
  Object.entries(members as Readonly<Record<string, Entry>>).map(
    ([name, { source }]) => [`${family} ${name}`, source] as const,
  ),
);

describe('entries', () => {
  it.each(entries.filter(([, source]) => !/^own\b/.test(source)))(
    '%s: the work that "%s" names is in the record',
    (_, source) => {
      // A file of another project names its own origin; what has authors and a year must be in the record.
      expect(worksCited(source).length + Number(/^[\w.-]+\/[\w.-]+[@,:]/.test(source))).toBeGreaterThan(0);
    },
  );

  it('one text may name several works', () => {
    expect(worksCited('Zipf 1949; sampled by rejection-inversion, Hörmann and Derflinger, ACM TOMACS 1996')).toEqual([
      'zipf-1949',
      'rejection-inversion-1996',
    ]);
    expect(worksCited('Sheng et al., OSDI 2024')).toEqual(['vtc-2024']);
    expect(worksCited('Sheng et al. (S-LoRA), MLSys 2024')).toEqual(['slora-2024']);
    expect(worksCited('own')).toEqual([]);
  });
});

describe('works', () => {
  it.each(Object.entries(SOURCES))('%s has what a bibliography needs', (key, work) => {
    expect(key).toMatch(/^[a-z0-9-]+$/);
    expect(work.title.length).toBeGreaterThan(5);
    expect(work.authors.length).toBeGreaterThan(0);
    expect(work.authors[0]).not.toBe('others');
    expect(work.year).toBeGreaterThan(1900);
    if (work.arxiv !== undefined) expect(work.arxiv).toMatch(/^(\d{4}\.\d{5}|cs\/\d{7})$/);
    if (work.doi !== undefined) expect(work.doi).toMatch(/^10\.\d{4,}\/\S+$/);
    if (work.url !== undefined) expect(work.url).toMatch(/^https:\/\//);
    expect(work.cited.length).toBeGreaterThan(0);
  });
});
