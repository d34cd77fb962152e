/** The lifecycle of one cell from what the scenario says; null where nothing of it can happen. */
import { hasLifecycle } from '../../scenario/lifecycle.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { toNs } from '../clock.ts';
import type { EventHeap } from '../events.ts';
import { member } from '../population/choice.ts';
import type { AdapterCatalog } from '../population/source.ts';
import { Permutation } from '../random/permutation.ts';
import { stream, streamKey } from '../random/streams.ts';
import { BaseUpgrade } from './base-upgrade.ts';
import { fateOf } from './fate.ts';
import { type Fate, Lifecycle, type Prewarmer } from './lifecycle.ts';
import type { LifecycleRecorder } from './recorder.ts';
import { UPDATES } from './updates/index.ts';
import type { UpdateLaw } from './updates/law.ts';

export interface LifecycleInputs {
  scenario: Scenario;
  cell: number;
  catalog: AdapterCatalog;
  events: EventHeap;
  source: number;
  recorder: LifecycleRecorder | null;
  /** In place of the scenario's. */
  law?: UpdateLaw;
  fate?: Fate;
  createPrewarmer(target: 'host' | 'disk'): Prewarmer;
}

export function createLifecycle(inputs: LifecycleInputs): Lifecycle | null {
  const { scenario, cell, catalog } = inputs;
  const { lifecycle: spec, seed } = scenario;
  if (spec === undefined || !hasLifecycle(scenario)) return null;
  const key = (purpose: string) => streamKey(seed, 'lifecycle', purpose, cell);
  return new Lifecycle({
    adapters: catalog.adapters,
    durationNs: toNs(scenario.duration),
    law: inputs.law ?? lawOf(inputs, key('order of updates')),
    fate: inputs.fate ?? fateOf(spec, key),
    prewarmer: spec.prewarm === 'none' ? null : inputs.createPrewarmer(spec.prewarm),
    upgrade: spec.base_upgrade === null ? null : upgradeOf(inputs, spec.base_upgrade, key('order of upgrades')),
    events: inputs.events,
    source: inputs.source,
    recorder: inputs.recorder,
  });
}

function lawOf({ scenario, cell, catalog }: LifecycleInputs, key: number): UpdateLaw {
  const [entry, params] = member(UPDATES, scenario.lifecycle!.updates, 'law of updates');
  const random = stream(scenario.seed, 'lifecycle updates', cell);
  return entry.create(params, { adapters: Math.max(1, catalog.adapters), random, key });
}

type UpgradeSpec = NonNullable<NonNullable<Scenario['lifecycle']>['base_upgrade']>;

/** Every cell trains its part of the rate. */
function upgradeOf({ scenario, catalog }: LifecycleInputs, spec: UpgradeSpec, key: number): BaseUpgrade {
  const { adapters } = catalog;
  const order = spec.order === 'popular' ? catalog.mostPopular(adapters) : new Permutation(Math.max(1, adapters), key);
  const at = order instanceof Permutation ? (place: number) => order.apply(place) : (place: number) => order[place];
  return new BaseUpgrade(toNs(spec.at), spec.rate / scenario.hardware.cells, adapters, at);
}
