import { expect, test } from 'vitest';
import { diagnosticsJson, renderDiagnostic, renderDiagnostics } from '../../src/scenario/diagnostics.ts';
import type { Diagnostic } from '../../src/scenario/errors.ts';
import { SourceText } from '../../src/scenario/source-text.ts';

const error: Diagnostic = {
  id: 'MB-E101',
  severity: 'error',
  message: 'unknown key "x"',
  file: 'a.yaml',
  line: 2,
  column: 3,
  endColumn: 4,
  excerpt: '  x: 1',
  hint: 'did you mean y?',
};
const warning: Diagnostic = { id: 'MB-W404', severity: 'warning', message: 'hardly anything arrives' };

test('the caret stands under what is meant, with colours or without', () => {
  const plain = renderDiagnostic(error);
  const [, line, caret] = plain.split('\n');
  expect(line.indexOf('x')).toBe(caret.indexOf('^'));
  const color = renderDiagnostic(error, { color: true });
  expect(color).toContain('\u001b[');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: taking the colours out again
  expect(color.replaceAll(/\u001b\[\d+m/g, '')).toBe(plain);
});

test('a long line is cut around the caret', () => {
  const excerpt = `${'a'.repeat(300)}X${'b'.repeat(300)}`;
  const [, line, caret] = renderDiagnostic({ ...error, excerpt, column: 301, endColumn: 302 }, { width: 80 }).split(
    '\n',
  );
  expect(line.length).toBeLessThanOrEqual(84);
  expect(line[caret.indexOf('^')]).toBe('X');
});

test('errors and warnings are counted, one without a place stands alone', () => {
  expect(renderDiagnostics([error, warning])).toMatch(
    /warning MB-W404: hardly anything arrives\n\n1 error, 1 warning\n$/,
  );
  expect(renderDiagnostics([])).toBe('');
  expect(diagnosticsJson([error, error, warning])).toMatchObject({ errors: 2, warnings: 1 });
});

test('control characters of the file do not reach the terminal', () => {
  const source = new SourceText('a.yaml', 'a: 1\r\n\tb: "\u001b[2J\u202e"\r\n');
  expect(source.at(7, 8)).toEqual({ line: 2, column: 2, endColumn: 3, excerpt: ' b: "·[2J·"' });
});
