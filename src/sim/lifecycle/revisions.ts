/**
 * The revisions of a cell's adapters: an append-only lineage, and which one of each adapter is in use.
 *
 * Tiers, loaders and requests name weights by a key: the revision that an adapter begins with has the adapter's own number as its
 * key, and the n-th revision of the run has adapters + n. So two revisions of one adapter are as distinct to the engine as two
 * adapters are, which is what they are to a GPU, and without revisions keys are adapters. 8 bytes an adapter (untouched pages cost
 * nothing), 67 bytes a revision.
 */

/** Trained, not yet registered. */
export const TRAINING = 0;
export const EVALUATING = 1;
export const PREWARMING = 2;
/** In use: what requests that arrive are pinned to. */
export const READY = 3;
export const SUPERSEDED = 4;
export const ROLLED_BACK = 5;
/** It did not pass its evaluation. */
export const REJECTED = 6;
/** It was made for a base that was replaced before it could be used. */
export const OBSOLETE = 7;
export const REVISION_STATES = [
  'training',
  'evaluating',
  'prewarming',
  'ready',
  'superseded',
  'rolled_back',
  'rejected',
  'obsolete',
] as const;

/** Why a revision was made. */
export const BY_UPDATE = 0;
export const BY_UPGRADE = 1;
export const REVISION_CAUSES = ['update', 'base_upgrade'] as const;

type Column = Float64Array | Int32Array | Uint8Array;

export class Revisions {
  /** Adapters of the cell; keys from here on are revisions made in the run. */
  readonly adapters: number;
  /** Revisions made in the run. Columns by revision number n (key − adapters); times are ns, NaN where it did not happen. */
  count = 0;
  adapter = new Int32Array(0);
  /** Key of the revision that it was trained from. */
  parent = new Int32Array(0);
  /** 1 for the first revision of its adapter in the run, 2 for the next … */
  number = new Int32Array(0);
  state = new Uint8Array(0);
  cause = new Uint8Array(0);
  /** Base that it was made for: 0 until an upgrade, 1 after it. */
  base = new Uint8Array(0);
  startedNs = new Float64Array(0);
  /** Training ended and the export was registered. */
  registeredNs = new Float64Array(0);
  evaluatedNs = new Float64Array(0);
  /** First time in use. */
  readyNs = new Float64Array(0);
  /** First token of the first finished request that was pinned to it. */
  servedNs = new Float64Array(0);
  /** Superseded, rolled back, rejected or obsolete. */
  endedNs = new Float64Array(0);
  /** The revision of the same adapter made before, −1 for none. */
  private before = new Int32Array(0);
  /** By adapter, the revision in use and the one made last, both as n + 1; 0: none of this run. */
  private readonly inUse: Int32Array;
  private readonly latestOf: Int32Array;

  constructor(adapters: number) {
    this.adapters = adapters;
    this.inUse = new Int32Array(adapters);
    this.latestOf = new Int32Array(adapters);
    this.resize(64);
  }

  adapterOf(key: number): number {
    return key < this.adapters ? key : this.adapter[key - this.adapters];
  }

  /** 0 for what the adapter began the run with. */
  numberOf(key: number): number {
    return key < this.adapters ? 0 : this.number[key - this.adapters];
  }

  baseOf(key: number): number {
    return key < this.adapters ? 0 : this.base[key - this.adapters];
  }

  /** Key of the adapter's revision in use, whatever base it is for. */
  current(adapter: number): number {
    const revision = this.inUse[adapter];
    return revision === 0 ? adapter : this.adapters + revision - 1;
  }

  /** The adapter's revision that was made last, −1 where none was made in the run. */
  latest(adapter: number): number {
    return this.latestOf[adapter] - 1;
  }

  /** The adapter's revision made before revision n, −1 where n is the first. */
  previous(revision: number): number {
    return this.before[revision];
  }

  /** Appends a revision of the adapter, trained from the one in use. Returns its number n. */
  open(adapter: number, cause: number, base: number, nowNs: number): number {
    const n = this.count++;
    if (n === this.adapter.length) this.resize(2 * n);
    const before = this.latest(adapter);
    this.adapter[n] = adapter;
    this.parent[n] = this.current(adapter);
    this.number[n] = before < 0 ? 1 : this.number[before] + 1;
    this.state[n] = TRAINING;
    this.cause[n] = cause;
    this.base[n] = base;
    this.startedNs[n] = nowNs;
    this.before[n] = before;
    this.latestOf[adapter] = n + 1;
    return n;
  }

  /** Requests of its adapter are pinned to `key` from now on. */
  use(key: number): void {
    const adapter = this.adapterOf(key);
    this.inUse[adapter] = key < this.adapters ? 0 : key - this.adapters + 1;
  }

  private resize(capacity: number): void {
    const columns = this as unknown as Record<string, Column>;
    for (const name of Object.keys(this)) {
      const old = columns[name];
      if (!ArrayBuffer.isView(old) || name === 'inUse' || name === 'latestOf') continue;
      const grown = new (old.constructor as new (length: number) => Column)(capacity);
      if (grown instanceof Float64Array) grown.fill(Number.NaN);
      grown.set(old as never);
      columns[name] = grown;
    }
  }
}
