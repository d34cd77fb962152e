/** Whether anything of the `lifecycle` section can happen; where not, the run is the one without the section. */
import type { Scenario } from './scenario.ts';

export function hasLifecycle({ lifecycle }: Scenario): boolean {
  return lifecycle !== undefined && (lifecycle.updates.name !== 'none' || lifecycle.base_upgrade !== null);
}
