/** What an engine preset does not say by itself in the scenario at hand. Notes: nothing is wrong, and nothing fails for them. */
import type { Scenario } from '../scenario/scenario.ts';
import { calibrationUsage, unusedCalibrations } from '../scenario/shipped-calibrations.ts';

type Note = (scenario: Scenario) => string | null;

const NOTES: readonly Note[] = [
  (scenario) => {
    const names = unusedCalibrations(scenario);
    if (names.length === 0) return null;
    const usage = calibrationUsage(names.length === 1 ? names[0] : `<${names.join('|')}>`);
    return `step costs are the uncalibrated roofline; of ${scenario.serving.engine} there ${names.length === 1 ? 'is a calibration' : 'are calibrations'}: ${usage} (mint-bench explain ${names[names.length - 1]})`;
  },
];

export function presetNotes(scenario: Scenario): string[] {
  return NOTES.map((note) => note(scenario)).filter((note): note is string => note !== null);
}

/** As `run` says them on stderr; empty for none. */
export const notesText = (scenario: Scenario): string =>
  presetNotes(scenario)
    .map((note) => `note: ${note}\n`)
    .join('');
