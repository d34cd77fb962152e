/** Whole commands, as a user starts them. */
import { cli, gib, inScratch, type Line, seconds, timeNode } from './measure.ts';

/** `run scenarios/1M.yaml` with everything it writes. */
export function millionBench(): Promise<Line[]> {
  return inScratch(async (out) => {
    const time = await timeNode([cli, 'run', 'scenarios/1M.yaml', '--out', out]);
    return [
      { what: 'run scenarios/1M.yaml, figures and report included', value: seconds(time.wallSeconds), target: '30 s' },
      { what: '  peak memory', value: gib(time.peakBytes), target: '1.5 GiB' },
    ];
  });
}

export function hundredMillionBench(): Promise<Line[]> {
  return inScratch(async (out) => {
    const time = await timeNode([cli, 'run', 'scenarios/100M.yaml', '--out', out]);
    return [
      { what: 'run scenarios/100M.yaml', value: seconds(time.wallSeconds), target: '120 s' },
      { what: '  peak memory', value: gib(time.peakBytes), target: '8 GiB' },
    ];
  });
}

/** Two workers against two processes of one worker each, both doing the same work twice over. */
export function workersBench(): Promise<Line[]> {
  const run = (out: string, jobs: number) =>
    timeNode([
      cli,
      'run',
      'scenarios/1M.yaml',
      '--set',
      'duration=6h',
      '--no-figures',
      '--jobs',
      String(jobs),
      '--out',
      out,
    ]);
  return inScratch(async (out) => {
    const single = await run(`${out}/single`, 1);
    const started = performance.now();
    await Promise.all([run(`${out}/a`, 1), run(`${out}/b`, 1)]);
    const twoProcesses = (2 * single.wallSeconds) / ((performance.now() - started) / 1000);
    const double = await run(`${out}/double`, 2);
    const twoWorkers = single.wallSeconds / double.wallSeconds;
    return [
      { what: 'speed-up of two workers', value: `${twoWorkers.toFixed(2)}×`, target: '' },
      { what: 'speed-up of two processes', value: `${twoProcesses.toFixed(2)}×`, target: '' },
      { what: '  workers over processes', value: `${((100 * twoWorkers) / twoProcesses).toFixed(0)}%`, target: '95%' },
    ];
  });
}

export async function startupBench(): Promise<Line[]> {
  const fastest = async (args: readonly string[]) => {
    let best = Number.POSITIVE_INFINITY;
    for (let round = 0; round < 7; round++) best = Math.min(best, (await timeNode(args)).wallSeconds);
    return best;
  };
  const bare = await fastest(['-e', '0']);
  const help = await fastest([cli, '--help']);
  const validate = await fastest([cli, 'validate', 'scenarios/1M.yaml']);
  return [
    { what: 'node -e 0', value: `${(bare * 1e3).toFixed(0)} ms`, target: '' },
    { what: 'mint-bench --help over bare Node', value: `${(help / bare).toFixed(2)}×`, target: '2×' },
    {
      what: 'validate scenarios/1M.yaml beyond bare Node',
      value: `${((validate - bare) * 1e3).toFixed(0)} ms`,
      target: '100 ms',
    },
  ];
}
