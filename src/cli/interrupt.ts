/** Ctrl-C: the first asks to finish cleanly, the second ends the process. */
import { EXIT } from './exit-codes.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** Stops listening. */
  release(): void;
}

export function listenForInterrupt(say: (text: string) => void, exit: (code: number) => void): Interrupt {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) exit(EXIT.interrupted);
    say('\ninterrupted: what is finished is kept, what is under way is given up; Ctrl-C again stops at once\n');
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
