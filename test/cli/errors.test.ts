import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { failure } from '../../src/cli/errors.ts';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { UsageError } from '../../src/cli/parse.ts';
import { Terminal } from '../../src/cli/terminal.ts';
import { EnvironmentError, UserError } from '../../src/scenario/errors.ts';
import { BudgetError } from '../../src/sim/cell.ts';
import { InvariantError } from '../../src/sim/invariants.ts';

/** As it arrives from a worker thread. */
function copied(error: Error): unknown {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(error);
  const received = receiveMessageOnPort(port2)!.message;
  port1.close();
  return received;
}

const of = (thrown: unknown) => failure(thrown, new Terminal('never'), 'mint-bench run x.yaml');

describe('failures', () => {
  it.each([
    [new UsageError('no'), EXIT.usage],
    [new UserError('no'), EXIT.scenario],
    [new EnvironmentError('no', [], 'try this'), EXIT.unavailable],
    [new InvariantError('INV-2', 'cell 3', 1, 2), EXIT.invariant],
    [new BudgetError('max_queue', 10, 5e9), EXIT.scenario],
    [new TypeError('x is not a function'), EXIT.internal],
    ['a string', EXIT.internal],
  ])('%s', (error, code) => {
    expect(of(error).code).toBe(code);
    expect(of(error).text.endsWith('\n')).toBe(true);
    expect(of(error).data.exit_code).toBe(code);
  });

  it('keep their kind across threads', () => {
    expect(of(copied(new InvariantError('INV-2', 'cell 3', 1, 2)))).toMatchObject({ code: EXIT.invariant });
    expect(of(copied(new BudgetError('max_queue', 10, 5e9)))).toMatchObject({ code: EXIT.scenario });
    expect(of(copied(new UserError('too large')))).toMatchObject({
      code: EXIT.scenario,
      text: 'error MB-E000: too large\n\n1 error\n',
    });
    expect(of(copied(new EnvironmentError('no', ['x'], 'y')))).toMatchObject({ code: EXIT.unavailable });
    expect(of(copied(new RangeError('boom')))).toMatchObject({ code: EXIT.internal });
  });

  it('say what to do: remedies for the environment, a replay line for bugs', () => {
    expect(of(new EnvironmentError('no GPU', ['cuda: missing'], 'install a driver')).text).toBe(
      'error: no GPU\n  tried: cuda: missing\n  install a driver\n',
    );
    expect(of(new Error('boom')).text).toMatch(/This is a bug in mint-bench. Replay: mint-bench run x.yaml\n$/);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      path: 'reports/a',
    });
    expect(of(full)).toMatchObject({ code: EXIT.unavailable, text: 'error: reports/a: the disk is full (ENOSPC)\n' });
  });
});
