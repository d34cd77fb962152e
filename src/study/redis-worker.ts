/** Serves points from Redis until it is told to stop, or until there was nothing to do for a while. */
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { runHashOf } from '../run/identity.ts';
import { SharedBoard } from '../run/shared-board.ts';
import { EnvironmentError, UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type Effort, effortOf } from './executor.ts';
import { PointPool } from './point-pool.ts';
import { encodeResult } from './point-result.ts';
import { withoutPassword } from './redis-connection.ts';
import { type PointJob, servePoints } from './redis-queue.ts';
import { identityText, type ToolIdentity } from './study-folder.ts';

export interface WorkerOptions {
  url: string;
  tool: ToolIdentity;
  jobs: number;
  /** Seconds of silence after which this worker's points go to others. */
  lease: number;
  /** Seconds without a point after which to end; infinity: never. */
  idle: number;
  signal: AbortSignal;
  onPoint?(text: string, effort: Effort): void;
  onReady?(): void;
  /** The server has gone away, or has come back. */
  onConnection?(up: boolean): void;
}

const LOOK_MS = 500;

/** Returns how many points were computed. Throws an EnvironmentError where the studies there are of another tool. */
export async function serve(options: WorkerOptions): Promise<number> {
  const { url, tool, jobs, signal } = options;
  const pool = new PointPool(jobs);
  let busy = 0;
  let computed = 0;
  let last = performance.now();
  const compute = async (job: PointJob, deaths: number): Promise<{ bytes: Uint8Array; effort: Effort }> => {
    busy++;
    try {
      const scenario = scenarioOf(job);
      const board = new SharedBoard(scenario.hardware.cells);
      const { result, wall_s } = await pool.run(
        { index: 0, id: job.id, scenario, check: job.check },
        scenario.name,
        board,
      );
      computed++;
      const effort = effortOf(wall_s, board.progress().arrivals);
      options.onPoint?.(
        `${scenario.name}, seed ${scenario.seed}, run ${job.id.slice(0, 10)}${deaths > 0 ? ', taken over from a worker that fell silent' : ''}`,
        effort,
      );
      return { bytes: encodeResult(result, { scenario }), effort };
    } finally {
      busy--;
      last = performance.now();
    }
  };
  const server = await servePoints(url, tool, {
    jobs,
    lease: options.lease,
    compute,
    onConnection: options.onConnection,
  });
  try {
    refuseForeign((await unlessStopped(server.studies(), signal)) ?? [], tool, url);
    options.onReady?.();
    while (!signal.aborted) {
      const studies = await unlessStopped(server.studies(), signal);
      if (studies === null) break;
      refuseForeign(studies, tool, url);
      // While a sweep is there, the points of a worker that dies may still come this way.
      if (studies.includes(identityText(tool))) last = performance.now();
      if (busy === 0 && performance.now() - last > options.idle * 1000) break;
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await server.close();
    await pool.close();
  }
  // Those that were under way at the end, too.
  return computed;
}

/** The answer, or null on the signal: without its server a question has none, until that is back. */
async function unlessStopped<T>(answer: Promise<T>, signal: AbortSignal): Promise<T | null> {
  if (signal.aborted) return null;
  let stop = () => {};
  const stopped = new Promise<null>((resolve) => {
    stop = () => resolve(null);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([answer, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A worker that could serve none of those who ask would only look as if it did. */
function refuseForeign(studies: readonly string[], tool: ToolIdentity, url: string): void {
  const own = identityText(tool);
  if (studies.length === 0 || studies.includes(own)) return;
  throw new EnvironmentError(
    `The sweep at ${withoutPassword(url)} is run by ${[...new Set(studies)].join(' and ')}; this worker is ${own}.`,
    [`looking for studies of ${own}`],
    'Only one version, Node major and processor architecture gives the same bytes: install that one here, or run the sweep with this.',
  );
}

function scenarioOf({ id, scenario: text }: PointJob): Scenario {
  const scenario = parse(text) as Scenario;
  let here: string;
  try {
    here = runHashOf(scenario);
  } catch (error) {
    throw new UserError(`a file that the point needs cannot be read here: ${(error as Error).message}`);
  }
  if (here !== id)
    throw new UserError('the point is another one here than where it was asked for: does it replay another trace?');
  return scenario;
}
