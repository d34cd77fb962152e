/** What a run is said to be limited by: the reading of `plan`, over the metrics of one run. */
import { expect, it } from 'vitest';
import { digest } from '../../src/report/digest.ts';
import { terminalSummary } from '../../src/report/terminal.ts';
import { runTables } from './fixture.ts';

const tables = runTables();
/** The fixture's run with these metrics of the whole run. */
function withMetrics(values: Readonly<Record<string, number>>, thresholds = tables.scenario.thresholds) {
  const kept = tables.summary.filter(({ metric, cohort }) => cohort !== 'all' || !(metric in values));
  const [first] = tables.summary;
  const rows = Object.entries(values).map(([metric, value]) => ({ ...first, metric, cohort: 'all', value }));
  return digest({ ...tables, summary: [...kept, ...rows], scenario: { ...tables.scenario, thresholds } });
}
const request = { e2el_ms_mean: 1000, alone_ms_mean: 400, queue_ms_mean: 0, adapter_wait_ms_mean: 0 };

it('names the resource that most of the lost time waits for, and how much is lost', () => {
  const { limit } = withMetrics({ ...request, queue_ms_mean: 500, kv_utilisation: 0.95, preemptions: 0 }, []);
  expect(limit).toMatch(
    /^Limited by KV cache memory, as waits read: 83% of the time lost is queue .*\. Of a request's time 60% is lost/,
  );
});

it('divides the time to first token where only first tokens are too late', () => {
  const late = { metric: 'ttft_ms_p99', op: '<', value: 100, severity: 'warn' } as const;
  const parts = { ttft_ms_p99: 900, queue_ms_p99: 10, adapter_wait_ms_p99: 800, load_wait_slot_ms_mean: 0 };
  expect(withMetrics({ ...request, ...parts }, [late]).limit).toMatch(
    /time to first token, p99 900 ms: wait for the adapter 800 ms/,
  );
});

it('calls nothing a limit where nothing is broken and requests hardly wait, however much longer steps are than alone', () => {
  const { replicas } = tables.scenario.hardware;
  const places = replicas * tables.scenario.serving.max_batch;
  const calm = {
    ...request,
    queue_ms_mean: 30,
    running_peak: places / 4,
    kv_utilisation: 0.1,
    loads_in_flight_mean: 0,
  };
  const kept = { metric: 'ttft_ms_p99', op: '<', value: 2000, severity: 'fail' } as const;
  expect(withMetrics({ ...calm, ttft_ms_p99: 900 }, [kept]).limit).toMatch(
    /^At no limit: requests wait 3% of their time; nearest its bound: .* at \d.*; fullest: places in the batch, 25% at the busiest moment\. Of .* 60% is lost against running alone, most of it to steps longer than alone/,
  );
  expect(withMetrics({ ...calm, alone_ms_mean: 970 }, []).limit).toMatch(/3% is lost against running alone\.$/);
  // Broken, it is a limit.
  expect(withMetrics({ ...calm, tpot_ms_p99: 900 }, [{ ...kept, metric: 'tpot_ms_p99', value: 50 }]).limit).toMatch(
    /^Limited by the speed of steps/,
  );
});

it('blames no shared resource for a bound that a request misses alone', () => {
  const missed = { metric: 'goodput_rps', op: '>', value: 1e9, severity: 'fail' } as const;
  expect(withMetrics({ ...request, alone_ms_mean: 970 }, [missed]).limit).toMatch(/^No shared resource is short/);
});

it('is printed after the sentence, and left out where a run has no such metrics', () => {
  const found = withMetrics(request, []);
  const text = terminalSummary(found, { color: false, ascii: true, width: 80 });
  expect(text.replace(/\s+/g, ' ')).toContain(found.limit!.replace(/\s+/g, ' '));
  const none = digest({ ...tables, summary: tables.summary.filter(({ metric }) => metric !== 'e2el_ms_mean') });
  expect(none.limit).toBeNull();
  expect(terminalSummary(none, { color: false, ascii: true, width: 80 })).not.toMatch(/Limited|At no limit/);
});
