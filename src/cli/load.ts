/** A scenario as commands load it: by file or by the name of a shipped one, with `--set`, all families and metrics known. */
import { existsSync } from 'node:fs';
import { FRACTIONS, METRICS } from '../metrics/catalog/index.ts';
import { FAMILIES } from '../run/families.ts';
import { type Loaded, loadScenario, type Override, parseOverride } from '../scenario/load.ts';
import { DURATION, parseQuantity } from '../scenario/units.ts';
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

/** Seconds of a time option, undefined where it is not given. `least`: the shortest that makes sense, s; any above 0 otherwise. */
export function timeOption(args: Arguments, name: string, example: string, least = 0): number | undefined {
  const written = args[name] as string | undefined;
  if (written === undefined) return undefined;
  const value = parseQuantity(written, DURATION);
  if (typeof value === 'string' || value <= 0 || value < least) {
    const bound = least > 0 ? ` of at least ${least} s` : '';
    throw new UsageError(`--${name} ${written}: expected a time${bound}`, `for instance --${name} ${example}`);
  }
  return value;
}
