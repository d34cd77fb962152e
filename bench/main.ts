/**
 * `npm run bench [name…]`: every number that the project wants to reach, beside its target and the machine. Timings on a shared
 * machine scatter: read ratios within one run, and run it on a quiet machine.
 */
import { cpus, totalmem } from 'node:os';
import { catalogBench, engineBench, engineQuickBench } from './engine.ts';
import { kernelsBench, kernelsQuickBench } from './kernels.ts';
import { gib, type Line } from './measure.ts';
import { residencyBench } from './residency.ts';
import { hundredMillionBench, millionBench, startupBench, workersBench } from './whole-runs.ts';

/** By name, in the order they run: short ones first. */
const BENCHES: Record<string, () => Line[] | Promise<Line[]>> = {
  startup: startupBench,
  engine: engineBench,
  'engine-quick': engineQuickBench,
  catalog: catalogBench,
  residency: () =>
    residencyBench().map((result) => ({
      what: `residency replay ${result.name}`,
      value: `${result.value.toFixed(1)} ${result.unit} (${result.cpu.toFixed(1)} by CPU time), misses ${result.missRatio.toFixed(3)}`,
      target: { 'lru unit': '10 M/s', 'sieve unit': '20 M/s' }[result.name] ?? '',
    })),
  'kernels-quick': kernelsQuickBench,
  kernels: kernelsBench,
  million: millionBench,
  workers: workersBench,
  'hundred-million': hundredMillionBench,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`unknown benchmark ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}`);
  process.exit(2);
}
const [cpu] = cpus();
console.log(`${cpu.model}, ${cpus().length} cores, ${gib(totalmem())}, Node ${process.version}\n`);
for (const [name, bench] of Object.entries(BENCHES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  for (const { what, value, target } of await bench()) {
    console.log(`${what.padEnd(58)} ${value.padEnd(16)}${target === '' ? '' : ` target ${target}`}`);
  }
}
