/** From anything that was thrown to what a person reads and the exit code. */
import { renderDiagnostics } from '../scenario/diagnostics.ts';
import type { EnvironmentError, ResultsError, UserError } from '../scenario/errors.ts';
import { EXIT } from './exit-codes.ts';
import type { UsageError } from './parse.ts';
import type { Terminal } from './terminal.ts';

export interface Failure {
  code: number;
  /** For stderr, ends in a newline. */
  text: string;
  /** For --json. */
  data: {
    exit_code: number;
    kind: string;
    message: string;
    diagnostics?: unknown;
    tried?: readonly string[];
    remedy?: string;
  };
}

export function failure(thrown: unknown, terminal: Terminal, line: string): Failure {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const paint = terminal.styleErr;
  const label = paint(['red', 'bold'], 'error');
  const of = (code: number, kind: string, text: string, more: object = {}): Failure => ({
    code,
    text,
    data: { exit_code: code, kind, message: error.message, ...more },
  });
  switch (nameOf(error)) {
    case 'UsageError': {
      const { hint } = error as UsageError;
      const lines = [`${label}: ${error.message}`, ...(hint === undefined ? [] : [`  ${hint}`])];
      return of(EXIT.usage, 'usage', `${lines.join('\n')}\n`, hint === undefined ? {} : { remedy: hint });
    }
    case 'ResultsError': {
      const { remedy } = error as ResultsError;
      return of(EXIT.usage, 'results', `${label}: ${error.message}\n  ${remedy}\n`, { remedy });
    }
    case 'UserError': {
      // A copy from a worker has lost everything but its message.
      const { diagnostics = [{ id: 'MB-E000', severity: 'error', message: error.message } as const] } =
        error as Partial<UserError>;
      const text = renderDiagnostics(diagnostics, { color: terminal.colorErr, width: terminal.width });
      return of(EXIT.scenario, 'scenario', text, { diagnostics });
    }
    case 'BudgetError':
      return of(EXIT.scenario, 'budget', `${label}: ${error.message}\n`);
    case 'EnvironmentError': {
      const { tried = [], remedy = 'mint-bench doctor shows what this machine offers' } =
        error as Partial<EnvironmentError>;
      const lines = [`${label}: ${error.message}`, ...tried.map((step) => `  tried: ${step}`), `  ${remedy}`];
      return of(EXIT.unavailable, 'unavailable', `${lines.join('\n')}\n`, { tried, remedy });
    }
    case 'InvariantError':
      return of(
        EXIT.invariant,
        'invariant',
        `${label}: ${error.message}\n  This is a bug in mint-bench. Replay: ${line}\n`,
      );
    case 'KernelCrash':
      return of(
        EXIT.unavailable,
        'unavailable',
        `${label}: ${error.message}\n  mint-bench doctor shows which backends run here\n`,
      );
    case 'AbortError':
    case 'StoppedError':
      return of(EXIT.interrupted, 'interrupted', `${paint('yellow', 'interrupted')}\n`);
    default: {
      const system = systemMessage(error);
      if (system !== null) return of(EXIT.unavailable, 'unavailable', `${label}: ${system}\n`);
      return of(
        EXIT.internal,
        'internal',
        `${label}: ${error.stack ?? error.message}\n  This is a bug in mint-bench. Replay: ${line}\n`,
      );
    }
  }
}

/**
 * Errors are told apart by name: those of workers arrive as copies, and a copy of an error of ours keeps its name only at
 * the head of its stack.
 */
function nameOf(error: Error): string {
  if (error.name !== 'Error') return error.name;
  return /^(\w+): /.exec(error.stack ?? '')?.[1] ?? error.name;
}

const SYSTEM: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EACCES: 'permission denied',
  EROFS: 'the file system is read-only',
  EDQUOT: 'the disk quota is used up',
  EMFILE: 'too many open files',
  ENOTDIR: 'part of the path is not a directory',
};

/** What the operating system refused, in words; null for anything else. */
function systemMessage(error: Error): string | null {
  const { code, path } = error as NodeJS.ErrnoException;
  if (code === undefined || !(code in SYSTEM)) return null;
  return `${path ?? 'writing'}: ${SYSTEM[code]} (${code})`;
}
