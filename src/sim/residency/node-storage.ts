/**
 * What the replicas of one node share below host memory: the local disk as a tier with its link, and the link to the object
 * store, which holds every adapter. An adapter fetched from the object store is also kept on disk.
 *
 * Simplification: the path to the object store is one link, as wide as the narrower of the node's network and the node's
 * part of the cell's share of the store.
 */
import type { EventHeap } from '../events.ts';
import type { Link } from './link.ts';
import type { Tier } from './tier.ts';

export class NodeStorage {
  /** Null where the node has no disk cache. */
  readonly disk: Tier | null;
  readonly diskLink: Link;
  readonly objectLink: Link;
  /** Latency and resolve time before a transfer enters its link, ns. */
  readonly diskDelayNs: number;
  readonly objectDelayNs: number;
  private readonly events: EventHeap;
  private readonly diskSource: number;
  private readonly objectSource: number;

  constructor(parts: {
    disk: Tier | null;
    diskLink: Link;
    objectLink: Link;
    diskDelayNs: number;
    objectDelayNs: number;
    events: EventHeap;
    diskSource: number;
    objectSource: number;
  }) {
    this.disk = parts.disk;
    this.diskLink = parts.diskLink;
    this.objectLink = parts.objectLink;
    this.diskDelayNs = parts.diskDelayNs;
    this.objectDelayNs = parts.objectDelayNs;
    this.events = parts.events;
    this.diskSource = parts.diskSource;
    this.objectSource = parts.objectSource;
  }

  /** Starts a fetch into host memory; returns the tier it comes from (1 disk, 0 object store). */
  fetch(ticket: number, adapter: number, bytes: number, nowNs: number): number {
    const entry = this.disk === null ? -1 : this.disk.find(adapter);
    if (entry >= 0) {
      this.disk!.touch(entry);
      this.diskLink.submit(ticket, bytes, nowNs + this.diskDelayNs);
      this.events.schedule(this.diskSource, this.diskLink.nextNs());
      return 1;
    }
    this.objectLink.submit(ticket, bytes, nowNs + this.objectDelayNs);
    this.events.schedule(this.objectSource, this.objectLink.nextNs());
    return 0;
  }

  /** An adapter arrived from the object store: keep it on disk where there is room. */
  keep(adapter: number, rankClass: number): void {
    if (this.disk !== null && this.disk.find(adapter) < 0) this.disk.insert(adapter, rankClass);
  }

  /** Starts a fetch to disk alone; the ticket says whom the link tells. */
  prefetch(ticket: number, bytes: number, nowNs: number): void {
    this.objectLink.submit(ticket, bytes, nowNs + this.objectDelayNs);
    this.events.schedule(this.objectSource, this.objectLink.nextNs());
  }

  processDisk(nowNs: number): void {
    this.diskLink.process(nowNs);
    this.events.schedule(this.diskSource, this.diskLink.nextNs());
  }

  processObject(nowNs: number): void {
    this.objectLink.process(nowNs);
    this.events.schedule(this.objectSource, this.objectLink.nextNs());
  }

  setObjectBandwidth(bandwidth: number, nowNs: number): void {
    this.objectLink.setBandwidth(bandwidth, nowNs);
    this.events.schedule(this.objectSource, this.objectLink.nextNs());
  }
}
