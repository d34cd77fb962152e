/** Ctrl-C: the first asks to finish cleanly, the second ends the process. */
import { EXIT } from './exit-codes.ts';

export interface Interrupt {
  readonly signal: AbortSignal;
  /** What the first Ctrl-C will say that happens to what is under way. */
  promise: string;
  /** Stops listening. */
  release(): void;
}

export function listenForInterrupt(say: (text: string) => void, exit: (code: number) => void): Interrupt {
  const controller = new AbortController();
  const onSignal = () => {
    if (controller.signal.aborted) exit(EXIT.interrupted);
    say(`\ninterrupted: ${interrupt.promise}; Ctrl-C again stops at once\n`);
    controller.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const interrupt: Interrupt = {
    promise: 'what is finished is kept, what is under way is given up',
    signal: controller.signal,
    release() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
  return interrupt;
}
