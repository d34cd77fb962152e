/**
 * What a router knows of residency: for each replica and adapter the highest tier that held it when the signal was last
 * refreshed. With staleness 0 the tiers are asked directly. Otherwise one byte per (replica, adapter), refreshed on a fixed
 * grid of simulated time from a log of what changed since.
 */
import type { Replica } from '../batching/replica.ts';

export class ResidencySignal {
  /** ns between refreshes; 0: always current. */
  readonly stalenessNs: number;
  private readonly replicas: readonly Replica[];
  private readonly adapters: number;
  private readonly seen: Uint8Array;
  private log = new Float64Array(1024);
  private logged = 0;

  constructor(replicas: readonly Replica[], adapters: number, stalenessNs: number) {
    this.replicas = replicas;
    this.adapters = adapters;
    this.stalenessNs = stalenessNs;
    this.seen = new Uint8Array(stalenessNs === 0 ? 0 : replicas.length * adapters);
    if (stalenessNs === 0) return;
    replicas.forEach((replica, number) => {
      const record = (adapter: number) => this.record(number * adapters + adapter);
      replica.gpu.onChange = record;
      replica.host.onChange = record;
    });
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
    const replica = this.replicas[number];
    if (replica.gpu.find(adapter) >= 0) return 3;
    const entry = replica.host.find(adapter);
    if (entry >= 0 && replica.loader.loading[entry] === 0) return 2;
    return replica.loader.storageTier(adapter);
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
