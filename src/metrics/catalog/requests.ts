/** Metrics of requests: throughput, goodput, SLO attainment, end states. */
import { COUNTERS, type Counter } from '../layout.ts';
import { counterOf, type RunResult, type Scope, windowSeconds } from '../result.ts';
import { followsLoad, type Measured, type Metric, type MetricContext, measured, ratio } from './metric.ts';

const WINDOW = 'Window: [warm-up, duration); what finishes in the drain after it does not count.';

/** Events of the window per simulated second. */
function rate(names: readonly Counter[]): Metric['measure'] {
  return ({ run }, scope) => {
    const count = names.reduce((sum, name) => sum + counterOf(run, name, scope), 0);
    return measured(count / windowSeconds(run), counterOf(run, 'window_finished', scope));
  };
}

/** Events of the whole run per second between the first arrival and the last finished request. */
function wholeRate(names: readonly Counter[]): Metric['measure'] {
  return ({ run }, scope) => {
    const count = names.reduce((sum, name) => sum + counterOf(run, name, scope), 0);
    return measured(count / makespanSeconds(run), counterOf(run, 'finished', scope));
  };
}

const makespanSeconds = (run: RunResult): number => (run.lastFinishNs - run.firstArrivalNs) / 1e9;

/** Cohorts that an SLO metric speaks of: those with an SLO. */
function sloCohorts({ facts }: MetricContext, scope: Scope): number[] {
  const cohorts = scope === 'all' ? facts.cohorts.map((_, cohort) => cohort) : [scope];
  return cohorts.filter((cohort) => facts.hasSlo[cohort]);
}

function overSlo(
  counter: Counter,
  combine: (met: number, context: MetricContext, cohorts: number[]) => Measured | null,
): Metric['measure'] {
  return (context, scope) => {
    const cohorts = sloCohorts(context, scope);
    if (cohorts.length === 0) return null;
    const met = cohorts.reduce((sum, cohort) => sum + counterOf(context.run, counter, cohort), 0);
    return combine(met, context, cohorts);
  };
}

const ofArrivals = (met: number, { run }: MetricContext, cohorts: number[]): Measured | null =>
  ratio(
    met,
    cohorts.reduce((sum, cohort) => sum + counterOf(run, 'measured_arrivals', cohort), 0),
  );

function metric(
  name: string,
  unit: string,
  better: Metric['better'],
  definition: string,
  measure: Metric['measure'],
  note?: string,
): Metric {
  return { name, group: name, unit, better, definition, measure, note, scope: 'cohort' };
}

function count(name: string, counter: Counter, better: Metric['better'], definition: string, note?: string): Metric {
  return metric(name, 'count', better, definition, countOf([counter]), note);
}

function countOf(counters: readonly Counter[]): Metric['measure'] {
  return ({ run }, scope) => {
    const value = counters.reduce((sum, counter) => sum + counterOf(run, counter, scope), 0);
    return { value, n: counterOf(run, 'arrivals', scope) };
  };
}

const REJECTIONS = COUNTERS.filter((name) => name.startsWith('rejected_'));

export const REQUEST_METRICS: readonly Metric[] = [
  followsLoad(
    metric(
      'request_rps',
      '1/s',
      'higher',
      `Requests finished per simulated second. ${WINDOW}`,
      rate(['window_finished']),
    ),
  ),
  followsLoad(
    metric(
      'output_tps',
      'tokens/s',
      'higher',
      `Output tokens of requests that finished, per simulated second. ${WINDOW}`,
      rate(['window_output_tokens']),
    ),
  ),
  followsLoad(
    metric(
      'total_tps',
      'tokens/s',
      'higher',
      `Prompt and output tokens of requests that finished, per simulated second. ${WINDOW}`,
      rate(['window_prompt_tokens', 'window_output_tokens']),
    ),
  ),
  followsLoad(
    metric(
      'makespan_rps',
      '1/s',
      'higher',
      'All finished requests over the time from the first arrival to the last finished request, drain included.',
      wholeRate(['finished']),
      'What closed benchmark clients (vLLM’s, GuideLLM’s) report as request throughput; use it for bursts, where nearly ' +
        'everything finishes after the last arrival.',
    ),
  ),
  followsLoad(
    metric(
      'makespan_output_tps',
      'tokens/s',
      'higher',
      'Output tokens of all finished requests over the time from the first arrival to the last finished request.',
      wholeRate(['output_tokens']),
    ),
  ),
  followsLoad(
    metric(
      'makespan_total_tps',
      'tokens/s',
      'higher',
      'Prompt and output tokens of all finished requests over the time from the first arrival to the last finished request.',
      wholeRate(['prompt_tokens', 'output_tokens']),
    ),
  ),
  followsLoad(
    metric(
      'goodput_rps',
      '1/s',
      'higher',
      `Requests that finished and met all objectives of their SLO, per simulated second. Cohorts with an SLO. ${WINDOW}`,
      overSlo('window_slo_met', (met, { run }) => measured(met / windowSeconds(run), met)),
      'As in DistServe (Zhong et al., OSDI 2024), but as an achieved rate; the knee is where it leaves the offered rate.',
    ),
  ),
  metric(
    'slo_attainment',
    'fraction',
    'higher',
    'Share of arrivals at or after warm-up that finished and met all objectives of their SLO. A rejected or unfinished ' +
      'request missed it. A request with one output token has no TPOT and cannot miss that objective. Cohorts with an SLO.',
    overSlo('slo_met', ofArrivals),
    'Shares of finished requests, as some tools print, look better the more a system rejects.',
  ),
  metric(
    'slo_ttft_attainment',
    'fraction',
    'higher',
    'Share of arrivals at or after warm-up that finished and met the TTFT objective alone.',
    overSlo('ttft_met', ofArrivals),
  ),
  metric(
    'slo_tpot_attainment',
    'fraction',
    'higher',
    'Share of arrivals at or after warm-up that finished and met the TPOT objective alone.',
    overSlo('tpot_met', ofArrivals),
  ),
  metric(
    'slo_e2el_attainment',
    'fraction',
    'higher',
    'Share of arrivals at or after warm-up that finished and met the end-to-end objective alone.',
    overSlo('e2el_met', ofArrivals),
  ),
  count('arrivals', 'arrivals', 'neither', 'Requests that arrived, warm-up included.'),
  followsLoad(
    count('finished', 'finished', 'higher', 'Requests that got their last token, warm-up and drain included.'),
  ),
  metric(
    'rejections',
    'count',
    'lower',
    'Requests refused for any reason: admission, a full load queue, too long. Warm-up included.',
    countOf(REJECTIONS),
  ),
  count(
    'rejected_admission',
    'rejected_admission',
    'lower',
    'Requests refused by the admission policy or a full queue.',
  ),
  count(
    'rejected_load_queue',
    'rejected_load_queue',
    'lower',
    'Requests refused because the load queue was full, or the adapter not ready (readiness.unready: refuse).',
  ),
  count('rejected_too_long', 'rejected_too_long', 'lower', 'Requests that can never fit: context or KV memory.'),
  count('unfinished', 'unfinished', 'lower', 'Requests still in the system when the run’s budget ended.'),
  count('tpot_undefined', 'tpot_undefined', 'neither', 'Finished requests after warm-up with a single output token.'),
  count('preemptions', 'preemptions', 'lower', 'Times a running request lost its KV blocks. Warm-up included.'),
  count('prompt_tokens', 'prompt_tokens', 'neither', 'Prompt tokens of all finished requests.'),
  count('output_tokens', 'output_tokens', 'neither', 'Output tokens of all finished requests.'),
];
