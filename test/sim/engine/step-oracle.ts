/**
 * The plain simulator that the engine must agree with: one replica, one token step at a time, objects and maps, BigInt
 * clock. It computes every step's cost from the actual batch and every block from the actual block tables, and shares no code
 * with the engine's closed form, running sums, heaps, tiers or links.
 */
import { TICKS_PER_NS } from '../../../src/sim/cost/step-cost.ts';
import type { OracleOptions, OracleOutcome, OracleRequest } from './oracle-options.ts';
import { chooseOnly, updateDraining } from './oracle-rules.ts';

interface Live extends OracleRequest {
  class: number;
  generated: number;
  /** Tokens in KV memory. */
  context: number;
  /** Tokens to prefill in this residence, and how many are done. */
  prefillTotal: number;
  prefilled: number;
  blocks: number;
  /** Blocks that still hold what it computed before it was preempted. */
  kept: number;
  hasSlot: boolean;
  pinsHost: boolean;
  usedHost: boolean;
  swapped: boolean;
  firstNs: number;
  started: boolean;
}

interface Load {
  adapter: number;
  stage: 'queued' | 'delay' | 'line' | 'transfer' | 'build' | 'engine' | 'lock' | 'register';
  dueNs: number;
  waiters: Live[];
  order: number;
}

export function stepOracle(o: OracleOptions): OracleOutcome[] {
  const outcomes: OracleOutcome[] = [];
  const arrivals = o.requests
    .map((request) => ({ ...request }))
    .sort((a, b) => a.reachesNs - b.reachesNs || a.id - b.id);
  /** Least recently used first. */
  const gpu = new Map<number, { active: boolean; pins: number }>();
  for (let adapter = 0; adapter < o.keptOnGpu; adapter++) gpu.set(adapter, { active: true, pins: 1 });
  const host = new Map<number, { pinned: boolean; loading: boolean }>();
  const loads: Load[] = [];
  const copies: { adapter: number; dueNs: number; waiters: Live[] }[] = [];
  let waiting: Live[] = [];
  let askingAgain: Live[] = [];
  let prefilling: Live[] = [];
  let decoding: Live[] = [];
  let freeBlocks = o.kvBlocks;
  const preempted = new Set<Live>();
  /** Whatever is given to one overwrites a block of each that was preempted before. */
  const give = (request: Live, blocks: number) => {
    freeBlocks -= blocks;
    request.blocks += blocks;
    for (const other of preempted) other.kept = Math.max(0, other.kept - blocks);
  };
  let clock = 0n;
  let stepEndNs: number | null = null;
  let idle = true;
  let wokenNs: number | null = null;
  let stallNs = 0;
  let step: { chunks: Map<Live, number>; decoders: Live[] } | null = null;
  let lockFreeNs = 0;
  let registrations = 0;
  const registerNs = () => {
    const { pause } = o.loader;
    const first = pause !== null && registrations > 0 && registrations % pause.every === 0;
    registrations++;
    return o.loader.registerNs + (first ? pause.ns : 0);
  };
  let copyFreeNs = 0;
  let loadOrder = 0;
  /** Decode steps still to come before requests may start again. */
  let gate = 0;
  let idleSinceNs = 0;
  let merged = -1;
  /** Adaptive: the only adapter whose requests start, and whether it is in the weights. */
  let only = -1;
  let inWeights = false;
  /** Draining adapter → starving adapter. */
  const drainsFor = new Map<number, number>();
  let nextBuildNs = 0;
  /** The engine builds adapters until then; requests in the batch wait since the boundary before. */
  let holdEndNs: number | null = null;
  let heldSinceNs: number | null = null;
  const wakeIdle = (nowNs: number) => {
    if (!idle || wokenNs !== null || holdEndNs !== null) return;
    let at = nowNs;
    if (o.idlePollNs > 0) while ((at - idleSinceNs) % o.idlePollNs !== 0) at++;
    wokenNs = Math.max(at, o.readyNs);
  };
  const ticks = BigInt(TICKS_PER_NS);

  const touch = <V>(map: Map<number, V>, key: number) => {
    const value = map.get(key);
    if (value === undefined) return;
    map.delete(key);
    map.set(key, value);
  };
  /** The least recently used that may leave. What is in use counts as used when the search comes past it. */
  const oldest = <V>(map: Map<number, V>, inUse: (value: V) => boolean): number | undefined => {
    for (const [key, value] of [...map]) {
      if (!inUse(value)) return key;
      touch(map, key);
    }
    return undefined;
  };
  /** Once a request, and not at all where its own miss was the use. */
  const useHost = (request: Live) => {
    if (!request.usedHost && host.has(request.adapter)) {
      touch(host, request.adapter);
      request.usedHost = true;
    }
  };
  const ceilBlocks = (tokens: number) => Math.ceil(tokens / o.blockTokens);
  const enqueue = (request: Live, nowNs: number) => {
    waiting.push(request);
    waiting.sort((a, b) => a.reachesNs - b.reachesNs || a.id - b.id);
    wakeIdle(nowNs);
  };
  const askLoad = (request: Live, nowNs: number, waits = true) => {
    let load = loads.find((l) => l.adapter === request.adapter);
    if (load === undefined && loads.length >= o.loader.concurrency + o.loader.queue) {
      if (request.started) askingAgain.push(request);
      return;
    }
    if (load === undefined) {
      load = { adapter: request.adapter, stage: 'queued', dueNs: Infinity, waiters: [], order: loadOrder++ };
      if (waits) load.waiters.push(request);
      loads.push(load);
      startLoads(nowNs);
    } else if (waits) {
      load.waiters.push(request);
    }
  };
  const startLoads = (nowNs: number) => {
    while (loads.filter((l) => l.stage !== 'queued').length < o.loader.concurrency) {
      const next = loads.find((l) => l.stage === 'queued');
      if (next === undefined) return;
      if (host.size >= o.hostEntries) {
        const victim = oldest(host, ({ pinned }) => pinned);
        if (victim === undefined) return;
        host.delete(victim);
      }
      host.set(next.adapter, { loading: true, pinned: true });
      next.stage = 'delay';
      next.order = loadOrder++;
      next.dueNs = nowNs + o.loader.delayNs;
    }
  };
  const lineUp = (nowNs: number) => {
    if (loads.some((l) => l.stage === 'transfer')) return;
    const next = loads.filter((l) => l.stage === 'line').sort((a, b) => a.order - b.order)[0];
    if (next === undefined) return;
    next.stage = 'transfer';
    next.dueNs = nowNs + Math.ceil(o.loader.bytes[o.rankClass(next.adapter)] / o.loader.bytesPerNs - 1e-6);
  };
  const advanceLoad = (load: Load, nowNs: number) => {
    if (load.stage === 'delay') {
      load.stage = 'line';
      load.dueNs = Infinity;
      lineUp(nowNs);
    } else if (load.stage === 'transfer') {
      if (o.loader.inEngine > 0) {
        load.stage = 'engine';
        load.dueNs = Infinity;
        load.order = loadOrder++;
        lineUp(nowNs);
        wakeIdle(nowNs);
        return;
      }
      load.stage = 'build';
      load.dueNs = nowNs + o.loader.buildNs[o.rankClass(load.adapter)];
      lineUp(nowNs);
    } else if (load.stage === 'build') {
      load.stage = 'register';
      lockFreeNs = Math.max(lockFreeNs, nowNs) + registerNs();
      load.dueNs = lockFreeNs;
    } else {
      loads.splice(loads.indexOf(load), 1);
      host.get(load.adapter)!.loading = false;
      if (load.waiters.length > 0) {
        load.waiters[0].pinsHost = true;
        load.waiters[0].usedHost = true;
      } else host.get(load.adapter)!.pinned = false;
      startLoads(nowNs);
      for (const request of load.waiters) enqueue(request, nowNs);
      const asking = askingAgain;
      askingAgain = [];
      for (const request of asking) {
        if (gpu.has(request.adapter) || host.get(request.adapter)?.loading === false) enqueue(request, nowNs);
        else askLoad(request, nowNs);
      }
      if (load.waiters.length === 0) o.lifecycle?.loaded(load.adapter, nowNs);
    }
  };
  /** A revision that is about to be ready is loaded where the one in use is. False: nothing to wait for. */
  const prewarm = (key: number, old: number, nowNs: number): boolean => {
    if (!gpu.has(old) && !host.has(old)) return false;
    if (loads.length >= o.loader.concurrency + o.loader.queue) return false;
    loads.push({ adapter: key, stage: 'queued', dueNs: Infinity, waiters: [], order: loadOrder++ });
    startLoads(nowNs);
    return true;
  };

  const pinnable = Math.min(o.mergeNs > 0 && o.adaptive === null ? 1 : o.maxAdapters, o.slots);
  const pinned = () => [...gpu.values()].filter((slot) => slot.pins > 0).length;
  /** A slot can be had; `left`: the request left the queue, its adapter is being loaded or copied. */
  const takeSlot = (request: Live, nowNs: number): 'ok' | 'left' => {
    const slot = gpu.get(request.adapter);
    if (slot === undefined) {
      const inHost = host.get(request.adapter);
      if (inHost === undefined || inHost.loading) {
        waiting = waiting.filter((other) => other !== request);
        askLoad(request, nowNs);
        return 'left';
      }
      if (gpu.size >= o.slots) {
        gpu.delete(oldest(gpu, ({ pins }) => pins > 0)!);
      }
      gpu.set(request.adapter, { active: o.blocking, pins: 0 });
      useHost(request);
      const copyNs = o.copyNs[request.class];
      if (o.blocking) stallNs += copyNs;
      else {
        copyFreeNs = Math.max(copyFreeNs, nowNs) + copyNs;
        copies.push({ adapter: request.adapter, dueNs: copyFreeNs, waiters: [] });
      }
    } else {
      touch(gpu, request.adapter);
      useHost(request);
    }
    const mine = gpu.get(request.adapter)!;
    mine.pins++;
    request.hasSlot = true;
    if (request.pinsHost) {
      request.pinsHost = false;
      host.get(request.adapter)!.pinned = false;
      startLoads(nowNs);
    }
    if (mine.active) return 'ok';
    waiting = waiting.filter((other) => other !== request);
    // The engine's list of waiters is last in, first out; the order only matters for ties that arrival order breaks anyway.
    copies.find((copy) => copy.adapter === request.adapter)!.waiters.push(request);
    return 'left';
  };
  const releaseSlot = (request: Live) => {
    if (!request.hasSlot) return;
    gpu.get(request.adapter)!.pins--;
    request.hasSlot = false;
    if (!o.dropUnused) return;
    for (const [adapter, slot] of [...gpu]) if (slot.pins === 0) gpu.delete(adapter);
  };
  const activating = () => copies.reduce((sum, copy) => sum + copy.waiters.length, 0);

  /** The most tokens that the batch and this request will hold, each request growing until it ends. */
  const peakFits = (request: Live) => {
    const members = [
      ...decoding.map((r) => ({ held: r.context + 1, left: r.output - r.generated - 1 })),
      ...[...prefilling, request].map((r) => ({ held: r.prefillTotal + 1, left: r.output - r.generated - 1 })),
    ];
    const atTheEndOf = (last: { left: number }) =>
      members.filter((m) => m.left >= last.left).reduce((sum, m) => sum + m.held + last.left, 0);
    return Math.max(...members.map(atTheEndOf)) < o.kvBlocks * o.blockTokens;
  };
  const abort = (nowNs: number) => {
    for (const request of [...waiting]) {
      if (request.started || nowNs - request.arrivalNs <= o.abortAfterNs) continue;
      waiting = waiting.filter((other) => other !== request);
      releaseSlot(request);
      if (request.pinsHost) {
        host.get(request.adapter)!.pinned = false;
        startLoads(nowNs);
      }
    }
  };

  const chooseMode = (adaptive: { above: number; below: number }) => {
    const batch = [...prefilling, ...decoding, ...copies.flatMap((copy) => copy.waiters)];
    const chosen = chooseOnly(only, [...waiting, ...batch], o.maxBatch, adaptive);
    const leaves = chosen !== only && inWeights;
    only = chosen;
    const enters = only >= 0 && (leaves || !inWeights) && batch.every((r) => r.adapter === only);
    inWeights = enters || (inWeights && !leaves);
    stallNs += (Number(leaves) + Number(enters)) * o.mergeNs;
  };

  const admit = (nowNs: number) => {
    let skipped = 0;
    const running = [...prefilling, ...decoding];
    const seen = { waiting, running, slotsTaken: pinned() >= pinnable, kept: o.keptOnGpu };
    const left = o.drain === null ? null : updateDraining(drainsFor, seen, o.drain.afterNs, nowNs);
    if (o.adaptive !== null) chooseMode(o.adaptive);
    const oneMerged = o.mergeNs > 0 && o.adaptive === null;
    let begun = false;
    let at = 0;
    while (
      at < waiting.length &&
      prefilling.length + decoding.length + activating() < o.maxBatch &&
      prefilling.length < o.maxPrefills &&
      (skipped <= o.skipWindow || oneMerged)
    ) {
      const request = waiting[at];
      const drained =
        left !== null &&
        !request.hasSlot &&
        drainsFor.has(request.adapter) &&
        request.output - request.generated > (left.get(request.adapter) ?? 0) * o.drain!.tolerance;
      if (drained || (only >= 0 && request.adapter !== only)) {
        at++;
        continue;
      }
      const resident = gpu.get(request.adapter);
      if (
        request.adapter >= 0 &&
        !request.hasSlot &&
        pinned() >= pinnable &&
        (resident === undefined || resident.pins === 0)
      ) {
        skipped++;
        at++;
        continue;
      }
      // Of the merged adapter: the first may stand behind so many others, the rest wherever they stand.
      if (oneMerged && !begun && skipped > o.skipWindow) return;
      begun = true;
      const blocks = ceilBlocks(request.prefillTotal);
      if (o.reservePeak && !peakFits(request)) return;
      if (freeBlocks < blocks + (request.swapped ? 1 : 0)) return;
      if (o.decodeBetween > 0 && prefilling.length > 0) {
        const together = [...prefilling, request].reduce(
          (sum, r) => sum + (r.swapped ? 0 : r.prefillTotal - r.prefilled),
          0,
        );
        if (together > o.maxBatchTokens) return;
      }
      if (request.adapter >= 0 && !request.hasSlot) {
        if (takeSlot(request, nowNs) === 'left') continue;
      }
      waiting.splice(at, 1);
      request.started = true;
      if (o.mergeNs > 0 && o.adaptive === null && merged !== request.adapter) {
        stallNs += (merged < 0 ? 1 : 2) * o.mergeNs;
        merged = request.adapter;
      }
      if (preempted.delete(request)) request.prefilled = request.kept * o.blockTokens;
      give(request, blocks);
      if (request.swapped) {
        stallNs += blocks * o.swapNsPerBlock;
        request.swapped = false;
        decoding.push(request);
      } else {
        prefilling.push(request);
      }
    }
  };
  const breakDeadlock = (nowNs: number) => {
    if (prefilling.length + decoding.length + activating() > 0 || waiting.length === 0) return;
    for (const request of waiting) releaseSlot(request);
    admit(nowNs);
  };

  const preemptYoungest = (nowNs: number) => {
    const all = [...prefilling, ...decoding].sort((a, b) => b.reachesNs - a.reachesNs || b.id - a.id);
    const victim = all[0];
    freeBlocks += victim.blocks;
    victim.blocks = 0;
    releaseSlot(victim);
    if (prefilling.includes(victim)) {
      prefilling = prefilling.filter((other) => other !== victim);
      victim.prefilled = 0;
    } else {
      decoding = decoding.filter((other) => other !== victim);
      if (o.swap) {
        stallNs += ceilBlocks(victim.context) * o.swapNsPerBlock;
        victim.swapped = true;
        victim.prefillTotal = victim.context;
      } else {
        victim.prefillTotal = victim.context + 1;
        victim.prefilled = 0;
        if (o.keepPrefix) {
          victim.kept = Math.floor(victim.context / o.blockTokens);
          preempted.add(victim);
        }
      }
    }
    enqueue(victim, nowNs);
  };
  const newBlocks = () => decoding.filter((request) => request.context % o.blockTokens === 0).length;

  const beginStep = (nowNs: number) => {
    const makeRoom = () => {
      while (decoding.length > 0 && newBlocks() > freeBlocks) preemptYoungest(nowNs);
    };
    if (prefilling.length > 0 && (o.chunked || o.mixed)) makeRoom();
    if (prefilling.length === 0) {
      makeRoom();
      if (decoding.length === 0 && waiting.length > 0 && idle === false) admit(nowNs);
    }
    if (prefilling.length + decoding.length === 0) {
      idle = true;
      stepEndNs = null;
      step = null;
      stallNs = 0;
      if (loads.some((l) => l.stage === 'engine')) wokenNs = nowNs;
      return;
    }
    idle = false;
    const decoders = prefilling.length > 0 && !o.chunked && !o.mixed ? [] : [...decoding];
    const chunks = new Map<Live, number>();
    let budget = o.maxBatchTokens - decoders.length;
    for (const request of prefilling) {
      const left = request.prefillTotal - request.prefilled;
      if (!o.chunked && left > budget && (chunks.size > 0 || decoders.length > 0)) break;
      const chunk = o.chunked ? Math.min(left, budget) : left;
      if (chunk <= 0) break;
      chunks.set(request, chunk);
      budget -= chunk;
    }
    let tokens = decoders.length;
    let cost = 0;
    const adapters = new Map<number, number>();
    const batch = {
      tokens: 0,
      distinct: 0,
      maxRank: 0,
      distinctByClass: new Int32Array(o.ranks.length),
      tokensByClass: new Int32Array(o.ranks.length),
    };
    const count = (request: Live, n: number) => {
      if (request.adapter < 0) return;
      adapters.set(request.adapter, 1);
      batch.tokens += n;
      batch.tokensByClass[request.class] += n;
    };
    for (const request of decoders) {
      cost += o.cost.requestTicks;
      cost += o.cost.attendedTicks * (request.context + 1);
      if (o.cost.window !== Infinity) cost += o.cost.windowedTicks * Math.min(request.context + 1, o.cost.window);
      count(request, 1);
    }
    for (const [request, chunk] of chunks) {
      tokens += chunk;
      cost += o.cost.requestTicks;
      if (request.prefilled === 0) cost += o.cost.promptTicks;
      cost += o.cost.prefillAttention(chunk, request.prefilled);
      count(request, chunk);
    }
    for (const adapter of adapters.keys()) {
      batch.distinct++;
      batch.distinctByClass[o.rankClass(adapter)]++;
      batch.maxRank = Math.max(batch.maxRank, o.ranks[o.rankClass(adapter)]);
    }
    cost += o.cost.base[tokens] + (inWeights ? 0 : o.cost.lora(batch, tokens));
    const { beside } = o.cost;
    if (beside !== null) {
      const requests = decoders.length + chunks.size;
      cost = Math.max(cost, beside.step[tokens] + beside.requestTicks * requests);
    }
    cost += stallNs * TICKS_PER_NS;
    stallNs = 0;
    clock += BigInt(cost);
    stepEndNs = Number(clock / ticks);
    step = { chunks, decoders };
  };
  const finish = (request: Live, nowNs: number) => {
    freeBlocks += request.blocks;
    releaseSlot(request);
    outcomes.push({ id: request.id, firstNs: request.firstNs, endNs: nowNs });
  };
  const endStep = (nowNs: number) => {
    const { chunks, decoders } = step!;
    gate = chunks.size > 0 ? o.decodeBetween : Math.max(0, gate - 1);
    for (const request of decoders) {
      if (request.context % o.blockTokens === 0) give(request, 1);
      request.context++;
      request.generated++;
    }
    for (const request of decoders
      .filter((r) => r.generated === r.output)
      .sort((a, b) => a.reachesNs - b.reachesNs || a.id - b.id)) {
      decoding = decoding.filter((other) => other !== request);
      finish(request, nowNs);
    }
    for (const [request, chunk] of chunks) {
      request.prefilled += chunk;
      if (request.prefilled < request.prefillTotal) continue;
      prefilling = prefilling.filter((other) => other !== request);
      request.context = request.prefillTotal;
      request.generated++;
      if (request.firstNs < 0) request.firstNs = nowNs;
      if (request.generated === request.output) finish(request, nowNs);
      else decoding.push(request);
    }
  };

  for (let turns = 0; ; turns++) {
    if (turns > 100_000) throw new Error('oracle: no end');
    // Phases at equal times: loads, copies, arrivals, steps.
    const loadDue = loads.reduce<Load | null>(
      (best, l) =>
        best === null || l.dueNs < best.dueNs || (l.dueNs === best.dueNs && stagePhase(l) < stagePhase(best))
          ? l
          : best,
      null,
    );
    const loadNs = loadDue === null ? Infinity : loadDue.dueNs;
    const copyNs = copies.length === 0 ? Infinity : copies[0].dueNs;
    const arrivalNs = arrivals.length === 0 ? Infinity : arrivals[0].reachesNs;
    const stepNs = holdEndNs ?? stepEndNs ?? wokenNs ?? Infinity;
    const revisionNs = o.lifecycle === undefined ? Infinity : o.lifecycle.nextNs();
    const nowNs = Math.min(loadNs, copyNs, revisionNs, arrivalNs, stepNs);
    if (nowNs === Infinity) break;
    if (loadNs === nowNs) {
      advanceLoad(loadDue!, nowNs);
    } else if (copyNs === nowNs) {
      const copy = copies.shift()!;
      gpu.get(copy.adapter)!.active = true;
      for (const request of copy.waiters) enqueue(request, nowNs);
    } else if (revisionNs === nowNs) {
      o.lifecycle!.process(nowNs, prewarm);
    } else if (arrivalNs === nowNs) {
      const arrival = arrivals.shift()!;
      if (o.lifecycle !== undefined) arrival.adapter = o.lifecycle.keyFor(arrival.adapter);
      const request: Live = {
        ...arrival,
        class: arrival.adapter < 0 ? 0 : o.rankClass(arrival.adapter),
        generated: 0,
        context: 0,
        prefillTotal: arrival.prompt,
        prefilled: 0,
        blocks: 0,
        kept: 0,
        hasSlot: false,
        pinsHost: false,
        usedHost: false,
        swapped: false,
        firstNs: -1,
        started: false,
      };
      const inHost = host.get(request.adapter);
      if (request.adapter < 0 || gpu.has(request.adapter) || (inHost !== undefined && !inHost.loading))
        enqueue(request, nowNs);
      else askLoad(request, nowNs, !o.refuseUnready);
    } else {
      const held = holdEndNs !== null;
      const stepped = !held && stepEndNs !== null;
      if (held) {
        holdEndNs = null;
        if (heldSinceNs === null) clock = BigInt(nowNs) * ticks;
        else stallNs += nowNs - heldSinceNs;
      } else if (stepped) endStep(nowNs);
      else clock = BigInt(nowNs) * ticks;
      wokenNs = null;
      stepEndNs = null;
      if (stepped && o.idlePollNs > 0 && prefilling.length + decoding.length + activating() === 0) {
        idle = true;
        idleSinceNs = nowNs;
        step = null;
        if (waiting.length > 0 || loads.some((l) => l.stage === 'engine')) wokenNs = nowNs + o.idlePollNs;
        continue;
      }
      const toBuild = loads.filter((l) => l.stage === 'engine').sort((x, y) => x.order - y.order);
      if (!held && toBuild.length > 0 && (prefilling.length + decoding.length === 0 || nowNs >= nextBuildNs)) {
        holdEndNs = nowNs;
        heldSinceNs = prefilling.length + decoding.length > 0 ? nowNs : null;
        for (const load of toBuild.slice(0, o.loader.inEngine)) {
          holdEndNs += o.loader.buildNs[o.rankClass(load.adapter)] + registerNs();
          load.stage = 'register';
          load.dueNs = holdEndNs;
        }
        nextBuildNs = holdEndNs + o.buildGapNs;
        continue;
      }
      idle = false;
      if (decoding.length === 0 || gate === 0) {
        abort(nowNs);
        admit(nowNs);
        breakDeadlock(nowNs);
      }
      beginStep(nowNs);
    }
  }
  return outcomes.sort((a, b) => a.id - b.id);
}

/** Links deliver before loaders' own stages, in the engine's order of sources. */
function stagePhase(load: Load): number {
  return load.stage === 'delay' || load.stage === 'transfer' ? load.order : 1e9 + load.order;
}
