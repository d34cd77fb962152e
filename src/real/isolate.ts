/**
 * Runs kernel jobs in a child process, so that a crash in native or driver code ends the child and not the run. The next
 * job gets a fresh child. An interrupt ends the child at once, whatever it computes; this process stays free to hear of it.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { EnvironmentError } from '../scenario/errors.ts';
import { packageRoot } from '../scenario/package-root.ts';
import { BACKENDS } from './backends/index.ts';
import type { Answer, Request } from './child.ts';
import { type Job, perform, type ResultOf } from './jobs.ts';

/** The bundle of child.ts in the package that this file belongs to. */
const builtChild = (): string => join(packageRoot(), 'dist', 'real', 'child.js');

/** What a child wrote to stderr last: the only trace that a crash leaves. */
const STDERR_KEPT = 2000;

export class KernelCrash extends Error {
  override readonly name = 'KernelCrash';
}

interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
}

export class KernelProcess {
  private readonly entry: string;
  private child: ChildProcess | null = null;
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 0;
  private stderr = '';

  /** `entry`: bundle of child.ts; by default the one that `npm run build` writes. `signal`: ends the child and the job in hand. */
  constructor(entry: string = builtChild(), signal?: AbortSignal) {
    this.entry = entry;
    signal?.addEventListener('abort', () => this.child?.kill('SIGKILL'), { once: true });
  }

  /** Rejects with KernelCrash where the process died, and with Error where the job threw. */
  async run<J extends Job>(job: J): Promise<ResultOf<J>> {
    // Whether plain JavaScript can run needs no child, and no build.
    if (job.op === 'probe' && BACKENDS[job.backend]?.crashy === false) return perform(job);
    const child = this.started();
    const id = this.nextId++;
    return new Promise<ResultOf<J>>((resolve, reject) => {
      this.waiting.set(id, { resolve: (result) => resolve(result as ResultOf<J>), reject });
      child.send({ id, job } satisfies Request);
    });
  }

  private started(): ChildProcess {
    if (this.child !== null) return this.child;
    if (!existsSync(this.entry)) {
      throw new EnvironmentError('the kernel process has not been built', [`${this.entry}: missing`], 'npm run build');
    }
    const child = fork(this.entry, [], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: ['--max-old-space-size=4096'],
    });
    this.stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-STDERR_KEPT);
    });
    child.on('message', (answer: Answer) => {
      const job = this.waiting.get(answer.id);
      this.waiting.delete(answer.id);
      if ('error' in answer) job?.reject(new Error(answer.error));
      else job?.resolve(answer.result);
    });
    child.on('exit', (code, signal) => {
      if (this.child === child) this.child = null;
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      const said = this.stderr.trim().split('\n').at(-1);
      for (const job of this.waiting.values()) {
        job.reject(new KernelCrash(`the kernel process ended with ${how}${said ? `: ${said}` : ''}`));
      }
      this.waiting.clear();
    });
    this.child = child;
    return child;
  }

  /** Ends the child; a later job starts another. */
  async close(): Promise<void> {
    const child = this.child;
    this.child = null;
    if (child === null || child.exitCode !== null) return;
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }
}
