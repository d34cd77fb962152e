/** `kernel [name]`: checks and times the real multi-LoRA kernel on this machine. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProbeResult } from '../../real/backend.ts';
import { BACKENDS, chooseBackend } from '../../real/backends/index.ts';
import { conformanceCases, summarise } from '../../real/conformance.ts';
import { CURVES, curvePoints } from '../../real/curves.ts';
import { KernelProcess } from '../../real/isolate.ts';
import { loadPlan } from '../../real/load-plan.ts';
import type { LoadMeasurement } from '../../real/loads.ts';
import { describeMachine, fingerprint } from '../../real/machine.ts';
import { PROTOCOLS } from '../../real/measure.ts';
import { KERNEL_DTYPES, type KernelDtype } from '../../real/operator.ts';
import { encodeKernelRun, encodeLoads, isVague } from '../../real/results.ts';
import { runConformance } from '../../real/run-conformance.ts';
import { type Point, runKernel } from '../../real/run-kernel.ts';
import { SUITES, suitePoints } from '../../real/shapes.ts';
import { parameterCounts } from '../../scenario/geometry.ts';
import { MODELS } from '../../scenario/presets/models.ts';
import type { Command, Context } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { writeKernelFigures } from '../kernel-figures.ts';
import {
  conformanceTables,
  curveTables,
  loadTable,
  recordLegend,
  recordTable,
  rooflineText,
} from '../kernel-tables.ts';

const NAMES = [...SUITES, 'curves', ...CURVES, 'loads'];
const BACKEND_NAMES = ['auto', ...Object.keys(BACKENDS)];

interface Wanted {
  name: string | undefined;
  backend: string;
  quick: boolean;
  selfTest: boolean;
  dtype: KernelDtype;
  seed: string;
  out: string | undefined;
}

export const command: Command = {
  positionals: {
    name: {
      type: 'string',
      choices: NAMES,
      describe: 'One suite, curve, or loads; all suites otherwise',
      completes: NAMES,
    },
  },
  options: {
    backend: {
      choices: BACKEND_NAMES,
      default: 'auto',
      describe: 'What runs the kernels; a named one that cannot is exit 4',
    },
    quick: { type: 'boolean', default: false, describe: 'Small shapes, few samples: under a minute' },
    'self-test': {
      type: 'boolean',
      default: false,
      describe: 'Check results against float64 first; with auto, on every backend',
    },
    dtype: { choices: KERNEL_DTYPES, default: 'bf16', describe: 'Storage type of weights and activations' },
    seed: { type: 'string', describe: 'Data and order of shapes; drawn afresh otherwise' },
    out: { type: 'string', describe: 'Folder for results; reports/runs/kernel-… otherwise' },
  },
  examples: [
    ['kernel --self-test --quick', 'is every backend right on this machine?'],
    ['kernel curves --quick', 'scale-up, scale-down and scale-out as tables and figures'],
    ['kernel --backend cuda --self-test', 'a GPU: roofline, correctness, then all shapes'],
    ['kernel loads', 'adapters from disk into the backend, stage by stage'],
  ],
  async run(args, context) {
    const wanted: Wanted = {
      name: args.name as string | undefined,
      backend: args.backend as string,
      quick: args.quick === true,
      selfTest: args.selfTest === true || args['self-test'] === true,
      dtype: args.dtype as KernelDtype,
      seed: (args.seed as string | undefined) ?? randomBytes(4).toString('hex'),
      out: args.out as string | undefined,
    };
    const kernels = new KernelProcess(undefined, context.signal);
    try {
      return await run(wanted, kernels, context);
    } catch (error) {
      // The interrupt ended the process that computed.
      if (context.signal.aborted) return EXIT.interrupted;
      throw error;
    } finally {
      await kernels.close();
    }
  },
};

async function run(wanted: Wanted, kernels: KernelProcess, context: Context): Promise<number> {
  const { terminal, quiet } = context;
  const note = (text: string): void => {
    if (!quiet) terminal.err(text);
  };
  if (wanted.selfTest && wanted.backend === 'auto') {
    const probes: ProbeResult[] = [];
    for (const backend of Object.keys(BACKENDS))
      probes.push(await kernels.run({ op: 'probe', backend }).catch((error: Error) => brokenProbe(backend, error)));
    return selfTest(wanted, probes, context);
  }
  const { probe, why } = await chooseBackend(wanted.backend, (backend) => kernels.run({ op: 'probe', backend }));
  note(`backend: ${why}\n  ${probe.device}, ${probe.variant}\n`);
  if (probe.software) note('  a software device: results hold, times mean nothing\n');
  if (wanted.selfTest) {
    note(rooflineText(await kernels.run({ op: 'roofline', backend: probe.backend, quick: wanted.quick })));
    const code = await selfTest(wanted, [probe], context);
    if (code !== EXIT.ok || context.signal.aborted) return code;
  }
  return wanted.name === 'loads' ? loads(wanted, probe, kernels, context) : shapes(wanted, probe, kernels, context);
}

/** A probe that took its process with it. */
function brokenProbe(backend: string, { message: reason }: Error): ProbeResult {
  const step = { candidate: backend, outcome: 'failed' as const, reason, remedy: 'mint-bench doctor' };
  return { backend, usable: false, device: '', variant: '', software: false, dtypes: [], steps: [step] };
}

function progressOf(
  { progress, quiet, terminal }: Context,
  unit = 'shapes',
): (done: number, total: number, what: string) => void {
  if (!progress || quiet) return () => {};
  let shown = 0;
  return (done, total, what) => {
    if (terminal.live) terminal.err(`\r\u001b[K${done}/${total} ${what}${done === total ? '\r\u001b[K' : ''}`);
    else if (Math.floor((10 * done) / total) > shown) {
      shown = Math.floor((10 * done) / total);
      terminal.err(`${done}/${total} ${unit}\n`);
    }
  };
}

async function selfTest(wanted: Wanted, probes: readonly ProbeResult[], context: Context): Promise<number> {
  const { terminal, json, signal } = context;
  const cases = conformanceCases(wanted.quick ? 'small' : 'full', wanted.seed);
  const usable = probes.filter((probe) => probe.usable);
  const results = await runConformance(usable, cases, { signal, progress: progressOf(context, 'cases') });
  if (results === null) return EXIT.interrupted;
  const rows = summarise(results);
  if (json) terminal.outJson({ seed: wanted.seed, rows, backends: probes });
  else terminal.out(conformanceTables(rows, probes, terminal.results));
  const faults = rows.filter((row) => row.firstFault !== null);
  for (const { backend, group, firstFault } of faults) terminal.err(`${backend}, ${group}: ${firstFault}\n`);
  if (faults.length > 0)
    terminal.err(`repeat with --self-test${wanted.quick ? ' --quick' : ''} --seed ${wanted.seed}\n`);
  return faults.length === 0 ? EXIT.ok : EXIT.internal;
}

function pointsOf({ name, quick, dtype, seed }: Wanted): Point[] {
  const curves = () => curvePoints(quick, dtype, seed, (key) => parameterCounts(MODELS[key]).total);
  if (name === 'curves') return curves();
  if ((CURVES as readonly string[]).includes(name ?? '')) return curves().filter((point) => point.suite === name);
  const points = suitePoints(quick, dtype, seed);
  return name === undefined ? points : points.filter((point) => point.suite === name);
}

/** Where results go; made where it is not there. */
function folderOf({ out, seed }: Wanted, kind: string, { backend }: ProbeResult, mark: string): string {
  const folder = out ?? join('reports', 'runs', `kernel-${kind}-${backend}-${mark}-${seed}`);
  mkdirSync(folder, { recursive: true });
  return folder;
}

async function shapes(wanted: Wanted, probe: ProbeResult, kernels: KernelProcess, context: Context): Promise<number> {
  const { terminal, json, signal, line } = context;
  const protocol = wanted.quick ? 'quick' : 'full';
  const begun = new Date().toISOString();
  const measured = await runKernel(kernels, {
    probe,
    points: pointsOf(wanted),
    protocol: PROTOCOLS[protocol],
    quick: wanted.quick,
    seed: wanted.seed,
    signal,
    progress: progressOf(context),
  });
  const { records, roofline, skipped } = measured;
  const machine = describeMachine();
  const mark = fingerprint(machine, probe.device, probe.variant);
  const kind = wanted.name ?? 'suites';
  const folder = folderOf(wanted, kind, probe, mark);
  const file = join(folder, 'kernel.arrow');
  writeFileSync(
    file,
    encodeKernelRun({ machine, probe, roofline, protocol, seed: wanted.seed, command: line, measured: begun }, records),
  );
  const device = `${probe.device} (${probe.backend}, ${mark})${probe.software ? ', emulated: not a measurement' : ''}`;
  const figures = await writeKernelFigures(folder, records, roofline, device);
  if (json) {
    terminal.outJson({ device, fingerprint: mark, seed: wanted.seed, roofline, records, skipped, file, figures });
  } else {
    const curves = kind === 'curves' || (CURVES as readonly string[]).includes(kind);
    terminal.out(`measured on ${device}\n${rooflineText(roofline)}\n`);
    terminal.out((curves ? curveTables : recordTable)(records, terminal.results));
    terminal.out(`\n${recordLegend(curves, terminal.results)}`);
    terminal.out(`\n${file}\n${figures.map((path) => `${path}\n`).join('')}`);
  }
  for (const { name, reason } of skipped) terminal.err(`left out: ${name}: ${reason}\n`);
  const above = records.filter((record) => record.roofline_fraction > 1.05).length;
  if (above > 0)
    terminal.err(
      `warning: ${above} of ${records.length} shapes are above the roofline: other work disturbed its measurement, or a cache kept their weights\n`,
    );
  if (measured.unstable.length > 0)
    terminal.err(
      `warning: ${measured.unstable.length} of ${records.length} shapes never settled: other work shares the machine\n`,
    );
  const vague = records.filter(isVague).length;
  if (vague > 0)
    terminal.err(
      `warning: ${vague} of ${records.length} cold medians are uncertain by half or more: ${wanted.quick ? 'too few samples (--quick), or other work shares' : 'other work shares'} the machine\n`,
    );
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}

async function loads(wanted: Wanted, probe: ProbeResult, kernels: KernelProcess, context: Context): Promise<number> {
  const { terminal, json, signal, line } = context;
  const begun = new Date().toISOString();
  const results: LoadMeasurement[] = [];
  const plan = loadPlan(wanted.quick, wanted.seed);
  const show = progressOf(context, 'loads');
  for (const spec of plan) {
    if (signal.aborted) break;
    try {
      results.push(await kernels.run({ op: 'load', backend: probe.backend, spec }));
    } catch (error) {
      if (signal.aborted) break;
      throw error;
    }
    show(results.length, plan.length, spec.adapter.base.name);
  }
  const machine = describeMachine();
  const mark = fingerprint(machine, probe.device, probe.variant);
  const file = join(folderOf(wanted, 'loads', probe, mark), 'loads.arrow');
  writeFileSync(file, encodeLoads({ machine, probe, seed: wanted.seed, command: line, measured: begun }, results));
  const device = `${probe.device} (${probe.backend}, ${mark})`;
  if (json) terminal.outJson({ device, fingerprint: mark, seed: wanted.seed, loads: results, file });
  else terminal.out(`measured on ${device}\n${loadTable(results, terminal.results)}\n${file}\n`);
  return signal.aborted ? EXIT.interrupted : EXIT.ok;
}
