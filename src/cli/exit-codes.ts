/** What the process's exit code means. The one list: commands return these, `explain` prints them, tests hold them. */
export interface ExitCode {
  readonly code: number;
  readonly name: string;
  readonly meaning: string;
  /** What a person or a script does about it. */
  readonly action: string;
}

export const EXIT = {
  ok: 0,
  internal: 1,
  usage: 2,
  scenario: 3,
  unavailable: 4,
  invariant: 5,
  threshold: 10,
  regression: 11,
  inconclusive: 12,
  interrupted: 130,
} as const;

export const EXIT_CODES: readonly ExitCode[] = [
  { code: EXIT.ok, name: 'success', meaning: 'The command did what it was asked.', action: 'Nothing.' },
  {
    code: EXIT.internal,
    name: 'internal error',
    meaning: 'A bug in mint-bench.',
    action: 'Report the message on stderr together with the command.',
  },
  {
    code: EXIT.usage,
    name: 'usage',
    meaning: 'An unknown command or flag, a missing argument, or stored results that cannot be used.',
    action: 'See mint-bench <command> --help; of results, stderr names the file and what writes it anew.',
  },
  {
    code: EXIT.scenario,
    name: 'invalid scenario',
    meaning: 'The scenario, or a value given with --set, cannot be used.',
    action: 'Every problem is on stderr with its line; mint-bench explain <id> says more.',
  },
  {
    code: EXIT.unavailable,
    name: 'unavailable',
    meaning: 'A backend or resource that was asked for is not there.',
    action: 'mint-bench doctor shows what was found and what would help.',
  },
  {
    code: EXIT.invariant,
    name: 'invariant violated',
    meaning: 'The simulator caught itself in a state that cannot be.',
    action: 'Report the message: it names the invariant, the event and the seed.',
  },
  {
    code: EXIT.threshold,
    name: 'threshold failed',
    meaning: 'The run finished; a threshold of the scenario does not hold.',
    action: 'The verdicts stand first in the summary and the report.',
  },
  {
    code: EXIT.regression,
    name: 'regression',
    meaning: 'A comparison found a metric significantly worse than its baseline.',
    action: 'The comparison names the metrics.',
  },
  {
    code: EXIT.inconclusive,
    name: 'inconclusive',
    meaning: 'Under --strict: a comparison could not decide.',
    action: 'Take more replications.',
  },
  {
    code: EXIT.interrupted,
    name: 'interrupted',
    meaning: 'Stopped by Ctrl-C; finished points are kept.',
    action: 'The command to resume is on stderr.',
  },
];
