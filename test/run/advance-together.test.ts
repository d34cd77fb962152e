/** Cells that run ahead of each other against cells that all stop at every interval, as the definition has it. */
import { describe, expect, test } from 'vitest';
import { EventLog } from '../../src/metrics/event-log.ts';
import { advanceTogether, lastNs, type NumberedCell } from '../../src/run/advance-together.ts';
import { maxMinShares } from '../../src/run/max-min.ts';
import { SharedBoard } from '../../src/run/shared-board.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';
import { buildCell, sharedTables } from '../../src/sim/build-cell.ts';
import { toNs } from '../../src/sim/clock.ts';
import { COUPLED, small } from './small.ts';

function cellsOf(scenario: Scenario): NumberedCell[] {
  const tables = sharedTables(scenario);
  return Array.from({ length: scenario.hardware.cells }, (_, number) => {
    const log = new EventLog();
    const cell = buildCell({ scenario, cell: number, trace: null, check: true, tables, createRecorder: () => log });
    log.attach(cell.parts.table, cell);
    return { number, cell };
  });
}

/** Every cell, interval by interval: nobody begins one before all have ended the one before. */
function inLockstep(scenario: Scenario, cells: readonly NumberedCell[]): void {
  const { bandwidth, interval } = scenario.hardware.object_store;
  const intervalNs = toNs(interval);
  const last = lastNs(scenario);
  for (let untilNs = intervalNs; cells.some(({ cell }) => cell.nextTimeNs() < last); untilNs += intervalNs) {
    for (const { cell } of cells) cell.advance(Math.min(untilNs, last));
    const demands = cells.map(({ cell }) => cell.takeObjectDemand() / (intervalNs / 1e9));
    const shares = maxMinShares(Float64Array.from(demands), bandwidth);
    cells.forEach(({ cell }, i) => {
      if (cell.nextTimeNs() < last) cell.setObjectShare(shares[i], untilNs);
    });
  }
}

const fates = (cells: readonly NumberedCell[]) =>
  cells.map(({ cell: { events, digest, arrivals, finished, refused, nowNs } }) => ({
    events,
    digest,
    arrivals,
    finished,
    refused,
    nowNs,
  }));

describe('cells that share the object store', () => {
  test.each([
    ['a store that everybody waits for', COUPLED],
    ['a wide store', ['hardware.object_store={bandwidth: 40GB/s, interval: 0.5s}']],
    ['short intervals', ['hardware.object_store={bandwidth: 400MB/s, interval: 20ms}']],
    [
      'a latency longer than the interval',
      ['hardware.object_store={bandwidth: 1GB/s, interval: 50ms, latency: 180ms}'],
    ],
    ['disks that hold everything', [...COUPLED, 'population.start=steady', 'serving.tiers.disk.capacity=1TB']],
    [
      'cells of unequal traffic',
      [...COUPLED, 'population.popularity={law: zipf, exponent: 1.4}', 'population.rate=8/s'],
    ],
    ['an end before all is done', [...COUPLED, 'budget.drain=1s', 'population.rate=60/s']],
  ])('end as if they all stopped at every interval: %s', (_, changes) => {
    const scenario = small(...changes);
    const plain = cellsOf(scenario);
    inLockstep(scenario, plain);
    const cells = cellsOf(scenario);
    advanceTogether(scenario, new SharedBoard(cells.length), cells);
    expect(fates(cells)).toEqual(fates(plain));
    expect(fates(plain).reduce((sum, { finished }) => sum + finished, 0)).toBeGreaterThan(50);
  });

  test('do not wait for each other where nobody needs the store', () => {
    const scenario = small(...COUPLED, 'population.start=steady', 'serving.tiers.disk.capacity=1TB');
    const board = new SharedBoard(scenario.hardware.cells);
    let asked = 0;
    const demandsIn = board.demandsIn.bind(board);
    board.demandsIn = (interval) => {
      asked++;
      return demandsIn(interval);
    };
    advanceTogether(scenario, board, cellsOf(scenario));
    expect(asked).toBe(0);
  });
});
