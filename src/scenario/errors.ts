/**
 * The kinds of error that are for people: what they wrote (`UserError`), where they run (`EnvironmentError`), and stored results that
 * cannot be used (`ResultsError`).
 * Anything else that is thrown is a bug. Library code throws, only the command line exits.
 */

/** One finding about a scenario. Lines and columns count from 1; `column` and `endColumn` bound the underlined part. */
export interface Diagnostic {
  /** Stable: `MB-E…` for errors, `MB-W…` for warnings; `explain` knows each (codes.ts). */
  readonly id: string;
  readonly severity: 'error' | 'warning';
  /** One sentence without a full stop. */
  readonly message: string;
  /** The file as the user named it, or `--set` where the value came from the command line. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  readonly endColumn?: number;
  /** The text of that line. */
  readonly excerpt?: string;
  /** Where in the scenario, for instance `population.cohorts[0].rate`. */
  readonly path?: string;
  readonly expected?: string;
  readonly received?: string;
  /** What to do, for instance the nearest valid name. */
  readonly hint?: string;
}

/** Something the user wrote cannot be used. Carries every finding, not only the first. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly diagnostics: readonly Diagnostic[];

  constructor(problem: string | readonly Diagnostic[]) {
    const diagnostics: readonly Diagnostic[] =
      typeof problem === 'string' ? [{ id: 'MB-E000', severity: 'error', message: problem }] : problem;
    super(diagnostics.map((diagnostic) => diagnostic.message).join('\n'));
    this.diagnostics = diagnostics;
  }
}

/** Something outside the scenario is missing or refuses: a backend, a disk, a driver. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';
  /** What was tried, in order, each with its outcome. */
  readonly tried: readonly string[];
  /** What the user can do about it. */
  readonly remedy: string;

  constructor(message: string, tried: readonly string[], remedy: string) {
    super(message);
    this.tried = tried;
    this.remedy = remedy;
  }
}

/** A file of stored results is damaged, or none that this program wrote. */
export class ResultsError extends Error {
  override readonly name = 'ResultsError';
  /** The command that writes it anew, in a sentence. */
  readonly remedy: string;

  /** @param message names the file and what is wrong with it */
  constructor(message: string, remedy: string) {
    super(message);
    this.remedy = remedy;
  }
}
