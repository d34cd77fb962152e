/** `doctor`: what this machine offers, and what is missing for what. Exit code 4 where something required is missing. */
import { accessSync, constants, existsSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, freemem, totalmem } from 'node:os';
import { join } from 'node:path';
import { table } from '../../report/text-table.ts';
import type { Command } from '../command.ts';
import { EXIT } from '../exit-codes.ts';
import { formatBytes } from '../format.ts';

interface Check {
  name: string;
  ok: boolean;
  /** Without it the tool does not work; the rest is for some commands only. */
  required: boolean;
  found: string;
  remedy: string;
  /** What was tried, for --json. */
  steps?: readonly unknown[];
}

const require = createRequire(import.meta.url);

export const command: Command = {
  examples: [
    ['doctor', 'this machine'],
    ['doctor --json', 'to attach to a report'],
  ],
  async run(_args, { terminal, json }) {
    const checks = [node(), processor(), memory(), disk(), ...packages(), ...(await backends())];
    if (json) {
      terminal.outJson({ checks });
    } else {
      const mark = ({ ok, required }: Check) =>
        ok
          ? terminal.styleOut('green', 'ok')
          : required
            ? terminal.styleOut('red', 'missing')
            : terminal.styleOut('yellow', 'absent');
      const rows = checks.map((check) => [
        check.name,
        mark(check),
        check.ok ? check.found : `${check.found}; ${check.remedy}`,
      ]);
      terminal.out(table(rows, { width: terminal.screen }));
    }
    return checks.some(({ ok, required }) => required && !ok) ? EXIT.unavailable : EXIT.ok;
  },
};

function node(): Check {
  const version = process.versions.node;
  return {
    name: 'node',
    ok: Number(version.split('.')[0]) >= 20,
    required: true,
    found: `${version}, ${process.platform} ${process.arch}`,
    remedy: 'mint-bench needs Node 20 or later',
  };
}

function processor(): Check {
  const model = cpus()[0]?.model.trim().replaceAll(/\s+/g, ' ') ?? 'unknown';
  return {
    name: 'processor',
    ok: true,
    required: false,
    found: `${availableParallelism()} threads, ${model}`,
    remedy: '',
  };
}

/** What 1M.yaml needs at its peak. */
const MEMORY_FOR_A_MILLION = 1.5 * 2 ** 30;

function memory(): Check {
  const available = Math.min(process.availableMemory?.() ?? freemem(), totalmem());
  return {
    name: 'memory',
    ok: available >= MEMORY_FOR_A_MILLION,
    required: false,
    found: `${formatBytes(available)} of ${formatBytes(totalmem())} available`,
    remedy: 'a million users take 1.5 GiB; use fewer',
  };
}

function disk(): Check {
  const { bavail, bsize } = statfsSync(process.cwd());
  let writable = true;
  try {
    accessSync(process.cwd(), constants.W_OK);
  } catch {
    writable = false;
  }
  return {
    name: 'disk',
    ok: writable && bavail * bsize > 2 ** 30,
    required: false,
    found: `${formatBytes(bavail * bsize)} free here${writable ? '' : ', not writable'}`,
    remedy: 'results go to reports/ below the working directory; choose another place with --out',
  };
}

/** Folder of an installed package, or null. */
function packageFolder(name: string): string | null {
  for (const base of require.resolve.paths(name) ?? []) {
    if (existsSync(join(base, name, 'package.json'))) return join(base, name);
  }
  return null;
}

function packages(): Check[] {
  const check = (name: string, required: boolean, purpose: string): Check => {
    const folder = packageFolder(name);
    const version = folder === null ? '' : (require(join(folder, 'package.json')) as { version: string }).version;
    return {
      name,
      ok: folder !== null,
      required,
      found: folder === null ? `not installed (${purpose})` : `${version} (${purpose})`,
      remedy: required ? 'run npm ci' : `npm install ${name}`,
    };
  };
  return [
    check('@resvg/resvg-js', true, 'PNG figures'),
    fonts(),
    check('apache-arrow', true, 'result tables'),
    check('webgpu', false, 'kernels on any GPU'),
    check('@tensorflow/tfjs-core', false, 'TensorFlow.js baseline of the kernel'),
  ];
}

function fonts(): Check {
  const folder = packageFolder('dejavu-fonts-ttf');
  const file = folder === null ? null : join(folder, 'ttf', 'DejaVuSans.ttf');
  const ok = file !== null && existsSync(file);
  return {
    name: 'fonts',
    ok,
    required: true,
    found: ok ? 'DejaVu Sans (text of figures)' : 'no font for figures',
    remedy: 'run npm ci',
  };
}

/** Every kernel backend, probed in a child process: a driver that crashes is a finding, not our end. */
async function backends(): Promise<Check[]> {
  const [{ BACKENDS }, { KernelProcess }] = await Promise.all([
    import('../../real/backends/index.ts'),
    import('../../real/isolate.ts'),
  ]);
  const kernels = new KernelProcess();
  const checks: Check[] = [];
  for (const backend of Object.keys(BACKENDS)) {
    try {
      const { usable, device, variant, software, steps } = await kernels.run({ op: 'probe', backend });
      const found = `${device}${variant === '' ? '' : ` (${variant})`}${software ? ', emulated: results hold, times mean nothing' : ''}`;
      const last = steps.findLast(({ outcome }) => outcome !== 'ok');
      // Something better was tried before what was found: TensorFlow.js's CUDA binding, which no install brings by itself.
      const better = steps.find(({ outcome, remedy }) => outcome === 'missing' && remedy.startsWith('npm install'));
      checks.push({
        name: `kernel ${backend}`,
        ok: usable,
        required: false,
        found: usable
          ? `${found}${better ? `; without ${better.candidate}: ${better.remedy}` : ''}`
          : (last?.reason ?? 'not usable'),
        remedy: steps.findLast(({ remedy }) => remedy !== '')?.remedy ?? 'kernels run on another backend',
        steps,
      });
    } catch (error) {
      checks.push({
        name: `kernel ${backend}`,
        ok: false,
        required: false,
        found: error instanceof Error ? error.message : String(error),
        remedy: 'kernels run on another backend',
      });
    }
  }
  await kernels.close();
  return checks;
}
