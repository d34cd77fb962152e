/** Events of a replay in words: what happened, where, when, and what came of it. */
import type { ReplayedEffect, ReplayedEvent } from '../run/replay.ts';
import { END_STATES, TRACE_PHASES } from '../sim/recorder.ts';
import type { FirstEvent } from '../study/compare/first-event.ts';
import { formatCount, formatSeconds } from './format.ts';

const TIER_WORDS = ['the object store', 'the disk', 'host memory', 'the GPU'];

/** Of an event's effects, as many are told; the first ones tell most. */
const TOLD = 4;

/** One line that says which event it is, and one a side. */
export function firstEventLines({ cell, index, base, new: next }: FirstEvent): string[] {
  const same = base !== null && next !== null && eventName(base) === eventName(next) && base.ns === next.ns;
  const after = index === 0 ? 'at the start' : `after ${formatCount(index)} equal events`;
  if (!same)
    return [
      `the first event that differs: in cell ${cell}, ${after}`,
      `  base: ${eventText(base, [])}`,
      `  new:  ${eventText(next, [])}`,
    ];
  return [
    `the first event that goes differently: in cell ${cell}, ${after}: ${eventName(base)} at ${time(base.ns)}`,
    `  base: ${effectsText(base, next.effects) || 'nothing of what the new side does'}`,
    `  new:  ${effectsText(next, base.effects) || 'nothing of what the base does'}`,
  ];
}

const time = (ns: number): string => `${(ns / 1e9).toFixed(9)} s`;

function eventText(event: ReplayedEvent | null, others: readonly ReplayedEffect[]): string {
  if (event === null) return 'no further event';
  const effects = effectsText(event, others);
  return `${time(event.ns)}, ${eventName(event)}${effects === '' ? '' : `: ${effects}`}`;
}

function eventName({ kind, place, effects }: ReplayedEvent): string {
  switch (kind) {
    case 'arrival': {
      const user = effects.find((effect) => 'user' in effect)?.user;
      return user === undefined ? 'an arrival' : `the arrival of user ${user}`;
    }
    case 'disk_link':
      return `the disk of node ${place}`;
    case 'object_link':
      return `the link from the object store to node ${place}`;
    case 'load_stage':
      return `the loader of replica ${place}`;
    case 'activation':
      return `copies to the GPU of replica ${place}`;
    case 'prefetch':
      return `the prefetcher of replica ${place}`;
    case 'lifecycle':
      return 'revisions of adapters';
    default:
      return `the batch of replica ${place}`;
  }
}

function effectsText({ effects }: ReplayedEvent, others: readonly ReplayedEffect[]): string {
  const known = new Set(others.map((effect) => JSON.stringify(effect)));
  const own = effects.filter((effect) => !known.has(JSON.stringify(effect)));
  const told = own.slice(0, TOLD).map(effectText);
  return [...told, ...(own.length > TOLD ? [`${own.length - TOLD} more`] : [])].join('; ');
}

function effectText(effect: ReplayedEffect): string {
  const of = effect as Readonly<Record<string, number>>;
  const adapter = `adapter ${of.adapter}${of.revision > 0 ? ` in revision ${of.revision}` : ''}`;
  switch (effect.what) {
    case 'refused':
      return `user ${of.user} is refused (${END_STATES[of.end_state]})`;
    case 'lookup':
      return `the adapter is found in ${TIER_WORDS[of.tier]}`;
    case 'joined_load':
      return 'joins a load under way';
    case 'load_ended':
      return `${adapter} is loaded from ${TIER_WORDS[of.from_tier]} to replica ${of.replica}`;
    case 'copy_begins':
      return `${adapter} is copied to the GPU of replica ${of.replica} (${formatSeconds(of.copy_ns / 1e9)})`;
    case 'evicted':
      return `${adapter} is evicted from ${TIER_WORDS[of.tier]} of ${of.tier < 2 ? 'node' : 'replica'} ${of.place}`;
    case 'preempted':
      return 'a request is preempted';
    case 'phase': {
      const phase = TRACE_PHASES[of.phase];
      if (phase === 'queue') return `user ${of.user} queues at replica ${of.replica}`;
      if (phase === 'adapter_wait') return `user ${of.user} waits for ${adapter} at replica ${of.replica}`;
      return `${phase} of user ${of.user} begins`;
    }
    case 'first_token':
      return `user ${of.user} has the first token`;
    case 'finished':
      return `user ${of.user} is done`;
    default: {
      const steps = `${formatCount(of.steps)} ${of.steps === 1 ? 'step' : 'steps'}`;
      const requests = of.decoding + of.prefilling;
      return `${steps} of ${requests} ${requests === 1 ? 'request' : 'requests'} with ${of.adapters} ${of.adapters === 1 ? 'adapter' : 'adapters'} done`;
    }
  }
}
