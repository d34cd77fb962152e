/** What a trace must be to be a trace at all, checked without the code that writes it: Chrome's "Trace Event Format". */
export interface ReadEvent {
  name: string;
  ph: string;
  pid: number;
  tid?: number;
  cat?: string;
  id?: string;
  ts?: number;
  dur?: number;
  args?: Record<string, unknown>;
}

export interface ReadTrace {
  otherData: { asked_ns: [number, number]; window_ns: [number, number]; run_hash: string };
  traceEvents: ReadEvent[];
}

/** A stretch of time with a name, ns, whatever kind of event said it. */
export interface Slice {
  pid: number;
  /** Thread, or category and id of an async slice. */
  track: string;
  name: string;
  from: number;
  to: number;
  depth: number;
  args: Record<string, unknown>;
}

const ns = (us: number): number => Math.round(us * 1000);

/** Every slice of the trace; throws at the first thing that the format does not allow. */
export function slicesOf({ otherData, traceEvents }: ReadTrace): Slice[] {
  inViewerOrder(traceEvents);
  const [start, end] = otherData.window_ns;
  const named = new Set(
    traceEvents.filter(({ ph }) => ph === 'M').map(({ name, pid, tid }) => `${name} ${pid} ${tid}`),
  );
  const fail = (event: ReadEvent, why: string): never => {
    throw new Error(`${why}: ${JSON.stringify(event)}`);
  };
  const slices: Slice[] = [];
  const threads = new Map<string, Slice[]>();
  const open = new Map<string, Slice[]>();
  for (const event of traceEvents) {
    const { ph, pid, tid, ts = Number.NaN, dur = Number.NaN } = event;
    if (!Number.isInteger(pid) || !named.has(`process_name ${pid} undefined`)) fail(event, 'process without a name');
    if (ph === 'M') continue;
    if (!(ns(ts) >= start && ns(ts) <= end)) fail(event, 'outside the window');
    if (ph === 'C') {
      if (Object.values(event.args ?? {}).some((value) => typeof value !== 'number'))
        fail(event, 'counter of no number');
    } else if (ph === 'X') {
      if (!(dur > 0) || ns(ts) + ns(dur) > end) fail(event, 'no length, or beyond the window');
      if (!named.has(`thread_name ${pid} ${tid}`)) fail(event, 'thread without a name');
      const track = `${pid} ${tid}`;
      const slice = {
        pid,
        track: String(tid),
        name: event.name,
        from: ns(ts),
        to: ns(ts) + ns(dur),
        depth: 0,
        args: event.args ?? {},
      };
      threads.set(track, [...(threads.get(track) ?? []), slice]);
      slices.push(slice);
    } else if (ph === 'b' || ph === 'e') {
      const key = `${event.cat} ${event.id}`;
      const stack = open.get(key) ?? [];
      open.set(key, stack);
      const last = stack.at(-1);
      if (ph === 'b') {
        if (last !== undefined && ns(ts) < last.from) fail(event, 'begins before what holds it');
        const slice = {
          pid,
          track: key,
          name: event.name,
          from: ns(ts),
          to: -1,
          depth: stack.length,
          args: event.args ?? {},
        };
        stack.push(slice);
        slices.push(slice);
      } else {
        if (last === undefined || last.name !== event.name || last.pid !== pid)
          return fail(event, 'ends what is not open');
        if (ns(ts) <= last.from) fail(event, 'ends before it begins');
        last.to = ns(ts);
        stack.pop();
      }
    } else fail(event, 'unknown kind of event');
  }
  for (const [key, stack] of open) if (stack.length > 0) throw new Error(`${key} never ends`);
  for (const [track, onThread] of threads) nest(track, onThread);
  return slices;
}

/**
 * Viewers (Chrome's, Perfetto's trace processor, speedscope) sort events by time and leave those of one time in the file's order: what
 * holds another must come before it, and what ends before what begins. Times are whole ns, and an id
 * belongs to one process.
 */
export function inViewerOrder(events: readonly ReadEvent[]): void {
  const timed = events.filter(({ ph }) => ph !== 'M');
  for (const { ts = Number.NaN, dur = 0 } of timed) {
    if (Math.abs(ts * 1000 - ns(ts)) > 0.01) throw new Error(`${ts} µs is no whole ns`);
    if (Math.abs(dur * 1000 - ns(dur)) > 0.01) throw new Error(`${dur} µs is no whole ns`);
  }
  const owner = new Map<string, number>();
  const stacks = new Map<string, { name: string; to: number }[]>();
  const counted = new Map<string, number>();
  for (const event of timed.toSorted((a, b) => ns(a.ts!) - ns(b.ts!))) {
    const { ph, pid, tid, cat, id, name } = event;
    const from = ns(event.ts!);
    const key = ph === 'X' ? `thread ${pid} ${tid}` : `async ${cat} ${id}`;
    const stack = stacks.get(key) ?? [];
    stacks.set(key, stack);
    if (ph === 'X') {
      const to = from + ns(event.dur!);
      while (stack.length > 0 && stack[stack.length - 1].to <= from) stack.pop();
      if (stack.length > 0 && to > stack[stack.length - 1].to)
        throw new Error(`${name} at ${from} ns comes before what holds it`);
      stack.push({ name, to });
    } else if (ph === 'b') {
      if ((owner.get(key) ?? pid) !== pid) throw new Error(`${key} is of two processes`);
      owner.set(key, pid);
      stack.push({ name, to: Number.NaN });
    } else if (ph === 'e') {
      if (stack.pop()?.name !== name) throw new Error(`${name} at ${from} ns ends out of order`);
    } else if (ph === 'C') {
      const track = `${pid} ${name}`;
      if (counted.get(track) === from) throw new Error(`counter ${track} has two values at ${from} ns`);
      counted.set(track, from);
    }
  }
}

/** Slices of a thread lie inside one another or apart. Sets their depth. */
function nest(track: string, slices: Slice[]): void {
  const stack: Slice[] = [];
  let latest = Number.NEGATIVE_INFINITY;
  for (const slice of [...slices].sort((a, b) => a.from - b.from || b.to - a.to)) {
    while (stack.length > 0 && stack[stack.length - 1].to <= slice.from) stack.pop();
    const holder = stack.at(-1);
    if (holder !== undefined && slice.to > holder.to) {
      throw new Error(`on ${track}, ${JSON.stringify(slice)} sticks out of ${JSON.stringify(holder)}`);
    }
    if (slice.from < latest) throw new Error(`on ${track}, time runs backwards at ${JSON.stringify(slice)}`);
    latest = slice.from;
    slice.depth = stack.length;
    stack.push(slice);
  }
}

export const total = (slices: readonly Slice[]): number => slices.reduce((sum, { from, to }) => sum + to - from, 0);
