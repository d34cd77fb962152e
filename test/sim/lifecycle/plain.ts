/** The lifecycle of adapters as plain objects and one sorted list: what the engine's must agree with. Shares no code with it. */

/** What an adapter begins with has the adapter's number as its key, the n-th revision of the run has 1000 + n. */
const FIRST_KEY = 1000;

export interface PlainOptions {
  /** When somebody wants an adapter trained anew. */
  wishes: readonly { ns: number; adapter: number }[];
  trainingNs(adapter: number, number: number): number;
  evaluationNs(adapter: number, number: number): number;
  passes(adapter: number, number: number): boolean;
  rollbackNs(adapter: number, number: number): number;
  prewarm: boolean;
}

export interface PlainRevision {
  adapter: number;
  number: number;
  parent: PlainRevision | null;
  state: string;
  readyNs: number | null;
  /** When it is found bad, and what is left of that time while it is not in use. */
  badNs?: number;
  leftNs?: number;
}

interface Event {
  ns: number;
  kind: 'wish' | 'trained' | 'evaluated' | 'bad';
  adapter: number;
  revision?: PlainRevision;
  order: number;
}

export class PlainLifecycle {
  readonly all: PlainRevision[] = [];
  private readonly o: PlainOptions;
  private readonly events: Event[] = [];
  private readonly inUse = new Map<number, PlainRevision | null>();
  private order = 0;

  constructor(options: PlainOptions) {
    this.o = options;
    for (const { ns, adapter } of options.wishes) this.add({ ns, kind: 'wish', adapter });
  }

  nextNs(): number {
    return this.events[0]?.ns ?? Infinity;
  }

  keyFor(adapter: number): number {
    if (adapter < 0) return adapter;
    const revision = this.inUse.get(adapter);
    return revision ? this.keyOf(revision) : adapter;
  }

  adapterOf(key: number): number {
    return key < FIRST_KEY ? key : this.all[key - FIRST_KEY].adapter;
  }

  loaded(key: number, nowNs: number): void {
    const revision = this.all[key - FIRST_KEY];
    if (revision?.state === 'prewarming') this.publish(revision, nowNs);
  }

  process(nowNs: number, prewarm: (key: number, old: number, nowNs: number) => boolean): void {
    const event = this.events.shift()!;
    const { adapter, revision } = event;
    if (event.kind === 'wish') {
      const writing = this.all.some((r) => r.adapter === adapter && /training|evaluating|prewarming/.test(r.state));
      if (writing) return;
      const number = 1 + this.all.filter((r) => r.adapter === adapter).length;
      const made: PlainRevision = {
        adapter,
        number,
        parent: this.inUse.get(adapter) ?? null,
        state: 'training',
        readyNs: null,
      };
      this.all.push(made);
      this.add({ ns: nowNs + this.o.trainingNs(adapter, number), kind: 'trained', adapter, revision: made });
    } else if (event.kind === 'trained') {
      revision!.state = 'evaluating';
      const ns = nowNs + this.o.evaluationNs(adapter, revision!.number);
      this.add({ ns, kind: 'evaluated', adapter, revision });
    } else if (event.kind === 'evaluated') {
      if (!this.o.passes(adapter, revision!.number)) {
        revision!.state = 'rejected';
        return;
      }
      revision!.state = 'prewarming';
      if (!this.o.prewarm || !prewarm(this.keyOf(revision!), this.keyFor(adapter), nowNs))
        this.publish(revision!, nowNs);
    } else if (revision!.state === 'ready' && revision!.badNs === nowNs) {
      revision!.state = 'rolled_back';
      let back = revision!.parent;
      while (back?.state === 'rolled_back') back = back.parent;
      if (back !== null) {
        back.state = 'ready';
        if (back.leftNs !== undefined) this.watch(back, nowNs + back.leftNs);
      }
      this.inUse.set(adapter, back);
    }
  }

  private publish(revision: PlainRevision, nowNs: number): void {
    const { adapter, number } = revision;
    const old = this.inUse.get(adapter);
    if (old) {
      old.state = 'superseded';
      if (old.badNs !== undefined) old.leftNs = old.badNs - nowNs;
      old.badNs = undefined;
    }
    revision.state = 'ready';
    revision.readyNs = nowNs;
    this.inUse.set(adapter, revision);
    const after = this.o.rollbackNs(adapter, number);
    if (after < Infinity) this.watch(revision, nowNs + after);
  }

  private watch(revision: PlainRevision, ns: number): void {
    revision.badNs = ns;
    this.add({ ns, kind: 'bad', adapter: revision.adapter, revision });
  }

  private keyOf(revision: PlainRevision): number {
    return FIRST_KEY + this.all.indexOf(revision);
  }

  /** What ends comes before what is wished for at the same time. */
  private add(event: Omit<Event, 'order'>): void {
    this.events.push({ ...event, order: this.order++ });
    const rank = (e: Event) => (e.kind === 'wish' ? 1 : 0);
    this.events.sort((a, b) => a.ns - b.ns || rank(a) - rank(b) || a.order - b.order);
  }
}
