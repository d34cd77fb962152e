/**
 * Prewarming: before a revision is ready, it is loaded to where the one in use is, so that the first requests find it. To `host`: every
 * replica that has the one in use in host memory or on its GPU loads the new one into host memory, through the same bounded queue as
 * demand loads (a full one refuses, and that replica goes without). To `disk`: every node that has it on disk fetches the new one.
 */
import type { Replica } from '../batching/replica.ts';
import { LOAD_REFUSED } from '../residency/loader.ts';
import type { NodeStorage } from '../residency/node-storage.ts';
import type { Prewarmer } from './lifecycle.ts';
import type { LifecycleRecorder } from './recorder.ts';

const HOST = 0;
const DISK = 1;
const REFUSED = 2;

/** By key: its rank class; by rank class: bytes to fetch. */
export interface PrewarmParts {
  rankClass(key: number): number;
  bytes: Float64Array;
  recorder: LifecycleRecorder | null;
}

export class HostPrewarmer implements Prewarmer {
  private readonly replicas: readonly Replica[];
  private readonly p: PrewarmParts;

  constructor(replicas: readonly Replica[], parts: PrewarmParts) {
    this.replicas = replicas;
    this.p = parts;
  }

  start(key: number, old: number, nowNs: number): number {
    const rankClass = this.p.rankClass(key);
    const bytes = this.p.bytes[rankClass];
    let wait = 0;
    for (const { gpu, host, loader } of this.replicas) {
      if (gpu.find(old) < 0 && host.find(old) < 0) continue;
      const refused = loader.ask(key, rankClass, -1, nowNs) === LOAD_REFUSED;
      this.p.recorder?.prewarmed(refused ? REFUSED : HOST, refused ? 0 : bytes, nowNs);
      if (!refused) wait++;
    }
    return wait;
  }
}

export class DiskPrewarmer implements Prewarmer {
  private readonly nodes: readonly NodeStorage[];
  private readonly p: PrewarmParts;
  private readonly ticketOf: (key: number) => number;

  /** @param ticketOf the ticket under which a node's link delivers a key that nobody's loader asked for */
  constructor(nodes: readonly NodeStorage[], ticketOf: (key: number) => number, parts: PrewarmParts) {
    this.nodes = nodes;
    this.ticketOf = ticketOf;
    this.p = parts;
  }

  start(key: number, old: number, nowNs: number): number {
    const bytes = this.p.bytes[this.p.rankClass(key)];
    let wait = 0;
    for (const node of this.nodes) {
      if (node.disk === null || node.disk.find(old) < 0) continue;
      node.prefetch(this.ticketOf(key), bytes, nowNs);
      this.p.recorder?.prewarmed(DISK, bytes, nowNs);
      wait++;
    }
    return wait;
  }
}
