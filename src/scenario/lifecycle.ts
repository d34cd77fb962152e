/** The `lifecycle` section beyond its schema: whether anything of it can happen, and what does not go together with it. */
import type { Lifecycle, Scenario } from './scenario.ts';
import type { Report } from './semantics/report.ts';
import type { Path } from './source-text.ts';

/** Whether anything of the section can happen; where not, the run is the one without it. */
export function hasLifecycle({ lifecycle }: Pick<Scenario, 'lifecycle'>): boolean {
  return lifecycle !== undefined && (lifecycle.updates.name !== 'none' || lifecycle.base_upgrade !== null);
}

export function checkLifecycle(scenario: Scenario, report: Report): void {
  const { lifecycle, serving, duration } = scenario;
  if (lifecycle === undefined || !hasLifecycle(scenario)) return;
  for (const key of ['count', 'gpu'] as const) {
    if ((serving.pin[key] ?? 0) === 0) continue;
    report('MB-E240', 'pinned adapters would keep the revision that they begin with', ['serving', 'pin', key], {
      hint: 'set it to 0, or leave the lifecycle out',
      uses: [['lifecycle']],
    });
  }
  if (serving.metrics_page !== undefined) {
    report('MB-E240', 'the page of metrics names adapters, not their revisions', ['serving', 'metrics_page'], {
      hint: 'leave the page or the lifecycle out',
      uses: [['lifecycle']],
    });
  }
  const { base_upgrade: upgrade } = lifecycle;
  if (upgrade !== null && upgrade.at >= duration) {
    report('MB-E240', `the base is replaced at ${upgrade.at} s, after the end at ${duration} s`, AT, {
      uses: [['duration']],
    });
  }
  if (lifecycle.prewarm === 'disk' && serving.tiers.disk.capacity === 0) {
    report('MB-E240', 'there is no disk to prewarm to', ['lifecycle', 'prewarm'], {
      hint: 'choose host or none, or give the tier a capacity',
      uses: [['serving', 'tiers', 'disk'], ['hardware']],
    });
  }
}

const AT: Path = ['lifecycle', 'base_upgrade', 'at'];

type Warn = (id: string, message: string, path: Path, hint?: string) => void;

/** What is merely unlikely. */
export function doubtLifecycle(scenario: Scenario, warn: Warn): void {
  const { lifecycle, duration } = scenario;
  if (lifecycle === undefined) return;
  if (!hasLifecycle(scenario)) {
    warn(
      'MB-W420',
      'nothing is ever trained: there are no updates and no base upgrade',
      ['lifecycle'],
      'write updates: poisson, for instance',
    );
    return;
  }
  if (lifecycle.evaluation.pass === 0)
    warn('MB-W420', 'no revision ever passes its evaluation', ['lifecycle', 'evaluation', 'pass']);
  const seconds = shortestSeconds(lifecycle);
  if (seconds >= duration)
    warn(
      'MB-W420',
      `training and evaluating take ${seconds} s of a run of ${duration} s: no revision is ready before its end`,
      ['lifecycle', 'training'],
    );
}

/** Of laws that always give the same time; the others may be as short as they like. */
function shortestSeconds({ training, evaluation }: Lifecycle): number {
  const of = ({ name, params }: Lifecycle['training']) => (name === 'fixed' ? Number(params.value) : 0);
  return of(training) + of(evaluation.duration);
}
