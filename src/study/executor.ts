/**
 * Who runs the points of a study: workers on this machine (local-executor.ts) or those behind a Redis server (redis-executor.ts).
 * Which one it is, how many workers it has and in which order points finish changes nothing about the results.
 */
import type { PointResult } from './point-result.ts';
import type { Point } from './points.ts';

export interface StudyProgress {
  /** Points that are done, of this call; points under way count by the share of their simulated time. */
  done: number;
  /** Points under way. */
  running: number;
  arrivals: number;
  events: number;
}

/** What a point took where it was computed: of the machine, for manifests and stderr, never for results. */
export interface Effort {
  wall_s: number;
  /** Requests that arrived, warm-up included. */
  requests: number;
  /** The most memory of the process up to the end of the point: points beside it and before it count too. */
  peak_rss_bytes: number;
}

/** Of this process. */
export const effortOf = (wall_s: number, requests: number): Effort => ({
  wall_s,
  requests,
  peak_rss_bytes: process.resourceUsage().maxRSS * 1024,
});

export interface ExecutorOptions {
  /** Audit every event of every point. */
  check?: boolean;
  /** Fires: points under way are finished or given up, no more are begun, `run` throws a StoppedError. */
  signal?: AbortSignal;
  /** Called once for each point, in the order in which they finish; with its effort where that is known. */
  onResult(result: PointResult, effort?: Effort): void;
  onProgress?(progress: StudyProgress): void;
  /** Something a person should know, one line. */
  onNotice?(text: string): void;
}

export interface Executor {
  /** Resolves when every point has a result. The first point that fails stops the others and is thrown. */
  run(points: readonly Point[], options: ExecutorOptions): Promise<void>;
  /** Gives up workers and connections. */
  close(): Promise<void>;
}
