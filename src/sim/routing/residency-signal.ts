/**
 * What a router knows of residency: for each replica and adapter the highest tier that held it when the signal was last
 * refreshed. With staleness 0 the tiers are asked directly. Otherwise one byte per (replica, adapter), refreshed on a fixed
 * grid of simulated time from a log of what changed since.
 */
import type { Replica } from '../batching/replica.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';

export class ResidencySignal {
  /** ns between refreshes; 0: always current. */
  readonly stalenessNs: number;
  private readonly replicas: readonly Replica[];
  private readonly adapters: number;
  private readonly lifecycle: Lifecycle | null;
  private readonly seen: Uint8Array;
  private log = new Float64Array(1024);
  private logged = 0;

  /** @param lifecycle where adapters have revisions: an adapter is where its revision in use is */
  constructor(replicas: readonly Replica[], adapters: number, stalenessNs: number, lifecycle: Lifecycle | null) {
    this.lifecycle = lifecycle;
    this.replicas = replicas;
    this.adapters = adapters;
    this.stalenessNs = stalenessNs;
    this.seen = new Uint8Array(stalenessNs === 0 ? 0 : replicas.length * adapters);
    if (stalenessNs === 0) return;
    replicas.forEach((replica, number) => {
      const base = number * adapters;
      const record =
        lifecycle === null
          ? (adapter: number) => this.record(base + adapter)
          : (key: number) => this.record(base + lifecycle.adapterOf(key));
      replica.gpu.onChange = record;
      replica.host.onChange = record;
    });
    if (lifecycle === null) return;
    lifecycle.onChange = (adapter) => {
      for (let number = 0; number < replicas.length; number++) this.record(number * adapters + adapter);
    };
  }

  tier(replica: number, adapter: number): number {
    return this.stalenessNs === 0 ? this.current(replica, adapter) : this.seen[replica * this.adapters + adapter];
  }

  refresh(): void {
    for (let i = 0; i < this.logged; i++) {
      const place = this.log[i];
      const replica = Math.floor(place / this.adapters);
      this.seen[place] = this.current(replica, place - replica * this.adapters);
    }
    this.logged = 0;
  }

  private current(number: number, adapter: number): number {
    const key = this.lifecycle === null ? adapter : this.lifecycle.current(adapter);
    return key < 0 ? 0 : this.replicas[number].tierOf(key);
  }

  private record(place: number): void {
    if (this.logged === this.log.length) {
      const log = new Float64Array(this.log.length * 2);
      log.set(this.log);
      this.log = log;
    }
    this.log[this.logged++] = place;
  }
}
