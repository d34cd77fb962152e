/** `validate <file…>`: every problem of every file, and what a valid one resolves to. Exit code 3 where any is invalid. */

import { table } from '../../report/text-table.ts';
import { diagnosticsJson, renderDiagnostics } from '../../scenario/diagnostics.ts';
import { type Diagnostic, UserError } from '../../scenario/errors.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { loadForCommand, overridesOf, SET_OPTION } from '../load.ts';
import { type Plan, planLines, planOf } from '../plan.ts';

interface Verdict {
  file: string;
  valid: boolean;
  diagnostics: readonly Diagnostic[];
  plan: Plan | null;
}

export const command: Command = {
  positionals: {
    file: { type: 'string', array: true, describe: 'Scenario files, or names of shipped ones', completes: 'scenarios' },
  },
  options: { set: SET_OPTION },
  examples: [
    ['validate scenarios/1M.yaml', 'one scenario'],
    ['validate a.yaml b.yaml --json', 'for editors and CI'],
    ['validate 1M --set hardware.replicas=64', 'with a changed field'],
  ],
  run(args, { terminal, json, quiet }) {
    const overrides = overridesOf(args.set as string[]);
    const verdicts = (args.file as string[]).map((file) => check(file, overrides));
    if (json) {
      terminal.outJson({
        files: verdicts.map(({ file, valid, diagnostics, plan }) => ({
          file,
          valid,
          ...diagnosticsJson(diagnostics),
          plan,
        })),
      });
    } else {
      for (const { file, valid, diagnostics, plan } of verdicts) {
        const shown = quiet ? diagnostics.filter(({ severity }) => severity === 'error') : diagnostics;
        terminal.err(renderDiagnostics(shown, { color: terminal.colorErr, width: terminal.width }));
        terminal.out(`${file}: ${valid ? terminal.styleOut('green', 'valid') : terminal.styleOut('red', 'invalid')}\n`);
        if (plan !== null && !quiet) terminal.out(table(planLines(plan), { indent: 2, ...terminal.results }));
      }
    }
    return verdicts.every(({ valid }) => valid) ? EXIT.ok : EXIT.scenario;
  },
};

function check(file: string, overrides: ReturnType<typeof overridesOf>): Verdict {
  try {
    const { scenario, warnings } = loadForCommand(file, overrides);
    return { file, valid: true, diagnostics: warnings, plan: planOf(scenario) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { file, valid: false, diagnostics: error.diagnostics, plan: null };
  }
}
