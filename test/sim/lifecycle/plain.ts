/** The lifecycle of adapters as plain objects and one sorted list: what the engine's must agree with. Shares no code with it. */

/** Revision r of adapter a has the key a + 1000·r; what an adapter begins with is its revision 0. */
const PER_REVISION = 1000;
export const adapterOfKey = (key: number) => key % PER_REVISION;

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
    return adapter + PER_REVISION * (this.inUse.get(adapter)?.number ?? 0);
  }

  loaded(key: number, nowNs: number): void {
    const revision = this.all.find((r) => this.keyOf(r) === key)!;
    if (revision.state === 'prewarming') this.publish(revision, nowNs);
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
    } else if (revision!.state === 'ready') {
      revision!.state = 'rolled_back';
      let back = revision!.parent;
      while (back?.state === 'rolled_back') back = back.parent;
      if (back !== null) back.state = 'ready';
      this.inUse.set(adapter, back);
    }
  }

  private publish(revision: PlainRevision, nowNs: number): void {
    const { adapter, number } = revision;
    const old = this.inUse.get(adapter);
    if (old) old.state = 'superseded';
    revision.state = 'ready';
    revision.readyNs = nowNs;
    this.inUse.set(adapter, revision);
    const after = this.o.rollbackNs(adapter, number);
    if (after < Infinity) this.add({ ns: nowNs + after, kind: 'bad', adapter, revision });
  }

  private keyOf({ adapter, number }: PlainRevision): number {
    return adapter + PER_REVISION * number;
  }

  /** What ends comes before what is wished for at the same time. */
  private add(event: Omit<Event, 'order'>): void {
    this.events.push({ ...event, order: this.order++ });
    const rank = (e: Event) => (e.kind === 'wish' ? 1 : 0);
    this.events.sort((a, b) => a.ns - b.ns || rank(a) - rank(b) || a.order - b.order);
  }
}
