/**
 * A problem described in a few numbers, and its construction. A specification crosses a process boundary as JSON and the
 * same seed builds the same bits there, so weights never travel.
 */
import { poison, store } from './dtype.ts';
import { allocate, type KernelDtype, type Problem, type Storage } from './operator.ts';
import { assignAdapters, type Pattern } from './patterns.ts';
import { type Random, random } from './random.ts';

export interface ExpertSpec {
  count: number;
  topK: number;
  /** Zipf exponent of expert popularity; 0: uniform routing. */
  skew: number;
  /** `in`: gate|up reads a token for each of its experts; `out`: down reads and weighs the experts' own rows. */
  stage: 'in' | 'out';
}

export interface ProblemSpec {
  name: string;
  dtype: KernelDtype;
  inDim: number;
  sliceDims: number[];
  tokens: number;
  /** Sequences that the tokens belong to, tokens of one being neighbours: `tokens` for decode, few for prefill. */
  sequences: number;
  /** Pool of adapters whose weights are in memory. */
  adapters: number;
  /** Adapter i has ranks[i mod length]. */
  ranks: number[];
  pattern: Pattern;
  /** Sequences, out of `sequences`, that have no adapter. */
  bareSequences: number;
  /** Rows of x and y beyond the tokens; x's hold NaN, y's hold poison. */
  padding: number;
  /** Empty segments strewn among the others. */
  emptySegments: number;
  experts: ExpertSpec | null;
  accumulate: boolean;
  seed: string;
}

/** A specification from what differs: one dense decode projection otherwise. */
export function problemSpec(
  given: Partial<ProblemSpec> & Pick<ProblemSpec, 'name' | 'inDim' | 'sliceDims' | 'tokens'>,
): ProblemSpec {
  return {
    dtype: 'fp32',
    sequences: given.tokens,
    adapters: Math.min(given.tokens, 2048),
    ranks: [16],
    pattern: 'distinct',
    bareSequences: 0,
    padding: 0,
    emptySegments: 0,
    experts: null,
    accumulate: true,
    seed: given.name,
    ...given,
  };
}

/** Elements of the weight arenas: what decides whether a problem fits. */
export function weightElements(spec: ProblemSpec): number {
  const perRank = spec.sliceDims.length * spec.inDim + spec.sliceDims.reduce((a, b) => a + b, 0);
  return totalRankOf(spec) * perRank;
}

function totalRankOf(spec: ProblemSpec): number {
  let total = 0;
  for (let i = 0; i < spec.adapters; i++) total += spec.ranks[i % spec.ranks.length];
  return total * (spec.experts?.count ?? 1);
}

const TABLE = 4096;
/** Timing reads weights and never looks at them: beyond this many elements an arena repeats itself, at the speed of a copy. */
const PERIOD = 2 ** 20 + 7;

/** What a problem is built for: `checking` draws every element; `timing` draws a stretch of each array and repeats it. */
export type Purpose = 'checking' | 'timing';

/** Fills with normal numbers of the given deviation; large arrays from a table of 4,096 encoded once, 2 ns an element. */
function fillNormal(dtype: KernelDtype, out: Storage, deviation: number, draws: Random, purpose: Purpose): void {
  const drawn = Float64Array.from({ length: Math.min(TABLE, out.length) }, () => draws.normal() * deviation);
  store(dtype, drawn, drawn.length, out, 0);
  if (out.length <= TABLE) return;
  const table = out.slice(0, TABLE);
  const end = purpose === 'timing' ? Math.min(PERIOD, out.length) : out.length;
  let i = TABLE;
  for (; i + 1 < end; i += 2) {
    const word = draws.uint32();
    out[i] = table[word & (TABLE - 1)];
    out[i + 1] = table[word >>> 20];
  }
  if (i < end) out[i] = table[draws.uint32() & (TABLE - 1)];
  for (let filled = end; filled < out.length; filled *= 2) out.copyWithin(filled, 0, filled);
}

interface Routing {
  /** Per pair: owner (adapter · experts + expert), row of x, row of y, routing weight. */
  owner: Int32Array;
  rows: Int32Array;
  outRows: Int32Array;
  rowScale: Float32Array;
}

/** top_k distinct experts a token, popular ones first under the skew, weights summing to one. */
function routeExperts(tokens: Int32Array, adapterOf: Int32Array, experts: ExpertSpec, draws: Random): Routing {
  const { count, topK, skew, stage } = experts;
  const pairs = tokens.length * topK;
  const owner = new Int32Array(pairs);
  const rows = new Int32Array(pairs);
  const outRows = new Int32Array(pairs);
  const rowScale = new Float32Array(pairs).fill(1);
  const keys = new Float64Array(count);
  const order = Array.from({ length: count }, (_, i) => i);
  for (let t = 0; t < tokens.length; t++) {
    // Weighted sampling without replacement by exponential keys (Efraimidis and Spirakis, 2006).
    for (let e = 0; e < count; e++) keys[e] = Math.log(1 - draws.uniform()) * (e + 1) ** skew;
    order.sort((i, j) => keys[j] - keys[i]);
    let sum = 0;
    for (let j = 0; j < topK; j++) {
      const p = t * topK + j;
      const expertRow = tokens[t] * topK + j;
      owner[p] = adapterOf[t] * count + order[j];
      rows[p] = stage === 'in' ? tokens[t] : expertRow;
      outRows[p] = expertRow;
      if (stage === 'out') sum += rowScale[p] = 0.1 + draws.uniform();
    }
    if (stage === 'out') for (let j = 0; j < topK; j++) rowScale[t * topK + j] /= sum;
  }
  return { owner, rows, outRows, rowScale };
}

function routeTokens(tokens: Int32Array, adapterOf: Int32Array): Routing {
  return {
    owner: adapterOf,
    rows: tokens,
    outRows: tokens.slice(),
    rowScale: new Float32Array(tokens.length).fill(1),
  };
}

/** Deterministic in the specification and the purpose. */
export function buildProblem(spec: ProblemSpec, purpose: Purpose = 'checking'): Problem {
  const draws = random(`${spec.seed}/${spec.name}`);
  const { dtype, inDim, tokens, sequences } = spec;
  const sliceDims = Int32Array.from(spec.sliceDims);
  const width = spec.sliceDims.reduce((a, b) => a + b, 0);
  const experts = spec.experts?.count ?? 1;

  const adapterOfSequence = assignAdapters(spec.pattern, sequences, spec.adapters, draws);
  const bare = spec.bareSequences > 0 ? Math.max(1, Math.floor(sequences / spec.bareSequences)) : 0;
  let left = spec.bareSequences;
  for (let q = 0; bare > 0 && q < sequences && left > 0; q += bare, left--) adapterOfSequence[q] = -1;
  const adapterOfToken = Int32Array.from(
    { length: tokens },
    (_, t) => adapterOfSequence[Math.floor((t * sequences) / tokens)],
  );
  const active = Int32Array.from({ length: tokens }, (_, t) => t).filter((t) => adapterOfToken[t] >= 0);
  const adapterOf = active.map((t) => adapterOfToken[t]);
  const routing = spec.experts ? routeExperts(active, adapterOf, spec.experts, draws) : routeTokens(active, adapterOf);

  const totalRank = totalRankOf(spec);
  const owners = spec.adapters * experts;
  const rankStart = new Int32Array(owners + 1);
  const ownerScale = new Float32Array(owners);
  for (let o = 0; o < owners; o++) {
    const adapter = Math.floor(o / experts);
    rankStart[o + 1] = rankStart[o] + spec.ranks[adapter % spec.ranks.length];
    ownerScale[o] = o % experts === 0 ? 0.5 + 1.5 * draws.uniform() : ownerScale[o - 1];
  }

  const pairs = routing.owner.length;
  const order = Int32Array.from({ length: pairs }, (_, p) => p).sort(
    (p, q) => routing.owner[p] - routing.owner[q] || p - q,
  );
  const segments: { owner: number; from: number }[] = [];
  for (let p = 0; p < pairs; p++) {
    const owner = routing.owner[order[p]];
    if (segments.length === 0 || segments[segments.length - 1].owner !== owner) segments.push({ owner, from: p });
  }
  for (let k = 0; k < spec.emptySegments; k++) {
    const at = draws.below(segments.length + 1);
    segments.splice(at, 0, { owner: draws.below(owners), from: at < segments.length ? segments[at].from : pairs });
  }

  const expertRows = spec.experts ? (tokens + spec.padding) * spec.experts.topK : 0;
  const xRows = spec.experts?.stage === 'out' ? expertRows : tokens + spec.padding;
  const yRows = spec.experts ? expertRows : tokens + spec.padding;
  const x = allocate(dtype, xRows * inDim);
  fillNormal(dtype, x, 1, draws, purpose);
  poison(dtype, x, (xRows / (tokens + spec.padding)) * tokens * inDim, x.length);
  const y = allocate(dtype, yRows * width);
  if (spec.accumulate) fillNormal(dtype, y, 1, draws, purpose);
  poison(dtype, y, spec.accumulate ? (yRows / (tokens + spec.padding)) * tokens * width : 0, y.length);
  const a = spec.sliceDims.map(() => allocate(dtype, totalRank * inDim));
  const b = spec.sliceDims.map((out) => allocate(dtype, totalRank * out));
  for (const arena of a) fillNormal(dtype, arena, 1 / Math.sqrt(inDim), draws, purpose);
  for (const arena of b) fillNormal(dtype, arena, 1, draws, purpose);

  return {
    name: spec.name,
    dtype,
    inDim,
    sliceDims,
    accumulate: spec.accumulate,
    x,
    xRows,
    y,
    yRows,
    totalRank,
    a,
    b,
    segStart: Int32Array.from([...segments.map((s) => s.from), pairs]),
    segRankStart: Int32Array.from(segments, (s) => rankStart[s.owner]),
    segRank: Int32Array.from(segments, (s) => rankStart[s.owner + 1] - rankStart[s.owner]),
    segScale: Float32Array.from(segments, (s) => ownerScale[s.owner]),
    rows: Int32Array.from(order, (p) => routing.rows[p]),
    outRows: Int32Array.from(order, (p) => routing.outRows[p]),
    rowScale: Float32Array.from(order, (p) => routing.rowScale[p]),
  };
}

/** How many adapters the problem's pairs name: for expert LoRA fewer than its owners. O(segments · log adapters). */
export function countAdapters(spec: ProblemSpec, problem: Problem): number {
  const experts = spec.experts?.count ?? 1;
  const firstRank = new Int32Array(spec.adapters + 1);
  for (let i = 0; i < spec.adapters; i++) firstRank[i + 1] = firstRank[i] + spec.ranks[i % spec.ranks.length] * experts;
  const seen = new Set<number>();
  for (let g = 0; g < problem.segRank.length; g++) {
    if (problem.segStart[g + 1] === problem.segStart[g]) continue;
    let low = 0;
    let high = spec.adapters;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (firstRank[middle] <= problem.segRankStart[g]) low = middle;
      else high = middle;
    }
    seen.add(low);
  }
  return seen.size;
}
