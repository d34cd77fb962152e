/** Objectives and thresholds: names that exist, bounds that judge something. */
import { suggest } from '../findings.ts';
import type { Scenario } from '../scenario.ts';
import type { Report } from './report.ts';

export function checkGoals(
  { slo, thresholds, population }: Scenario,
  metrics: readonly string[] | undefined,
  report: Report,
): void {
  const names = Object.keys(slo);
  population.cohorts.forEach((cohort, i) => {
    if (cohort.slo === null || names.includes(cohort.slo)) return;
    report('MB-E205', `there is no objective ${cohort.slo}`, ['population', 'cohorts', i, 'slo'], {
      hint: suggest(cohort.slo, names),
      uses: [['slo']],
    });
  });
  if (metrics !== undefined) {
    thresholds.forEach((threshold) => {
      if (metrics.includes(threshold.metric)) return;
      report('MB-E206', `there is no metric ${threshold.metric}`, ['thresholds', threshold.metric], {
        hint: suggest(threshold.metric, metrics),
      });
    });
  }
}

/** A share that must be at least 99 is meant as 99%, and would never be reached. */
export function checkBounds({ thresholds }: Scenario, fractions: readonly string[], report: Report): void {
  for (const { metric, op, value } of thresholds) {
    if (!fractions.includes(metric)) continue;
    const never = (op === '>' && value === 1) || (op === '<' && value === 0);
    if (value >= 0 && value <= 1 && !never) continue;
    const meant = value > 1 && value <= 100 ? `write ${value}%` : undefined;
    report('MB-E228', `${metric} is a share of a whole and '${op} ${value}' judges nothing`, ['thresholds', metric], {
      expected: 'a bound between 0% and 100%',
      hint: meant,
    });
  }
}
