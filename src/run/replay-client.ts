/** Replays a run in a process of its own, by this checkout or by the one that made it: side by side, and an interrupt is heard. */
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../scenario/errors.ts';
import { builtFile } from './built-file.ts';
import type { Replayed, ReplayRequest } from './replay.ts';
import type { ReplayAnswer } from './replay-process.ts';

const ENTRY = 'run/replay-process.js';

/** @param checkout root of a built checkout; null for this one. Throws an EnvironmentError where it cannot replay the run. */
export function replayIn(checkout: string | null, request: ReplayRequest, signal?: AbortSignal): Promise<Replayed> {
  const entry = checkout === null ? builtFile(ENTRY) : join(checkout, 'dist', ENTRY);
  if (!existsSync(entry))
    return Promise.reject(
      new EnvironmentError(
        `${checkout} cannot replay a run`,
        [`${entry}: missing`],
        'Build it there (npm run build); a checkout from before events could be named has no such file.',
      ),
    );
  return new Promise((resolve, reject) => {
    const child = fork(entry, [], { serialization: 'advanced', stdio: ['ignore', 'ignore', 'pipe', 'ipc'], signal });
    let [said, answer]: [string, ReplayAnswer | null] = ['', null];
    child.stderr!.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-2000);
    });
    child.on('message', (message: ReplayAnswer) => {
      answer = message;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (answer !== null && 'replayed' in answer) resolve(answer.replayed);
      else
        reject(
          new EnvironmentError(
            `the run could not be replayed: ${answer?.error ?? `the process ended with code ${code}`}`,
            said === '' ? [] : [said.trim().split('\n').at(-1)!],
            'The stretch of simulated time stands without it.',
          ),
        );
    });
    child.send(request);
  });
}
