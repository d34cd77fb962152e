/**
 * What a scenario, or an engine preset in it, does not say by itself and its reader should know. Notes: nothing is wrong, and nothing
 * fails for them.
 */

import { ENGINES } from '../scenario/presets/engines/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { calibrationUsage, unusedCalibrations } from '../scenario/shipped-calibrations.ts';
import { adaptersOf, requestRate } from '../scenario/volume.ts';
import { adaptersFit } from './adapters-fit.ts';
import { formatBytes, formatCount } from './format.ts';

type Note = (scenario: Scenario) => string | null;

/** A tier that takes in fewer adapters than this many times what it holds still shows how it was filled. */
const RENEWALS = 3;

const NOTES: readonly Note[] = [
  (scenario) => {
    const { population, hardware, duration } = scenario;
    if (population.start === 'cold' || population.start === 'settled') return null;
    const held = adaptersFit(scenario).host_per_replica * hardware.replicas;
    const lookups = Math.round(requestRate(population) * duration);
    if (held >= adaptersOf(population.users, population) || lookups === 0 || lookups >= RENEWALS * held) return null;
    return (
      `host memory begins with the most popular adapters (population.start: ${population.start}) and holds ${formatCount(held)}: ` +
      `${formatCount(lookups)} requests cannot renew it ${RENEWALS} times, so hit ratios are more those of the start than of serving.tiers.host.eviction; ` +
      'population.start: settled begins with what the policy would keep'
    );
  },
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

export function scenarioNotes(scenario: Scenario): string[] {
  return NOTES.map((note) => note(scenario)).filter((note): note is string => note !== null);
}

/** As commands that simulate say them on stderr, each once however many scenarios it is of; empty for none. */
export function notesText(...scenarios: readonly Scenario[]): string {
  const notes = new Set(scenarios.flatMap(scenarioNotes));
  return [...notes].map((note) => `note: ${note}\n`).join('');
}
