import fc from 'fast-check';
import { expect, test } from 'vitest';
import { editDistance, nearest, suggest } from '../../src/scenario/findings.ts';

/** The definition, by recursion: insert, delete, replace, swap neighbours. */
function slow(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const options = [
    slow(a.slice(1), b) + 1,
    slow(a, b.slice(1)) + 1,
    slow(a.slice(1), b.slice(1)) + (a[0] === b[0] ? 0 : 1),
  ];
  if (a.length > 1 && b.length > 1 && a[0] === b[1] && a[1] === b[0]) options.push(slow(a.slice(2), b.slice(2)) + 1);
  return Math.min(...options);
}

test('the edit distance is the definition’s', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 5 });
  fc.assert(fc.property(word, word, (a, b) => editDistance(a, b) === slow(a, b)));
});

test('a near name is offered, a far one is not', () => {
  expect(nearest('zipff', ['zipf', 'uniform'])).toBe('zipf');
  expect(nearest('Kimi_K2', ['kimi-k2', 'qwen3-8b'])).toBe('kimi-k2');
  expect(nearest('qwen3-30b', ['qwen3-32b', 'qwen3-30b-a3b'])).toBe('qwen3-30b-a3b');
  expect(nearest('qwen3', ['qwen3-30b-a3b', 'qwen3-8b'])).toBe('qwen3-8b');
  expect(nearest('lr', ['lru', 'lr-long'])).toBe('lru');
  expect(nearest('bananas', ['zipf', 'uniform'])).toBeUndefined();
  expect(suggest('bananas', ['zipf', 'uniform'])).toBe('choose from zipf, uniform');
});
