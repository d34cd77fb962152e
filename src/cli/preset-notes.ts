/** What an engine preset does not say by itself in the scenario at hand. Notes: nothing is wrong, and nothing fails for them. */

import { ENGINES } from '../scenario/presets/engines/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { calibrationUsage, unusedCalibrations } from '../scenario/shipped-calibrations.ts';
import { formatBytes } from './format.ts';

type Note = (scenario: Scenario) => string | null;

const NOTES: readonly Note[] = [
  (scenario) => {
    const names = unusedCalibrations(scenario);
    if (names.length === 0) return null;
    const usage = calibrationUsage(names.length === 1 ? names[0] : `<${names.join('|')}>`);
    return `step costs are the uncalibrated roofline; of ${scenario.serving.engine} there ${names.length === 1 ? 'is a calibration' : 'are calibrations'}: ${usage} (mint-bench explain ${names[names.length - 1]})`;
  },
  ({ serving, population }) =>
    serving.engine !== undefined && population.cohorts.some(({ sessions }) => sessions?.carry_context)
      ? 'sessions carry their context and no prefix cache is modelled: each turn prefills all of it anew, which an engine with a prefix cache mostly would not'
      : null,
  ({ serving, hardware: { gpu } }) => {
    const { larger, sets } = ENGINES[serving.engine ?? ''] ?? {};
    if (larger === undefined || gpu.memory < larger.memory || larger.except.test(gpu.name)) return null;
    const small = Object.keys(larger.values).filter(
      (path) => serving[path as keyof typeof serving] === sets?.[path].value,
    );
    if (small.length === 0) return null;
    const written = (values: (path: string) => unknown) => small.map((path) => `${path}: ${values(path)}`).join(', ');
    return (
      `${written((path) => sets?.[path].value)} ${small.length === 1 ? 'is the default' : 'are the defaults'} of ${serving.engine} on GPUs below ${formatBytes(larger.memory)}; ` +
      `on ${gpu.name} it takes serving: {${written((path) => larger.values[path])}}`
    );
  },
];

export function presetNotes(scenario: Scenario): string[] {
  return NOTES.map((note) => note(scenario)).filter((note): note is string => note !== null);
}

/** As commands that simulate say them on stderr, each once however many scenarios it is of; empty for none. */
export function notesText(...scenarios: readonly Scenario[]): string {
  const notes = new Set(scenarios.flatMap(presetNotes));
  return [...notes].map((note) => `note: ${note}\n`).join('');
}
