/**
 * The kernel backends by name, and the choice among them.
 *
 * A named backend that cannot run is an error (exit code 4), never a silent fallback. `auto` takes the usable backend with
 * the highest preference on a real device and says in one sentence why; baselines are never picked.
 */
import { EnvironmentError } from '../../scenario/errors.ts';
import type { Backend, ProbeResult } from '../backend.ts';
import { cpu } from './cpu.ts';
import { cuda } from './cuda.ts';
import { js } from './js.ts';
import { tensorflowBackend } from './tensorflow.ts';
import { webgpu } from './webgpu.ts';

export const BACKENDS: Readonly<Record<string, Backend>> = {
  cuda,
  webgpu,
  cpu,
  js,
  tensorflow: tensorflowBackend('gather'),
  'tensorflow-loop': tensorflowBackend('loop'),
};

/** The better TensorFlow.js form of a comparison is found by measuring both. */
export const BASELINES = ['tensorflow', 'tensorflow-loop'] as const;

export interface Chosen {
  probe: ProbeResult;
  /** One sentence for people; always printed under `auto`. */
  why: string;
}

/** "candidate: outcome, reason" for each step. */
export function describeSteps(probe: ProbeResult): string[] {
  return probe.steps.map(({ candidate, outcome, reason }) => `${candidate}: ${outcome}${reason ? `, ${reason}` : ''}`);
}

/** Probes are handed in by the caller, who ran them in a child process. */
export async function chooseBackend(wanted: string, probeOf: (name: string) => Promise<ProbeResult>): Promise<Chosen> {
  if (wanted !== 'auto') {
    const probe = await probeOf(wanted);
    if (!probe.usable) {
      const remedy = probe.steps.findLast((step) => step.remedy !== '')?.remedy ?? 'run mint-bench doctor';
      throw new EnvironmentError(`the backend ${wanted} cannot run on this machine`, describeSteps(probe), remedy);
    }
    return { probe, why: `${wanted} was asked for` };
  }
  const order = Object.values(BACKENDS)
    .filter((backend) => backend.preference > 0)
    .sort((one, other) => other.preference - one.preference);
  const passed: string[] = [];
  for (const { name } of order) {
    const probe = await probeOf(name);
    if (probe.usable && !probe.software) {
      return { probe, why: [`${name} is the fastest that runs here`, ...passed].join('; ') };
    }
    const last = probe.steps.findLast((step) => step.outcome !== 'ok');
    passed.push(
      `${name} ${probe.usable ? 'has only a software device' : `does not: ${last?.reason ?? 'no reason given'}`}`,
    );
  }
  throw new EnvironmentError('no kernel backend runs on this machine', passed, 'run mint-bench doctor');
}
