/**
 * One conformance suite for every kernel backend: the same problems, the same float64 reference, the same tolerance.
 *
 * Every case poisons what must not be read (padding rows of x) and what must be written or left alone (y), draws fresh
 * data from the seed, and is run in every dtype that the backend has. `full` uses the sizes of production batches; `small`
 * keeps every kind of case at sizes that a unit test can afford.
 */
import type { Backend } from './backend.ts';
import type { KernelDtype, Storage } from './operator.ts';
import { PATTERNS } from './patterns.ts';
import { type Comparison, compareWithReference } from './reference.ts';
import { buildProblem, type ProblemSpec, problemSpec } from './spec.ts';

export type SuiteSize = 'small' | 'full';

export interface ConformanceCase {
  /** What the case is about; the table is grouped by it. */
  group: string;
  spec: ProblemSpec;
}

export interface CaseResult extends Comparison {
  backend: string;
  group: string;
  name: string;
  dtype: KernelDtype;
}

const RANKS = [1, 2, 3, 7, 8, 15, 16, 31, 32, 64, 100, 128, 255, 256];
const MIXED = [1, 8, 16, 5, 64, 27, 256, 3, 100, 2];
/** The reference costs O(pairs · rank · (in + out)): larger batches are checked on an even sample of their pairs. */
export const CHECKED_PAIRS = 256;

/** All cases, without dtype: each is run in all of a backend's dtypes. */
export function conformanceCases(size: SuiteSize, seed: string): ConformanceCase[] {
  const full = size === 'full';
  const wide = full ? 1024 : 96;
  const out = full ? 768 : 80;
  const cases: ConformanceCase[] = [];
  const add = (group: string, name: string, given: Partial<ProblemSpec>): void => {
    const base = { inDim: wide, sliceDims: [out], tokens: 8, seed, padding: 2 };
    for (const accumulate of [true, false]) {
      const spec = problemSpec({
        ...base,
        accumulate,
        ...given,
        name: `${name}, ${accumulate ? 'accumulate' : 'overwrite'}`,
      });
      cases.push({ group, spec });
    }
  };
  for (const rank of RANKS) {
    add('rank', `rank ${rank}, decode`, { ranks: [rank] });
    add('rank', `rank ${rank}, prefill`, { ranks: [rank], tokens: 40, sequences: 2, adapters: 2 });
  }
  add('mixed ranks', 'ranks 1 … 256, decode', { ranks: MIXED, tokens: 40, adapters: 20 });
  add('mixed ranks', 'ranks 1 … 256, prefill', { ranks: MIXED, tokens: 160, sequences: 10, adapters: 10 });
  for (const tokens of full ? [1, 2, 5, 17, 64, 256, 2048, 8192] : [1, 2, 5, 17, 64]) {
    add('tokens', `${tokens} tokens, decode`, { tokens, adapters: 64, pattern: 'zipf-0.9' });
    add('tokens', `${tokens} tokens, prefill`, { tokens, sequences: Math.ceil(tokens / 512), adapters: 4 });
  }
  for (const adapters of full ? [1, 2, 16, 128, 512, 2048] : [1, 2, 16, 128]) {
    const small = { inDim: 160, sliceDims: [128] };
    add('adapters', `${adapters} adapters`, {
      adapters,
      tokens: Math.max(8, adapters),
      ranks: [4, 8],
      ...(full ? small : {}),
    });
  }
  for (const pattern of PATTERNS) add('patterns', pattern, { pattern, tokens: 48, adapters: 48, ranks: [8, 16] });
  add('slices', 'qkv', { sliceDims: full ? [1024, 256, 256] : [64, 16, 16], tokens: 20, ranks: [16, 8] });
  add('slices', 'gate|up', { sliceDims: full ? [1408, 1408] : [72, 72], tokens: 20, ranks: [16, 8] });
  add('slices', 'three odd slices', { sliceDims: [33, 1, 7], tokens: 20, sequences: 3, ranks: [3, 16] });
  for (const [inDim, outDim] of [[1, 1], [7, 3], [33, 65], [127, 129], full ? [1001, 999] : [101, 99]]) {
    add('unaligned', `${inDim} → ${outDim}, decode`, { inDim, sliceDims: [outDim], ranks: [5, 16], tokens: 11 });
    add('unaligned', `${inDim} → ${outDim}, prefill`, {
      inDim,
      sliceDims: [outDim],
      ranks: [5, 16],
      tokens: 43,
      sequences: 2,
    });
  }
  add('empty segments', 'decode', { emptySegments: 7, tokens: 12 });
  add('empty segments', 'nothing but empty ones', { emptySegments: 4, tokens: 4, bareSequences: 4 });
  add('rows without adapter', 'decode', { tokens: 24, bareSequences: 9 });
  add('rows without adapter', 'prefill', { tokens: 90, sequences: 6, bareSequences: 2, adapters: 6 });
  add('padding rows', 'decode', { tokens: 9, padding: 23 });
  add('padding rows', 'prefill', { tokens: 70, sequences: 2, padding: 58 });
  // hidden → expert width, experts, top-k of the public configurations; a quarter (an eighth) of the widths when small.
  const moe = [
    { model: 'Qwen3-30B-A3B', hidden: 2048, expert: 768, count: 128, topK: 8, small: 8 },
    { model: 'Kimi-K2', hidden: 7168, expert: 2048, count: 384, topK: 8, small: 32 },
  ];
  for (const { model, hidden, expert, count, topK, small } of moe) {
    const by = full ? (count > 128 ? 4 : 1) : small;
    const experts = { count: full ? count : count / 8, topK: full ? topK : 4, skew: 0.9 };
    const shared = { tokens: full ? 32 : 12, adapters: 3, ranks: [4, 16, 1], bareSequences: 2 };
    const name = by === 1 ? model : `${model} at 1/${by} width`;
    const h = hidden / by;
    const e = expert / by;
    add('expert LoRA', `${name}, gate|up`, {
      ...shared,
      inDim: h,
      sliceDims: [e, e],
      experts: { ...experts, stage: 'in' },
    });
    add('expert LoRA', `${name}, down`, { ...shared, inDim: e, sliceDims: [h], experts: { ...experts, stage: 'out' } });
  }
  return cases;
}

/** What a case is reported as that gave no result. */
export function failedCase(backend: string, group: string, spec: ProblemSpec, fault: string): CaseResult {
  const row = { backend, group, name: spec.name, dtype: spec.dtype };
  return { ...row, checked: 0, untouched: 0, worstShare: Infinity, worstError: Infinity, fault };
}

/** A backend that throws has failed the case; it is reported like a wrong number. */
export async function runCase(backend: Backend, group: string, spec: ProblemSpec): Promise<CaseResult> {
  const problem = buildProblem(spec);
  let result: Storage;
  try {
    const session = await backend.create(problem);
    try {
      await session.run({ iterations: 1, launches: 1, cache: 'warm' });
      result = await session.read();
    } finally {
      await session.release();
    }
  } catch (error) {
    return failedCase(backend.name, group, spec, (error as Error).message);
  }
  const row = { backend: backend.name, group, name: spec.name, dtype: spec.dtype };
  return { ...row, ...compareWithReference(problem, result, CHECKED_PAIRS) };
}

export interface ConformanceRow {
  backend: string;
  group: string;
  cases: number;
  failed: number;
  checked: number;
  /** Largest |error| ÷ max(1, |reference|), by dtype. */
  worstError: Partial<Record<KernelDtype, number>>;
  /** Largest error as a share of its tolerance. */
  worstShare: number;
  firstFault: string | null;
}

/** One row a backend and group, in order of first appearance. */
export function summarise(results: readonly CaseResult[]): ConformanceRow[] {
  const rows = new Map<string, ConformanceRow>();
  for (const { backend, group, dtype, name, checked, worstError, worstShare, fault } of results) {
    const key = `${backend}/${group}`;
    const row = rows.get(key) ?? {
      backend,
      group,
      cases: 0,
      failed: 0,
      checked: 0,
      worstError: {},
      worstShare: 0,
      firstFault: null,
    };
    rows.set(key, row);
    row.cases++;
    row.checked += checked;
    row.worstError[dtype] = Math.max(row.worstError[dtype] ?? 0, worstError);
    row.worstShare = Math.max(row.worstShare, worstShare);
    if (fault !== null) {
      row.failed++;
      row.firstFault ??= `${name}, ${dtype}: ${fault}`;
    }
  }
  return [...rows.values()];
}

/** All rows of one backend as one, its group "in all". */
export function inAll(rows: readonly ConformanceRow[]): ConformanceRow {
  const sum = (of: (row: ConformanceRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const worstError: ConformanceRow['worstError'] = {};
  for (const row of rows)
    for (const [dtype, error] of Object.entries(row.worstError) as [KernelDtype, number][])
      worstError[dtype] = Math.max(worstError[dtype] ?? 0, error);
  return {
    backend: rows[0].backend,
    group: 'in all',
    cases: sum((row) => row.cases),
    failed: sum((row) => row.failed),
    checked: sum((row) => row.checked),
    worstError,
    worstShare: Math.max(...rows.map((row) => row.worstShare)),
    firstFault: rows.find((row) => row.firstFault !== null)?.firstFault ?? null,
  };
}
