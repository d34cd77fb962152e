/** Mechanisms of engines that cannot be combined, and steps too small for a batch. */

import { frontendSeconds } from '../frontend.ts';
import type { Scenario } from '../scenario.ts';
import type { Path } from '../source-text.ts';
import type { Report } from './report.ts';

/** Presets bring most of the mechanisms, so the one to change is often not written in the file. */
export function checkEngine(scenario: Scenario, report: Report): void {
  const { serving } = scenario;
  const conflict = (message: string, at: Path, others: Path[], hint: string) =>
    report('MB-E227', message, ['serving', ...at], { uses: others.map((path) => ['serving', ...path]), hint });
  if (serving.mixed_steps === true && serving.chunked_prefill) {
    conflict(
      'chunked prefill mixes every step, and mixed_steps says so of whole prompts',
      ['mixed_steps'],
      [['chunked_prefill']],
      'set chunked_prefill: false, or leave mixed_steps out',
    );
  }
  if ((serving.frontend_cv ?? 0) > 0 && frontendSeconds(scenario) === 0) {
    conflict(
      'the way through the API server takes no time, so there is nothing to vary',
      ['frontend_cv'],
      [['frontend']],
      'set frontend: 20ms, or leave frontend_cv out',
    );
  }
  if (serving.mixed_steps === true && (serving.decode_between_prefills ?? 0) > 0) {
    conflict(
      'decode steps between prefills need prefills that come alone, and mixed_steps mixes them',
      ['mixed_steps'],
      [['decode_between_prefills']],
      'leave one of them out',
    );
  }
  if ((serving.decode_between_prefills ?? 0) > 0 && serving.chunked_prefill) {
    conflict(
      'decode steps between prefills need prefills that come alone, and chunked_prefill mixes them',
      // A preset brings the one, the scenario the other.
      [serving.engine === undefined ? 'decode_between_prefills' : 'chunked_prefill'],
      [['chunked_prefill'], ['decode_between_prefills']],
      'set chunked_prefill: false',
    );
  }
  if (serving.tiers.gpu.keep === 'while-used' && serving.prefetch.name !== 'none') {
    conflict(
      `adapters that leave the GPU when no request uses them cannot be prefetched by ${serving.prefetch.name}`,
      ['prefetch'],
      [['tiers', 'gpu', 'keep']],
      'set prefetch: none, or tiers.gpu.keep: until-evicted',
    );
  }
  const pinned = serving.pin.gpu ?? 0;
  const most = Math.min(serving.slots, serving.max_adapters_per_batch);
  if (pinned >= most) {
    conflict(
      `${pinned} pinned adapters leave no slot of ${most} to the others`,
      ['pin', 'gpu'],
      [['slots'], ['max_adapters_per_batch']],
      `pin at most ${most - 1}`,
    );
  }
  if (pinned > 0 && serving.merge !== undefined && serving.merge.adaptive === undefined) {
    conflict('merged weights hold one adapter, so none can be pinned beside it', ['pin', 'gpu'], [['merge']], 'set 0');
  }
  const adaptive = serving.merge?.adaptive;
  if (adaptive !== undefined && adaptive.below > adaptive.above) {
    conflict(
      'an adapter would be merged and taken out at once',
      ['merge', 'adaptive', 'below'],
      [['merge', 'adaptive']],
      'make it at most what above is',
    );
  }
  if ((serving.readiness?.gap ?? 0) > 0 && serving.loader.build_in !== 'engine') {
    conflict(
      'the engine builds nothing between its steps, so there is no gap to keep',
      ['readiness', 'gap'],
      [['loader', 'build_in']],
      'set loader.build_in: engine, or gap: 0s',
    );
  }
  if (serving.kv.preempted_prefix === 'cached' && serving.kv.preemption === 'swap') {
    conflict(
      'a request that is swapped out brings back all of its blocks',
      ['kv', 'preempted_prefix'],
      [['kv', 'preemption']],
      'set kv.preemption: recompute, or leave it out',
    );
  }
  if (serving.early_abort !== undefined && serving.early_abort.margin >= serving.early_abort.deadline) {
    conflict(
      'the margin leaves nothing of the deadline',
      ['early_abort', 'margin'],
      [['early_abort']],
      'make it smaller',
    );
  }
  if (serving.slot_modules !== undefined && serving.slot_modules !== 'adapter' && serving.kv.pool === 'unified') {
    conflict(
      'slots for every module are reserved, and a unified pool reserves none',
      ['slot_modules'],
      [['kv', 'pool']],
      'set slot_modules: adapter, or kv.pool: static',
    );
  }
  if (serving.max_batch_tokens < serving.max_batch) {
    report(
      'MB-E220',
      `a step of ${serving.max_batch_tokens} tokens cannot hold ${serving.max_batch} decoding requests`,
      ['serving', 'max_batch_tokens'],
      { uses: [['serving', 'max_batch']] },
    );
  }
}
