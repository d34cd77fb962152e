/** The process that `replay-client` starts, of this checkout or of another: one request in, one answer out. */
import { readTraceOf } from './identity.ts';
import { type Replayed, type ReplayRequest, replay } from './replay.ts';

export type ReplayAnswer = { replayed: Replayed } | { error: string };

process.once('message', (request: ReplayRequest) => {
  let answer: ReplayAnswer;
  try {
    answer = { replayed: replay(request, readTraceOf(request.scenario)) };
  } catch (error) {
    answer = { error: (error as Error).message };
  }
  process.send!(answer, () => process.disconnect());
});
