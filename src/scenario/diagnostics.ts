/** Diagnostics as a person reads them, plain or with ANSI colours, and as data. */
import { styleText } from 'node:util';
import type { Diagnostic } from './errors.ts';

type Style = Parameters<typeof styleText>[0];

export interface RenderOptions {
  /** ANSI colours. */
  color?: boolean;
  /** Columns of the terminal; longer lines are cut around what is underlined. Default 120. */
  width?: number;
}

/** All diagnostics and a closing count, ending in a newline. Empty for none. */
export function renderDiagnostics(diagnostics: readonly Diagnostic[], options: RenderOptions = {}): string {
  if (diagnostics.length === 0) return '';
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  const warnings = diagnostics.length - errors;
  const counts = [errors > 0 ? plural(errors, 'error') : '', warnings > 0 ? plural(warnings, 'warning') : ''];
  const blocks = diagnostics.map((diagnostic) => renderDiagnostic(diagnostic, options));
  return `${blocks.join('\n')}\n${counts.filter((count) => count !== '').join(', ')}\n`;
}

/**
 *     1M.yaml:12:9: error MB-E101: unknown key "exponnt"
 *       12 |   popularity: {law: zipf, exponnt: 1}
 *          |                           ^^^^^^^
 *       hint: did you mean exponent?
 */
export function renderDiagnostic(diagnostic: Diagnostic, options: RenderOptions = {}): string {
  const paint = (style: Style, text: string) =>
    options.color ? styleText(style, text, { validateStream: false }) : text;
  const { id, severity, message, file, line, column, excerpt } = diagnostic;
  const where = file === undefined ? '' : line === undefined ? `${file}: ` : `${file}:${line}:${column}: `;
  const level: Style = severity === 'error' ? ['red', 'bold'] : ['yellow', 'bold'];
  const lines = [`${paint('bold', where)}${paint(level, severity)} ${id}: ${message}`];
  if (excerpt !== undefined && line !== undefined && column !== undefined) {
    const gutter = String(line).padStart(5);
    const view = window(excerpt, column, diagnostic.endColumn ?? column + 1, (options.width ?? 120) - 8);
    lines.push(`${paint('dim', `${gutter} |`)} ${view.text}`);
    lines.push(
      `${paint('dim', `${' '.repeat(5)} |`)} ${' '.repeat(view.from)}${paint(level, '^'.repeat(view.length))}`,
    );
  }
  const facts = [
    diagnostic.expected === undefined ? '' : `expected: ${diagnostic.expected}`,
    diagnostic.received === undefined ? '' : `received: ${diagnostic.received}`,
    diagnostic.hint === undefined ? '' : `hint: ${diagnostic.hint}`,
  ];
  for (const fact of facts) if (fact !== '') lines.push(`      ${fact}`);
  return `${lines.join('\n')}\n`;
}

/** The list as `--json` prints it. */
export function diagnosticsJson(diagnostics: readonly Diagnostic[]): {
  errors: number;
  warnings: number;
  diagnostics: readonly Diagnostic[];
} {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error').length;
  return { errors, warnings: diagnostics.length - errors, diagnostics };
}

/** A long line cut so that what is underlined can be seen. */
function window(excerpt: string, column: number, endColumn: number, width: number) {
  const room = Math.max(20, width);
  const first = column - 1;
  const start = first < room - 10 ? 0 : first - Math.floor(room / 3);
  const cut = excerpt.slice(start, start + room);
  const text = `${start > 0 ? '…' : ''}${cut}${start + room < excerpt.length ? '…' : ''}`;
  const from = first - start + (start > 0 ? 1 : 0);
  return { text, from, length: Math.max(1, Math.min(endColumn - column, text.length - from)) };
}

const plural = (count: number, noun: string) => `${count} ${noun}${count === 1 ? '' : 's'}`;
