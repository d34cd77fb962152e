/**
 * The way through the API server: the scenario's own serving.frontend, else what the calibration of its engine version was found to have.
 */
import { engineCalibrationSchema } from './engine-calibration.ts';
import type { Scenario } from './scenario.ts';

/** Seconds a request, whatever its length. */
export function frontendSeconds({ serving }: Scenario): number {
  if (serving.frontend !== undefined) return serving.frontend;
  const parsed = engineCalibrationSchema.safeParse(serving.cost.params.data);
  return parsed.success ? (parsed.data.frontend?.seconds ?? 0) : 0;
}

export interface PageCost {
  /** Seconds between two readings. */
  every: number;
  /** Seconds a line, and an adapter named in it. */
  line: number;
  name: number;
}

/**
 * prometheus_client 0.26, generate_latest and gzip, Python 3.11 on one core of 2.5 GHz: lines of 60 and of 200 adapters, each of which
 * differs from the one before by one.
 */
export const RENDER = { line: 27e-6, name: 0.25e-6 };

/** Null where nobody reads the page of metrics, or reading it costs nothing. */
export function metricsPage({ serving }: Scenario): PageCost | null {
  const page = serving.metrics_page;
  if (page === undefined) return null;
  const parsed = engineCalibrationSchema.safeParse(serving.cost.params.data);
  const found = parsed.success ? parsed.data.frontend?.page : undefined;
  const line = page.line ?? found?.line ?? RENDER.line;
  const name = page.name ?? found?.name ?? RENDER.name;
  return line + name > 0 ? { every: page.every, line, name } : null;
}
