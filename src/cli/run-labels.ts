/** What runs of one scenario are called beside one another: by the values in which they differ, not by their hashes. */
import type { Scenario } from '../scenario/scenario.ts';
import { scenarioDifferences } from '../study/compare/scenario-diff.ts';
import { hasPhrase, settingText } from './compare-words.ts';

/** More values than this are no name. */
const MOST = 3;

/** One label a scenario, no two the same; null where the values cannot tell all of them apart in a few words. */
export function labelsOf(scenarios: readonly Scenario[]): string[] | null {
  const [first, ...others] = scenarios;
  const found = [[], ...others.map((other) => scenarioDifferences(first, other))];
  const base = new Map(found.flat().map(({ path, base: value }) => [path, value]));
  const seeds = new Set(scenarios.map(({ seed }) => seed)).size > 1;
  const told = (paths: readonly string[]): string[] | null => {
    if (paths.length > MOST || (paths.length === 0 && !seeds)) return null;
    const labels = scenarios.map(({ seed }, i) => {
      const words = paths.map((path) => {
        const own = found[i].find((difference) => difference.path === path);
        return settingText(path, own === undefined ? base.get(path) : own.new);
      });
      return [...words, ...(seeds ? [`seed ${seed}`] : [])].join(', ');
    });
    return new Set(labels).size === labels.length ? labels : null;
  };
  const paths = [...base.keys()];
  const spoken = paths.filter(hasPhrase);
  // What has words of its own first: other values often only follow from it.
  return told(spoken) ?? told([...spoken, ...paths.filter((path) => !hasPhrase(path))]);
}
