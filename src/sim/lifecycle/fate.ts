/** What becomes of a revision: keyed draws by adapter and number of the revision, whenever and in whatever order they are asked for. */
import type { Lifecycle as LifecycleSpec } from '../../scenario/scenario.ts';
import { toNs } from '../clock.ts';
import { member } from '../population/choice.ts';
import { DURATIONS } from '../population/durations/index.ts';
import { hashFraction } from '../random/hash.ts';
import { KeyedStream } from '../random/keyed.ts';
import type { Fate } from './lifecycle.ts';

/** @param key 32 bits for a purpose in this cell */
export function fateOf(spec: LifecycleSpec, key: (purpose: string) => number): Fate {
  const law = (choice: LifecycleSpec['training'], purpose: string) => {
    const [entry, params] = member(DURATIONS, choice, 'law of durations');
    const { draw } = entry.create(params);
    const draws = new KeyedStream((word) => key(`${purpose} ${word}`));
    return (adapter: number, number: number) => toNs(draw(draws.at(adapter, number)));
  };
  const passKey = key('passes');
  const badKey = key('is rolled back');
  const { share, after } = spec.rollback;
  const afterNs = law(after, 'rollback');
  return {
    trainingNs: law(spec.training, 'training'),
    evaluationNs: law(spec.evaluation.duration, 'evaluation'),
    passes: (adapter, number) => hashFraction(passKey, adapter, number) < spec.evaluation.pass,
    rollbackNs: (adapter, number) =>
      hashFraction(badKey, adapter, number) < share ? afterNs(adapter, number) : Number.POSITIVE_INFINITY,
  };
}
