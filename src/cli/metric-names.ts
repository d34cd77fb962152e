/** Metrics as the command line names them: a list after an option, and what was meant by a name that is none. */
import { METRICS, metricNamed } from '../metrics/catalog/index.ts';
import { suggest } from '../scenario/findings.ts';
import { UsageError } from './parse.ts';

const MOST = 4;

/**
 * Names that have every part of what was written, shortest first: `ttft` and `ttft_p99` leave out what a metric's name says
 * besides, its unit and its statistic.
 */
export function withParts(written: string, names: Iterable<string>): string[] {
  const parts = written
    .toLowerCase()
    .split(/[-_ .]+/)
    .filter((part) => part !== '');
  if (parts.length === 0) return [];
  return [...names]
    .filter((name) => {
      const own = new Set(name.split(/[-_]/));
      return parts.every((part) => own.has(part));
    })
    .sort((a, b) => a.length - b.length);
}

/** A hint for a metric that does not exist. */
export function metricHint(written: string): string {
  const names = METRICS.map(({ name }) => name);
  const near = withParts(written, names);
  const list = 'mint-bench list metrics has all';
  if (near.length > 0) {
    const shown = near.slice(0, MOST).join(', ');
    return `did you mean ${near.length > MOST ? `one of ${shown}, …` : near.length > 1 ? `one of ${shown}` : shown}? (${list})`;
  }
  const hint = suggest(written, names);
  return hint?.startsWith('did') ? `${hint} (${list})` : `expected names like ttft_ms_p99 or slo_attainment; ${list}`;
}

/** @param text names separated by commas; throws a UsageError on the first that is none, or where there is none */
export function metricNames(option: string, text: string): string[] {
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) throw new UsageError(`${option}: expected names of metrics, separated by commas`);
  const unknown = names.find((name) => metricNamed(name) === undefined);
  if (unknown !== undefined)
    throw new UsageError(`${option}: there is no metric ${JSON.stringify(unknown)}`, metricHint(unknown));
  return names;
}
