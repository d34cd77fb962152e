/**
 * What a command sets on top of the scenario file, read off the command that gives a result again. The description of a scenario
 * is of the file as it stands there, and what was set may contradict it.
 */

/** A word of a shell, plain or wholly in quotes: what src/scenario/quote.ts writes. */
const WORD = /'((?:[^']|'\\'')*)'|[^\s']+/g;

/** Of every result that has a command of its own, these say nothing of the system. */
const NOT_THE_SYSTEM = /^(replications|seed)=/;

/**
 * @param command as manifests and studies hold it: `mint-bench run smoke --set population.users=40k`
 * @param axes paths that are shown as axes
 * @returns "population.users=40k" for each setting, in order
 */
export function changesIn(command: string, axes: readonly string[] = []): string[] {
  const words = [...command.matchAll(WORD)].map(([word, quoted]) =>
    quoted === undefined ? word : quoted.replaceAll("'\\''", "'"),
  );
  return words
    .filter((_, at) => words[at - 1] === '--set')
    .filter((set) => !NOT_THE_SYSTEM.test(set) && !axes.some((path) => set.startsWith(`${path}=`)));
}
