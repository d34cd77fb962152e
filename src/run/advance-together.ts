/**
 * Cells that share the object store. Every interval its bandwidth is divided anew, by what each cell wanted in the interval before
 * (max-min.ts). A cell runs ahead of the others until its result depends on a share that is not known yet: where something is on its
 * way at the start of an interval, or enters the way to the store within it. What it waits for then is that every cell has come to the
 * start of that interval. So cells that need little of the store seldom wait for each other, a cell's memory stays in the cache
 * for as long as it runs, and the result is that of cells which all stop at every interval.
 */
import type { Scenario } from '../scenario/scenario.ts';
import type { Cell } from '../sim/cell.ts';
import { toNs } from '../sim/clock.ts';
import { maxMinShares } from './max-min.ts';
import type { SharedBoard } from './shared-board.ts';

export interface NumberedCell {
  number: number;
  cell: Cell;
}

/** Nothing is simulated from here on; Infinity where every request may finish. */
export const lastNs = ({ duration, budget }: Scenario): number => toNs(duration) + toNs(budget.drain);

/** Everything before `stopNs` of this worker's part of the cells; other workers run the rest over the same board at the same time. */
export function advanceTogether(
  scenario: Scenario,
  board: SharedBoard,
  mine: readonly NumberedCell[],
  stopNs = Number.POSITIVE_INFINITY,
): void {
  const { bandwidth, interval } = scenario.hardware.object_store;
  const until = { intervalNs: Math.max(1, toNs(interval)), lastNs: lastNs(scenario), stopNs };
  const shares = new Shares(board, bandwidth);
  const cells = mine.map((each) => new CoupledCell(each, board, shares, until));
  for (;;) {
    const seen = board.posts();
    let moved = false;
    for (const cell of cells) if (cell.advance()) moved = true;
    if (cells.every(({ over }) => over)) return;
    if (!moved) board.waitForPost(seen);
  }
}

/** What each cell has of the store, by what all wanted in the interval before; computed once for the cells that ask after one another. */
class Shares {
  private readonly board: SharedBoard;
  private readonly bandwidth: number;
  private interval = -1;
  private shares: Float64Array = new Float64Array(0);

  constructor(board: SharedBoard, bandwidth: number) {
    this.board = board;
    this.bandwidth = bandwidth;
  }

  /** Bytes/s by cell; null where not every cell has come to the start of the interval. */
  in(interval: number): Float64Array | null {
    if (interval === this.interval) return this.shares;
    const demands = this.board.demandsIn(interval - 1);
    if (demands === null) return null;
    this.interval = interval;
    this.shares = maxMinShares(demands, this.bandwidth);
    return this.shares;
  }
}

class CoupledCell {
  over = false;
  private interval = 0;
  /** Its next event depends on the share of this interval. */
  private needsShare = false;
  private readonly each: NumberedCell;
  private readonly board: SharedBoard;
  private readonly shares: Shares;
  private readonly until: { intervalNs: number; lastNs: number; stopNs: number };

  constructor(each: NumberedCell, board: SharedBoard, shares: Shares, until: CoupledCell['until']) {
    this.each = each;
    this.board = board;
    this.shares = shares;
    this.until = until;
  }

  /** Runs as far as it can without the others; false where that is nowhere. */
  advance(): boolean {
    let moved = false;
    while (!this.over && this.step()) moved = true;
    return moved;
  }

  /** The rest of the interval, or what of it does not depend on the share. False where it waits for other cells. */
  private step(): boolean {
    const { board, interval } = this;
    const { number, cell } = this.each;
    const { intervalNs, lastNs, stopNs } = this.until;
    board.checkStopped();
    if (!board.mayPost(interval)) return false;
    if (this.needsShare) {
      const shares = this.shares.in(interval);
      if (shares === null) return false;
      cell.setObjectShare(shares[number], interval * intervalNs);
      this.needsShare = false;
    }
    const untilNs = (interval + 1) * intervalNs;
    this.needsShare = !cell.advance(Math.min(untilNs, lastNs, stopNs));
    board.report(number, cell.nowNs, cell.arrivals, cell.events);
    if (this.needsShare) return true;
    const done = cell.nextTimeNs() >= lastNs;
    board.post(number, cell.takeObjectDemand() / (intervalNs / 1e9), done);
    this.over = done || untilNs >= stopNs;
    this.interval++;
    if (!this.over) this.needsShare = cell.beginInterval();
    return true;
  }
}
