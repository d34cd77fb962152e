/**
 * The cheapest configuration that passes, where the price is known before anything is simulated.
 *
 * Two configurations may be ordered: one has at least as much of everything that helps (`covers`). Then the failure of the
 * larger is taken to be the failure of the smaller, and a pass of the smaller the pass of the larger; configurations that are
 * not ordered say nothing of each other. Each round tries candidates from the middle of what is still open: a pass closes
 * all that cost as much or more, a failure closes all that it covers. Every round closes at least what it tried.
 *
 * What was only inferred is not taken on trust where it matters: the winner is tried in full, and so are its cheaper
 * neighbours; a neighbour that passes against the inference reopens the search below it.
 */

export interface CheapestOptions {
  /** Candidates by position: price, and its place in a tie (lower is preferred). Sorted by price, then preference. */
  prices: readonly number[];
  /** Whether candidate `a` has at least as much of everything that helps as `b`. */
  covers(a: number, b: number): boolean;
  /** Cheaper (or equally dear and preferred) candidates one step away. */
  neighbours(candidate: number): readonly number[];
  /** Whether each passes; may be a smaller simulation. */
  probe(candidates: readonly number[]): Promise<readonly boolean[]>;
  /** Whether each passes when simulated in full. The same function as `probe` where nothing is scaled down. */
  confirm(candidates: readonly number[]): Promise<readonly boolean[]>;
  /** Candidates tried at once. */
  width: number;
}

export interface Decision {
  passes: boolean;
  /** `probe` and `confirm` were simulated; `inferred` from another candidate, named by `from`. */
  how: 'probe' | 'confirm' | 'inferred';
  from: number | null;
}

export interface Cheapest {
  /** Null where nothing passes. */
  answer: number | null;
  /** What is known of each candidate; undefined: never looked at, because something cheaper passes. */
  decisions: readonly (Decision | undefined)[];
  /** Cheaper neighbours of the answer, all confirmed to fail. */
  failing: readonly number[];
  /** Inferences that a simulation contradicted: the axis is not as monotone as it was taken to be. */
  contradictions: readonly { candidate: number; inferredFrom: number | null; passes: boolean }[];
  /** Probes that the full simulation contradicted. */
  misled: readonly { candidate: number; probe: boolean }[];
}

export async function findCheapest(options: CheapestOptions): Promise<Cheapest> {
  const search = new Search(options);
  for (;;) {
    const answer = await search.narrow();
    if (answer === null) {
      // A smaller simulation that lets nothing pass may be too strict: the largest have the last word.
      if ((await search.confirmAll(search.largest())).length > 0) continue;
      return search.result(null, []);
    }
    if (!(await search.confirmed(answer))) continue;
    const cheaper = options.neighbours(answer).filter((one) => one < answer);
    const passing = await search.confirmAll(cheaper);
    if (passing.length === 0) return search.result(answer, cheaper);
  }
}

class Search {
  private readonly options: CheapestOptions;
  private readonly decisions: (Decision | undefined)[];
  private readonly contradictions: Cheapest['contradictions'][number][] = [];
  private readonly misled: Cheapest['misled'][number][] = [];

  constructor(options: CheapestOptions) {
    this.options = options;
    this.decisions = options.prices.map(() => undefined);
  }

  /** Tries candidates until the cheapest that passes is known, as far as inference goes. */
  async narrow(): Promise<number | null> {
    for (;;) {
      const best = this.decisions.findIndex((decision) => decision?.passes === true && decision.how !== 'inferred');
      const end = best < 0 ? this.decisions.length : best;
      const open = this.open(end);
      if (open.length === 0) return best < 0 ? null : best;
      const tried = this.pick(open);
      const answers = await this.options.probe(tried);
      for (const [i, candidate] of tried.entries()) this.decide(candidate, answers[i], 'probe');
    }
  }

  /** Undecided candidates, and those that only an inference passes, cheaper than the best known. */
  private open(end: number): number[] {
    const open: number[] = [];
    for (let candidate = 0; candidate < end; candidate++) {
      const decision = this.decisions[candidate];
      if (decision === undefined || (decision.passes && decision.how === 'inferred')) open.push(candidate);
    }
    return open;
  }

  /** Evenly through what is open: one candidate is its middle, two its thirds. */
  private pick(open: readonly number[]): number[] {
    const width = Math.min(this.options.width, open.length);
    const at = Array.from({ length: width }, (_, i) => Math.floor((open.length * (i + 1)) / (width + 1)));
    return [...new Set(at)].map((i) => open[i]);
  }

  async confirmed(candidate: number): Promise<boolean> {
    if (this.decisions[candidate]?.how === 'confirm') return this.decisions[candidate].passes;
    const [passes] = await this.options.confirm([candidate]);
    this.decide(candidate, passes, 'confirm');
    return passes;
  }

  /** Confirms those that are not; returns the ones that pass. */
  async confirmAll(candidates: readonly number[]): Promise<number[]> {
    const fresh = candidates.filter((candidate) => this.decisions[candidate]?.how !== 'confirm');
    const answers = fresh.length === 0 ? [] : await this.options.confirm(fresh);
    for (const [i, candidate] of fresh.entries()) this.decide(candidate, answers[i], 'confirm');
    return candidates.filter((candidate) => this.decisions[candidate]?.passes);
  }

  /** Candidates that no other one covers, and that were simulated to fail. */
  largest(): number[] {
    const { covers, prices } = this.options;
    const all = prices.map((_, candidate) => candidate);
    return all.filter(
      (candidate) =>
        this.decisions[candidate]?.how === 'probe' &&
        !all.some((other) => other !== candidate && covers(other, candidate) && !covers(candidate, other)),
    );
  }

  private decide(candidate: number, passes: boolean, how: 'probe' | 'confirm'): void {
    const before = this.decisions[candidate];
    if (before !== undefined && before.passes !== passes) {
      if (before.how === 'inferred') this.contradictions.push({ candidate, inferredFrom: before.from, passes });
      if (before.how === 'probe') this.misled.push({ candidate, probe: before.passes });
      if (passes) this.reopen(candidate);
    }
    this.decisions[candidate] = { passes, how, from: null };
    this.infer(candidate, passes);
  }

  /** What was inferred to fail below a candidate that turns out to pass is open again, unless another failure covers it. */
  private reopen(candidate: number): void {
    const { covers } = this.options;
    for (const [other, decision] of this.decisions.entries()) {
      if (decision?.how === 'inferred' && !decision.passes && covers(candidate, other))
        this.decisions[other] = undefined;
    }
    // A failure that covers the candidate is contradicted by it; others still stand.
    for (const [other, decision] of this.decisions.entries()) {
      const stands = decision?.passes === false && decision.how !== 'inferred' && !covers(other, candidate);
      if (stands) this.infer(other, false);
    }
  }

  private infer(from: number, passes: boolean): void {
    const { covers } = this.options;
    for (let other = 0; other < this.decisions.length; other++) {
      if (this.decisions[other] !== undefined) continue;
      if (passes ? covers(other, from) : covers(from, other)) {
        this.decisions[other] = { passes, how: 'inferred', from };
      }
    }
  }

  result(answer: number | null, failing: readonly number[]): Cheapest {
    const { decisions, contradictions, misled } = this;
    return { answer, decisions, failing, contradictions, misled };
  }
}
