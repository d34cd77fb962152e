/** Summaries of many runs, a kernel's measurements and published rows, made up so that each study figure has its usual shape. */
import type {
  FidelityRow,
  InterferenceRow,
  KernelRow,
  KneeRow,
  PlanRow,
  SensitivityRow,
} from '../../src/report/figures/figure.ts';
import type { FigureId } from '../../src/report/figures/index.ts';
import type { StudyRun, SummaryRow } from '../../src/report/run-data.ts';

const row = (metric: string, value: number, spread = 0.03): SummaryRow => ({
  metric,
  cohort: 'all',
  unit: '',
  value,
  n: 1000,
  lo: value * (1 - spread),
  hi: value * (1 + spread),
});

const run = (params: StudyRun['params'], metrics: Record<string, number>): StudyRun => ({
  label: Object.values(params).join(' '),
  params,
  summary: Object.entries(metrics).map(([metric, value]) => row(metric, value)),
});

const USERS = [1e3, 1e4, 1e5, 1e6, 1e7];

function catalog(): StudyRun[] {
  return ['lru', 'sieve'].flatMap((eviction, e) =>
    USERS.map((users) => {
      const pressure = Math.log10(users) - 3;
      return run(
        { 'population.users': users, 'serving.tiers.gpu.eviction': eviction },
        {
          ttft_ms_p50: 60 + 8 * pressure,
          ttft_ms_p99: (300 + 60 * pressure ** 3) * (1 - 0.12 * e),
          goodput_rps: 130 - 3 * pressure ** 2 + 2 * e,
          hit_ratio_gpu: Math.max(0.15, 0.98 - 0.2 * pressure + 0.04 * e),
          cold_ratio: Math.min(0.6, 0.01 * (2.6 - 0.2 * e) ** pressure),
          cost_usd_per_user_month: 140_000 / users,
          dedicated_usd_per_user_month: 1826,
        },
      );
    }),
  );
}

/** Runs for one figure. */
export function studyRuns(id: FigureId): StudyRun[] {
  switch (id) {
    case 'scale-up':
      return ['0.6B', '4B', '8B', '30B-A3B', '235B-A22B', '1T'].map((base, i) =>
        run({ base }, { tpot_ms_p50: 5 * 1.6 ** i, tpot_ms_p99: 9 * 1.62 ** i, step_share_lora: 0.3 / 1.5 ** i }),
      );
    case 'scale-down':
      return [1, 4, 8, 16, 32, 64, 128].map((rank) =>
        run(
          { 'adapter.rank': rank },
          { ttft_ms_p99: 260 + 9 * rank, load_ms_p50: 12 + 1.9 * rank, hit_ratio_gpu: 0.95 - 0.004 * rank },
        ),
      );
    case 'goodput-load':
      return [1, 4].flatMap((replicas) =>
        [10, 20, 40, 60, 80, 100, 120].map((rate) => {
          const knee = 22 * replicas;
          const goodput = rate <= knee ? rate * 0.995 : knee * (knee / rate) ** 0.7;
          return run({ rate, replicas }, { goodput_rps: goodput, slo_attainment: goodput / rate });
        }),
      );
    case 'admission-tail':
      return ['admission off', 'bounded loads', 'two-phase'].flatMap((mode, m) =>
        ['before', 'during', 'after'].map((phase, p) =>
          run({ mode, phase }, { ttft_ms_p99: p === 1 ? [21_000, 3200, 900][m] : 780 + 30 * p }),
        ),
      );
    default:
      return catalog();
  }
}

/** Shapes of four curves and of two suites, as two devices would give them. */
export function kernelRows(runs: readonly string[] = ['']): KernelRow[] {
  const curves = ['scale-up', 'scale-down', 'scale-out', 'scale-out-pool'];
  return runs.flatMap((run, r) =>
    ['decode', 'prefill', ...curves].flatMap((kernel, k) =>
      [1, 2, 8, 32, 128, 512].map((tokens): KernelRow => {
        const [peakFlops, peakBandwidth] = [400e9 / (1 + r), 60e9 / (1 + r / 2)];
        const flops = 2 * tokens * 4096 * 16 * 8;
        const bytes = 2 * (4096 * 16 * Math.min(8, tokens) * (1 + k) + tokens * (4096 + 16));
        const roof = Math.max(flops / peakFlops, bytes / peakBandwidth);
        const seconds = roof / (0.85 - 0.1 * k - 0.002 * Math.sqrt(tokens));
        return {
          run,
          kernel,
          label: `${tokens} tokens`,
          shape: !curves.includes(kernel) ? '' : tokens % 3 === 2 ? 'expert LoRA' : 'dense projections',
          x: kernel === 'scale-up' ? 1e9 * tokens : tokens,
          flops,
          bytes,
          seconds,
          low: seconds * 0.95,
          high: seconds * 1.1,
          baseSeconds: seconds * (4 + k),
          peakFlops,
          peakBandwidth,
        };
      }),
    ),
  );
}

export function fidelityRows(): FidelityRow[] {
  return ['S-LoRA', 'vLLM', 'MinT'].flatMap((source, s) =>
    ['throughput', 'TTFT p50', 'ITL p50'].flatMap((metric, m) =>
      [1, 2].map((load) => ({
        source,
        metric,
        unit: m === 0 ? '1/s' : 'ms',
        group: source,
        label: `${source} load ${load}`,
        published: 10 * load * (m + 1),
        simulated: 10 * load * (m + 1) * (1 + 0.09 * Math.sin(3 * s + 5 * m + load)),
        fitted: load === 1 && m === 0,
        saturated: load === 2 && m === 0,
      })),
    ),
  );
}

export function kneeRows(): KneeRow[] {
  return [16, 64].flatMap((slots) =>
    (['ttft_ms_p99', 'slo_attainment'] as const).flatMap((metric) =>
      [10, 20, 40, 60, 70, 80, 160].map((rate): KneeRow => {
        const load = rate / (slots + 4);
        const ttft = 200 + 1800 * load ** 3;
        const actual = metric === 'ttft_ms_p99' ? ttft : Math.max(0, 1 - 0.05 * load ** 2);
        return {
          setting: `serving.slots=${slots}`,
          axis: 'population.rate',
          axisUnit: '/s',
          value: rate,
          metric,
          unit: metric === 'ttft_ms_p99' ? 'ms' : 'fraction',
          actual,
          lo: actual * 0.98,
          hi: actual * 1.02,
          bound: metric === 'ttft_ms_p99' ? 2000 : 0.95,
          op: metric === 'ttft_ms_p99' ? '<' : '>=',
          holds: load < 1 ? 1 : 0,
          below: slots,
          above: slots + 8,
        };
      }),
    ),
  );
}

/** Two thresholds over replicas and slots; the one in the middle is the first that keeps both. */
export function planRows(): PlanRow[] {
  return [4, 8, 16].flatMap((replicas, r) =>
    [16, 64].flatMap((slots, s) =>
      (['ttft_ms_p99', 'slo_attainment'] as const).map((metric): PlanRow => {
        const rank = 2 * r + s;
        const actual = metric === 'ttft_ms_p99' ? 40_000 / 4 ** rank : 1 - 0.3 / 3 ** rank;
        return {
          ...{ configuration: `replicas ${replicas}, slots ${slots}, $${3 * replicas}/h`, price: 3 * replicas },
          ...{
            metric,
            unit: metric === 'ttft_ms_p99' ? 'ms' : 'fraction',
            actual,
            lo: actual * 0.99,
            hi: actual * 1.01,
          },
          ...{ bound: metric === 'ttft_ms_p99' ? 2000 : 0.95, op: metric === 'ttft_ms_p99' ? '<' : '>=' },
          verdict: rank < 3 ? 'fails' : rank === 3 ? 'answer' : 'passes',
        };
      }),
    ),
  );
}

/** Two metrics; of every third parameter both ends move the second one the same way, one of them hardly. */
export function sensitivityRows(): SensitivityRow[] {
  const parameters = Array.from({ length: 18 }, (_, i) => i);
  const late = { metric: 'ttft_ms_p99', unit: 'ms', base: 1400, bound: 2000 };
  const met = { metric: 'slo_attainment', unit: 'fraction', base: 0.993363, bound: 0.95 };
  const ends = (i: number) =>
    (['low end', 'high end'] as const).map((end) => ({
      ...{ parameter: `parameter number ${i}`, end, text: end === 'low end' ? '1.25 µs' : '28.8 GB/s' },
    }));
  const draws = (at: (draw: number) => number) =>
    Array.from({ length: 20 }, (_, draw) => ({
      ...{ parameter: 'all together', end: 'joint draw' as const, text: '', at: at(draw) },
    }));
  return [
    ...parameters.flatMap((i) =>
      ends(i).map((row) => ({ ...row, ...late, at: 1400 * (1 + (row.end === 'low end' ? -0.4 : 0.7) * 0.75 ** i) })),
    ),
    ...draws((draw) => 500 * 1.2 ** draw).map((row) => ({ ...row, ...late })),
    ...parameters.flatMap((i) =>
      ends(i).map((row) => {
        const change = row.end === 'low end' ? -0.3 : i % 3 === 0 ? -0.001 : 0.006;
        return { ...row, ...met, at: 0.993363 + change * 0.75 ** i };
      }),
    ),
    ...draws((draw) => 0.4 + 0.03 * draw).map((row) => ({ ...row, ...met })),
  ];
}

/** Single effects overlap: the interaction is negative in one part. */
export function interferenceRows(): InterferenceRow[] {
  const bars = [
    ['base', 'as it stands', [400, 900, 150]],
    ['off', 'without shared links', [350, 300, 140]],
    ['off', 'without loader limits', [380, 420, 150]],
    ['off', 'without adapter memory', [90, 880, 170]],
    ['all', 'without all of them', [20, 80, 160]],
    ['residual', 'interaction', [30, -360, -10]],
  ] as const;
  return bars.flatMap(([kind, bar, values]) =>
    ['queue', 'adapter wait', 'slower in a batch'].map((part, i) => ({
      ...{ kind, bar, part, milliseconds: values[i], whole: 1450 },
    })),
  );
}
