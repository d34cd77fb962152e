/** Every figure by its id, which names its file here and in a run folder: a new figure is one file and one key. */
import { ablation } from './ablation.ts';
import { admissionTail } from './admission-tail.ts';
import { costPerUser } from './cost-per-user.ts';
import { fairness } from './fairness.ts';
import type { Figure, Scope } from './figure.ts';
import { goodputLoad } from './goodput-load.ts';
import { hitRatioCatalog } from './hit-ratio-catalog.ts';
import { hitRatioOverTime } from './hit-ratio-over-time.ts';
import { kernelRoofline } from './kernel-roofline.ts';
import { kernelScaleDown } from './kernel-scale-down.ts';
import { kernelScaleOut } from './kernel-scale-out.ts';
import { kernelScaleOutPool } from './kernel-scale-out-pool.ts';
import { kernelScaleUp } from './kernel-scale-up.ts';
import { knee } from './knee.ts';
import { latencyOverTime } from './latency-over-time.ts';
import { loadStages } from './load-stages.ts';
import { loadStaircase } from './load-staircase.ts';
import { lookupsByCohort } from './lookups-by-cohort.ts';
import { lookupsLostToUpdates } from './lookups-lost-to-updates.ts';
import { lostTime } from './lost-time.ts';
import { memorySplit } from './memory-split.ts';
import { planCandidates } from './plan-candidates.ts';
import { publishedSimulated } from './published-simulated.ts';
import { requestScatter } from './request-scatter.ts';
import { scaleDown } from './scale-down.ts';
import { scaleOut } from './scale-out.ts';
import { scaleUp } from './scale-up.ts';
import { sloAttainment } from './slo-attainment.ts';
import { stepTime } from './step-time.ts';
import { sweepGrid } from './sweep-grid.ts';
import { throughputQueue } from './throughput-queue.ts';
import { tierOccupancy } from './tier-occupancy.ts';
import { tornado } from './tornado.ts';
import { tpotDistribution } from './tpot-distribution.ts';
import { ttftDistribution } from './ttft-distribution.ts';

/** In the order in which a report shows them. */
export const FIGURES = {
  'ttft-distribution': ttftDistribution,
  'tpot-distribution': tpotDistribution,
  'latency-over-time': latencyOverTime,
  'hit-ratio-over-time': hitRatioOverTime,
  'lookups-by-cohort': lookupsByCohort,
  'lookups-lost-to-updates': lookupsLostToUpdates,
  'tier-occupancy': tierOccupancy,
  'load-stages': loadStages,
  'load-staircase': loadStaircase,
  'slo-attainment': sloAttainment,
  'lost-time': lostTime,
  ablation,
  fairness,
  'request-scatter': requestScatter,
  'throughput-queue': throughputQueue,
  'step-time': stepTime,
  'memory-split': memorySplit,
  'sweep-grid': sweepGrid,
  'scale-up': scaleUp,
  'scale-down': scaleDown,
  'scale-out': scaleOut,
  'goodput-load': goodputLoad,
  knee,
  'plan-candidates': planCandidates,
  tornado,
  'hit-ratio-catalog': hitRatioCatalog,
  'admission-tail': admissionTail,
  'cost-per-user': costPerUser,
  'kernel-scale-up': kernelScaleUp,
  'kernel-scale-down': kernelScaleDown,
  'kernel-scale-out': kernelScaleOut,
  'kernel-scale-out-pool': kernelScaleOutPool,
  'kernel-roofline': kernelRoofline,
  'published-simulated': publishedSimulated,
} as const satisfies Record<string, { [S in Scope]: Figure<S> }[Scope]>;

export type FigureId = keyof typeof FIGURES;

/** The figures of one scope with their ids, in the record's order. */
export function figuresOf<S extends Scope>(scope: S): [FigureId, Figure<S>][] {
  const all = Object.entries(FIGURES) as unknown as [FigureId, Figure<S>][];
  return all.filter(([, figure]) => figure.scope === scope);
}
