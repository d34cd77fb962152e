/** What must hold of every result whatever the scenario; checked in every test run and under `--check`. */
import { END_STATES } from '../sim/recorder.ts';
import type { RunFacts } from './facts.ts';
import { COHORT_HISTOGRAMS, SERIES_AT } from './layout.ts';
import type { LifecycleCounter } from './lifecycle/layout.ts';
import { lifecycleCount, type RunLifecycle } from './lifecycle/result.ts';
import { counterOf, histogramOf, type RunResult } from './result.ts';
import { STRIDE } from './series.ts';

/** Broken laws of conservation, one sentence each; empty where all hold. */
export function conservationErrors(run: RunResult, facts: RunFacts): string[] {
  const errors: string[] = [];
  const equal = (what: string, left: number, right: number) => {
    if (left !== right) errors.push(`${what}: ${left} is not ${right}`);
  };
  facts.cohorts.forEach((name, cohort) => {
    const of = (counter: Parameters<typeof counterOf>[1]) => counterOf(run, counter, cohort);
    const ended = END_STATES.reduce((sum, state) => sum + of(state), 0);
    equal(`cohort ${name}: requests that ended against arrivals`, ended, of('arrivals'));
    const finished = of('measured_finished');
    for (const metric of COHORT_HISTOGRAMS) {
      const n = histogramOf(run, metric, cohort)?.n ?? 0;
      // An unfinished request may have had its first token; an empty request has no time alone to divide by.
      if (metric === 'ttft') {
        if (n < finished)
          errors.push(`cohort ${name}: ${finished} requests finished after warm-up, ${n} had a first token`);
      } else if (metric === 'tpot') equal(`cohort ${name}: TPOT samples`, n, finished - of('tpot_undefined'));
      else if (metric !== 'slowdown') equal(`cohort ${name}: samples of ${metric}`, n, finished);
    }
    if (of('slo_met') > finished) errors.push(`cohort ${name}: more requests met their SLO than finished`);
  });
  const total = (column: 'arrivals' | 'finished' | 'prompt_tokens') => {
    let sum = 0;
    for (let bucket = 0; bucket < run.series.buckets; bucket++)
      sum += run.series.rows[bucket * STRIDE + SERIES_AT[column]];
    return sum;
  };
  for (const column of ['arrivals', 'finished', 'prompt_tokens'] as const) {
    equal(`${column} of the time series against the counters`, total(column), counterOf(run, column));
  }
  const served = run.users.reduce((sum, cell) => {
    for (let user = 0; user < cell.count; user++) sum += cell.requests(user);
    return sum;
  }, 0);
  equal('requests of all users against arrivals', served, counterOf(run, 'arrivals'));
  if (run.lifecycle !== null) errors.push(...lifecycleErrors(run.lifecycle));
  return errors;
}

function lifecycleErrors(lifecycle: RunLifecycle): string[] {
  const of = (name: LifecycleCounter) => lifecycleCount(lifecycle, name);
  const errors: string[] = [];
  if (of('asked') - of('refused') !== lifecycle.revisions)
    errors.push(`revisions begun: ${lifecycle.revisions} is not ${of('asked')} asked less ${of('refused')} refused`);
  const ended = of('rejected') + of('ready') + of('obsolete');
  // A revision is under way, or passed, or failed, or was dropped.
  if (ended > lifecycle.revisions)
    errors.push(`${ended} revisions ended their evaluation, ${lifecycle.revisions} were begun`);
  if (of('superseded') > of('ready'))
    errors.push(`${of('superseded')} revisions were superseded, ${of('ready')} came into use`);
  return errors;
}
