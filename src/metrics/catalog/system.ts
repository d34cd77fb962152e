/** Metrics of the system as a whole: fairness, utilisation, where step time goes, money and energy. */
import { COST_PARTS, TICKS_PER_SECOND } from '../../sim/cost/step-cost.ts';
import { userFairness } from '../fairness.ts';
import { SERIES_AT } from '../layout.ts';
import { counterOf, gaugeMean, histogramOf, partTicks, type RunResult, totalOf, windowSeconds } from '../result.ts';
import { STRIDE } from '../series.ts';
import { jain } from '../statistics/fairness.ts';
import { mser5 } from '../statistics/mser.ts';
import { followsLoad, type Metric, measured, ratio } from './metric.ts';

function metric(
  name: string,
  unit: string,
  better: Metric['better'],
  definition: string,
  measure: (context: Parameters<Metric['measure']>[0]) => ReturnType<Metric['measure']>,
  note?: string,
): Metric {
  return { name, group: name, unit, better, definition, note, scope: 'run', measure };
}

const sum = (values: ArrayLike<number>): number => Array.from(values).reduce((total, value) => total + value, 0);

const windowTokens = (run: RunResult): number =>
  counterOf(run, 'window_prompt_tokens') + counterOf(run, 'window_output_tokens');

/** Hours of a month: 365.25 days / 12. */
const HOURS_PER_MONTH = 730.5;

const FAIRNESS: readonly Metric[] = [
  metric(
    'jain_users',
    'index',
    'higher',
    'Jain’s index over users with at least one request, of each user’s mean speed: alone time / end-to-end time of a request, ' +
      '0 for a request that was not served. 1: all users are slowed alike.',
    ({ run }) => {
      const { jainSpeed, users } = userFairness(run);
      return measured(jainSpeed, users);
    },
    'Taken over speed rather than tokens, because users ask for different amounts; gini_users is about amounts.',
  ),
  metric(
    'gini_users',
    'index',
    'neither',
    'Gini coefficient of service (VTC’s weights: prompt tokens + 2 · output tokens) over users with at least one request: 0 ' +
      'all alike, 1 one user has all. From a grouped Lorenz curve, low by less than 0.002.',
    ({ run }) => {
      const { giniService, users } = userFairness(run);
      return measured(giniService, users);
    },
    'Mostly the popularity law; compare it between policies on one scenario.',
  ),
  metric(
    'jain_cohorts',
    'index',
    'higher',
    'Jain’s index over cohorts of 1 / mean slowdown. 1: all cohorts are slowed alike. Cohorts with a finished request.',
    ({ run }) => {
      const slowdowns = run.cohortHistograms
        .map((_, cohort) => histogramOf(run, 'slowdown', cohort)?.mean ?? null)
        .filter((mean): mean is number => mean !== null && mean > 0);
      return measured(jain(slowdowns.map((mean) => 1 / mean)), slowdowns.length);
    },
  ),
];

const UTILISATION: readonly Metric[] = [
  metric(
    'replica_utilisation',
    'fraction',
    'neither',
    'Share of replica time in which a step ran, over [warm-up, duration).',
    ({ run, facts }) => ratioOf(gaugeMean(run, 'busy_replicas'), facts.replicas),
  ),
  metric(
    'replica_imbalance',
    'ratio',
    'lower',
    'Busy time of the busiest replica over the mean of all. Whole run.',
    ({ run }) =>
      measured(
        run.busyTicks.reduce((max, ticks) => Math.max(max, ticks), 0) / (sum(run.busyTicks) / run.busyTicks.length),
        run.busyTicks.length,
      ),
  ),
  metric(
    'kv_utilisation',
    'fraction',
    'neither',
    'Share of KV blocks in use, all replicas, time-weighted mean over [warm-up, duration).',
    ({ run, facts }) => ratioOf(gaugeMean(run, 'kv_blocks_used'), facts.kvBlocks),
  ),
  metric('steps', 'count', 'neither', 'Engine steps of all replicas. Whole run.', ({ run }) => ({
    value: totalOf(run, 'steps'),
    n: totalOf(run, 'steps'),
  })),
  metric('step_ms_mean', 'ms', 'lower', 'Mean time of an engine step. Whole run.', ({ run }) =>
    measured(((sum(run.busyTicks) / TICKS_PER_SECOND) * 1e3) / totalOf(run, 'steps'), totalOf(run, 'steps')),
  ),
];

function ratioOf(mean: number | null, whole: number) {
  return mean === null ? null : measured(mean / whole, 1);
}

const SHARES: readonly Metric[] = COST_PARTS.map((part, at) =>
  metric(
    `step_share_${part}`,
    'fraction',
    'neither',
    `Share of all step time that is ${part}: one of the parts base, attention, lora, collective, launch, stall, which add up to 1.`,
    ({ run }) => {
      const ticks = partTicks(run);
      const share = ratio(ticks[at], sum(ticks));
      return share === null ? null : { value: share.value, n: totalOf(run, 'steps') };
    },
  ),
);

const WARMUP: readonly Metric[] = [
  metric(
    'startup_s',
    's',
    'lower',
    'Time from t = 0 until a replica serves: serving.startup, the base and so much for each adapter slot.',
    ({ facts }) => (facts.startupSeconds > 0 ? measured(facts.startupSeconds, facts.replicas) : null),
    'No value where a scenario says nothing about it. Requests that arrive earlier wait for it.',
  ),
  metric(
    'warmup_mser5_s',
    's',
    'neither',
    'Where the MSER-5 rule (White, Cobb & Spratt, WSC 2000) would cut off the warm-up, from the number of requests in the ' +
      'system over [0, duration). Compare with the scenario’s warm-up: if this is longer, latencies hold start-up effects.',
    ({ run }) => {
      const { bucketNs, buckets, rows } = run.series;
      const length = Math.min(buckets, Math.floor(run.durationNs / bucketNs));
      const inSystem = Float64Array.from(
        { length },
        (_, bucket) =>
          rows[bucket * STRIDE + SERIES_AT.gauge_running] + rows[bucket * STRIDE + SERIES_AT.gauge_waiting],
      );
      const cut = mser5(inSystem);
      return cut === null ? null : measured((cut * bucketNs) / 1e9, length);
    },
    'Only for a steady load: with a diurnal curve or flash crowds the rule follows the load, not the start.',
  ),
];

const RENT = 'Rent of all GPUs and nodes, busy or idle';

const MONEY: readonly Metric[] = [
  followsLoad(
    metric(
      'cost_usd_per_million_tokens',
      'USD',
      'lower',
      `${RENT}, over the window [warm-up, duration), for each million prompt and output tokens of requests that finished in it.`,
      ({ run, facts }) =>
        measured(
          (facts.usdPerHour * (windowSeconds(run) / 3600) * 1e6) / windowTokens(run),
          counterOf(run, 'window_finished'),
        ),
      'Prompt and output tokens weigh the same; list prices of providers do not.',
    ),
  ),
  followsLoad(
    metric(
      'cost_usd_per_million_output_tokens',
      'USD',
      'lower',
      `${RENT}, over the window, for each million output tokens of requests that finished in it.`,
      ({ run, facts }) =>
        measured(
          (facts.usdPerHour * (windowSeconds(run) / 3600) * 1e6) / counterOf(run, 'window_output_tokens'),
          counterOf(run, 'window_finished'),
        ),
    ),
  ),
  metric(
    'cost_usd_per_user_month',
    'USD',
    'lower',
    `${RENT}, for a month of ${HOURS_PER_MONTH} hours, divided by all users of the population, active or not.`,
    ({ facts }) => measured((facts.usdPerHour * HOURS_PER_MONTH) / facts.users, facts.users),
  ),
  metric(
    'dedicated_usd_per_user_month',
    'USD',
    'lower',
    `Rent of one replica with its share of the nodes, for a month of ${HOURS_PER_MONTH} hours: what a user would cost who had the base to ` +
      'themselves, paid whether used or not.',
    ({ facts }) => measured((facts.usdPerHour * HOURS_PER_MONTH) / facts.replicas, facts.users),
  ),
  followsLoad(
    metric(
      'energy_wh_per_request',
      'Wh',
      'lower',
      'Nameplate power of all GPUs and nodes over the window, for each request that finished in it. An upper bound: idle GPUs ' +
        'are charged in full.',
      ({ run, facts }) =>
        measured(
          (facts.watts * (windowSeconds(run) / 3600)) / counterOf(run, 'window_finished'),
          counterOf(run, 'window_finished'),
        ),
    ),
  ),
];

export const SYSTEM_METRICS: readonly Metric[] = [...FAIRNESS, ...UTILISATION, ...SHARES, ...WARMUP, ...MONEY];
