/**
 * The way through the API server where it does not take every request the same time: a source of arrivals between the population and the
 * engine. Each request takes a lognormal time of its own, so one that was sent later may come first. A user's n-th request takes the same
 * time whatever the system does, so systems are compared under the same draws.
 */
import type { ArrivalSource } from './population/source.ts';
import type { KeyedStream } from './random/keyed.ts';

interface Sent {
  dueNs: number;
  sentNs: number;
  user: number;
  adapter: number;
  cohort: number;
  promptTokens: number;
  outputTokens: number;
  turn: number;
}

export class Frontend implements ArrivalSource {
  nextNs = Number.POSITIVE_INFINITY;
  /** When the request that comes next was sent. */
  sentNs = 0;
  user = 0;
  adapter = -1;
  cohort = 0;
  promptTokens = 0;
  outputTokens = 0;
  turn = 0;
  private readonly inner: ArrivalSource;
  private readonly untilNs: number;
  private readonly draws: KeyedStream;
  /** Requests sent so far, by user. */
  private readonly sends: Uint32Array;
  private readonly mu: number;
  private readonly sigma: number;
  /** On their way, the first to come last. */
  private readonly under: Sent[] = [];

  /** @param untilNs what is sent from then on is not simulated; @param draws by user and number of the request */
  constructor(inner: ArrivalSource, meanNs: number, cv: number, untilNs: number, users: number, draws: KeyedStream) {
    const variance = Math.log1p(cv * cv);
    this.inner = inner;
    this.untilNs = untilNs;
    this.draws = draws;
    this.sends = new Uint32Array(users);
    this.mu = Math.log(meanNs) - 0.5 * variance;
    this.sigma = Math.sqrt(variance);
    this.take();
  }

  advance(): void {
    this.under.pop();
    this.take();
  }

  ended(user: number, cohort: number, turn: number, promptTokens: number, outputTokens: number, ns: number): void {
    this.inner.ended(user, cohort, turn, promptTokens, outputTokens, ns);
    this.take();
  }

  /** Takes over what was sent before the first of those on their way comes: it may come before that one. */
  private take(): void {
    const { inner, under } = this;
    while (inner.nextNs < this.untilNs && (under.length === 0 || inner.nextNs <= under[under.length - 1].dueNs)) {
      const dueNs =
        inner.nextNs +
        Math.round(Math.exp(this.mu + this.sigma * this.draws.at(inner.user, ++this.sends[inner.user]).normal()));
      let at = under.length;
      while (at > 0 && under[at - 1].dueNs <= dueNs) at--;
      under.splice(at, 0, {
        dueNs,
        sentNs: inner.nextNs,
        user: inner.user,
        adapter: inner.adapter,
        cohort: inner.cohort,
        promptTokens: inner.promptTokens,
        outputTokens: inner.outputTokens,
        turn: inner.turn,
      });
      inner.advance();
    }
    const next = under[under.length - 1];
    this.nextNs = next === undefined ? Number.POSITIVE_INFINITY : next.dueNs;
    if (next === undefined) return;
    this.sentNs = next.sentNs;
    this.user = next.user;
    this.adapter = next.adapter;
    this.cohort = next.cohort;
    this.promptTokens = next.promptTokens;
    this.outputTokens = next.outputTokens;
    this.turn = next.turn;
  }
}
