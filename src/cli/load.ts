/** A scenario as commands load it: by file or by the name of a shipped one, with `--set`, all families and metrics known. */
import { existsSync } from 'node:fs';
import { FRACTIONS, METRICS } from '../metrics/catalog/index.ts';
import { FAMILIES } from '../run/families.ts';
import { type Loaded, loadScenario, type Override, parseOverride } from '../scenario/load.ts';
import type { Arguments } from './command.ts';
import { UsageError } from './parse.ts';
import { shippedScenarios } from './shipped.ts';

export const SET_OPTION = {
  type: 'string',
  array: true,
  default: [] as string[],
  describe: 'path=value, overrides a field of the scenario; may be repeated',
  completes: 'fields',
} as const;

export function overridesOf(texts: readonly string[]): Override[] {
  return texts.map((text) => {
    const override = parseOverride(text);
    if (override === null)
      throw new UsageError(`--set ${text}: expected path=value`, 'for instance --set hardware.replicas=16');
    return override;
  });
}

/** The file itself, or the shipped scenario of that name where no such file exists. */
export function scenarioPath(written: string): string {
  if (existsSync(written)) return written;
  return shippedScenarios().find(({ name }) => name === written)?.path ?? written;
}

export function loadForCommand(file: string, overrides: readonly Override[]): Loaded {
  return loadScenario(scenarioPath(file), {
    families: FAMILIES,
    overrides,
    metrics: METRICS.map((metric) => metric.name),
    fractions: FRACTIONS,
    shipped: () => shippedScenarios().map(({ name }) => name),
  });
}

/** A flag that counts something; undefined where it was not given. */
export function wholeNumber(args: Arguments, name: string): number | undefined {
  const value = args[name];
  if (value === undefined) return undefined;
  if (!Number.isInteger(value) || (value as number) < 1)
    throw new UsageError(`--${name} must be a whole number of at least 1`);
  return value as number;
}
