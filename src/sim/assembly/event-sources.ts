/** Numbers of the cell's sources of events. Co-timed events fall into phases in their order: transfers first, steps last. */
import type { SourceMap } from '../cell.ts';

export interface SourceCounts {
  nodes: number;
  replicas: number;
  lifecycle: boolean;
  page: boolean;
}

export function eventSources({ nodes, replicas, lifecycle, page }: SourceCounts): SourceMap {
  let next = 0;
  const range = (count: number): number => {
    const first = next;
    next += count;
    return first;
  };
  const sources = {
    disk: range(nodes),
    object: range(nodes),
    loader: range(replicas),
    activation: range(replicas),
    prefetch: range(replicas),
    lifecycle: range(lifecycle ? 1 : 0),
    page: range(page ? 1 : 0),
    step: range(replicas),
  };
  return { ...sources, total: next };
}
