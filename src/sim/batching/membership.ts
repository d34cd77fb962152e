/** A request joins or quits the decoding ones: every running sum that the closed form of a run rests on. */
import { TRACE_DECODE } from '../recorder.ts';
import type { ReplicaState } from './replica-state.ts';
import { DECODING } from './request-table.ts';

/** A request with `tokens` tokens in KV memory starts to decode. */
export function join(r: ReplicaState, request: number, tokens: number, nowNs: number): void {
  const { t, cost } = r;
  t.state[request] = DECODING;
  if (r.tracer !== null) r.tracer.phase(request, TRACE_DECODE, nowNs);
  t.joinStep[request] = r.steps;
  t.joinTokens[request] = tokens;
  t.lastTokenNs[request] = nowNs;
  t.place[request] = r.decoding;
  r.decoders[r.decoding++] = request;
  r.kv.join(r.steps, tokens);
  if (t.slot[request] >= 0) r.adapters.add(t.slot[request], t.rankClass[request], 1);
  r.finishing.push(request, r.steps + t.output[request] - t.generated[request], t.sequence[request]);
  r.attended += tokens + 1;
  const window = cost.window;
  if (window !== Number.POSITIVE_INFINITY) {
    if (tokens + 1 < window) {
      r.growing++;
      r.attendedWindowed += tokens + 1;
      r.saturating.push(request, r.steps + window - (tokens + 1), t.sequence[request]);
    } else {
      r.attendedWindowed += window;
    }
  }
}

/** Takes a decoding request out of every running sum; returns the KV tokens it holds. */
export function quit(r: ReplicaState, request: number): number {
  const { t, cost } = r;
  const tokens = t.joinTokens[request] + (r.steps - t.joinStep[request]);
  const last = r.decoders[--r.decoding];
  const place = t.place[request];
  r.decoders[place] = last;
  t.place[last] = place;
  r.kv.leave(t.joinStep[request], t.joinTokens[request]);
  r.kv.freeBlocks += r.kv.blocksFor(tokens);
  if (t.slot[request] >= 0) r.adapters.remove(t.slot[request], t.rankClass[request], 1);
  r.attended -= tokens + 1;
  const window = cost.window;
  if (window !== Number.POSITIVE_INFINITY) {
    r.attendedWindowed -= Math.min(tokens + 1, window);
    if (r.saturating.remove(request)) r.growing--;
  }
  return tokens;
}
