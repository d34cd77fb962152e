/**
 * The simulator's own speed on one core: 1M.yaml's lengths, chunking, links and metrics, set-up excluded, in the calling
 * thread; and how the cost of a request grows with the catalog.
 */

import { join } from 'node:path';
import { FAMILIES } from '../src/run/families.ts';
import { SharedBoard } from '../src/run/shared-board.ts';
import { simulateCells } from '../src/run/simulate-cells.ts';
import { loadScenario } from '../src/scenario/load.ts';
import { type Line, perSecond, root } from './measure.ts';

const CATALOG_ROUNDS = 3;

interface Timed {
  requests: number;
  events: number;
  cpuSeconds: number;
}

/** Simulates one cell's share; `sets` as on the command line. CPU time of the whole simulation, set-up included. */
function simulate(scenarioName: string, sets: Readonly<Record<string, unknown>>): Timed {
  const { scenario } = loadScenario(join(root, 'scenarios', `${scenarioName}.yaml`), {
    families: FAMILIES,
    overrides: Object.entries(sets).map(([path, value]) => ({ path, value })),
  });
  const board = new SharedBoard(scenario.hardware.cells);
  const before = process.cpuUsage();
  simulateCells({
    scenario,
    cells: Array.from({ length: scenario.hardware.cells }, (_, cell) => cell),
    board: board.buffer,
    trace: null,
    check: false,
  });
  const used = process.cpuUsage(before);
  const { arrivals, events } = board.progress();
  return { requests: arrivals, events, cpuSeconds: (used.user + used.system) / 1e6 };
}

/**
 * A long run minus a short one: what set-up costs cancels out. Each is the least of `rounds`, in turn: the least difference
 * of pairs would be lucky where a short run was disturbed.
 */
function marginal(
  name: string,
  sets: Readonly<Record<string, unknown>>,
  hours: readonly [number, number],
  rounds = 1,
): Timed {
  const timed = Array.from({ length: rounds }, () =>
    hours.map((duration) => simulate(name, { ...sets, duration: `${duration}h`, warmup: '10min' })),
  );
  const [short, long] = hours.map((_, which) =>
    timed.map((round) => round[which]).reduce((a, b) => (b.cpuSeconds < a.cpuSeconds ? b : a)),
  );
  return {
    requests: long.requests - short.requests,
    events: long.events - short.events,
    cpuSeconds: long.cpuSeconds - short.cpuSeconds,
  };
}

export function engineBench(): Line[] {
  simulate('1M', { duration: '30min', warmup: '5min' });
  const measured = marginal('1M', {}, [1, 3], 3);
  return [
    {
      what: 'engine, one core, 1M.yaml: requests by CPU time',
      value: perSecond(measured.requests / measured.cpuSeconds),
      target: '500,000/s',
    },
    { what: '  events a request', value: (measured.events / measured.requests).toFixed(2), target: '' },
    {
      what: '  against the core of Vidur (431/s on such a machine)',
      value: `${Math.round(measured.requests / measured.cpuSeconds / 431)}×`,
      target: '1,000×',
    },
  ];
}

/** A few seconds of the same, for `compare --bench`: samples are taken in many processes instead of one. */
export function engineQuickBench(): Line[] {
  simulate('1M', { duration: '10min', warmup: '1min' });
  const { requests, cpuSeconds } = marginal('1M', {}, [0.25, 0.75]);
  return [
    { what: 'engine, half an hour of 1M.yaml, by CPU time', value: perSecond(requests / cpuSeconds), target: '' },
  ];
}

/** Catalogs of 10^4 to 10^7 users with tiers in proportion, so that hit ratios are alike. */
export function catalogBench(): Line[] {
  const sizes = [1e4, 1e5, 1e6, 1e7];
  const cost = (users: number): number => {
    const sets = {
      'population.users': users,
      'population.popularity': { law: 'uniform' },
      'serving.tiers.host.capacity': `${Math.max(200, Math.round((users / 16) * 0.25)) * 61.1e6}`,
      'serving.tiers.disk.capacity': `${Math.max(400, Math.round(users / 8)) * 61.1e6}`,
      'hardware.node.disk.capacity': `${Math.max(400, Math.round(users / 8)) * 61.1e6}`,
      'hardware.node.host_memory': '100TiB',
    };
    const timed = marginal('1M', sets, [0.5, 1.5]);
    return (timed.cpuSeconds / timed.requests) * 1e6;
  };
  // In turn, and the least of each: a machine whose speed drifts would otherwise show as a catalog's cost.
  const rounds = Array.from({ length: CATALOG_ROUNDS }, () => sizes.map(cost));
  const perRequest = sizes.map((users, size) => ({ users, micros: Math.min(...rounds.map((round) => round[size])) }));
  return [
    ...perRequest.map(({ users, micros }) => ({
      what: `cost a request with ${users.toLocaleString('en-US')} users`,
      value: `${micros.toFixed(2)} µs`,
      target: '',
    })),
    {
      what: '  largest over smallest catalog',
      value: `${(perRequest[perRequest.length - 1].micros / perRequest[0].micros).toFixed(2)}×`,
      target: 'at most 1.5×',
    },
  ];
}
