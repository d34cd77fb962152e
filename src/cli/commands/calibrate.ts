/** `calibrate <kernel-run…>`: fits the simulator's LoRA cost to a kernel measurement and writes the profile. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ANCHOR_SETS, citedProfile } from '../../real/anchors.ts';
import { calibrate, joinKernelRuns } from '../../real/calibrate.ts';
import { readKernelRun } from '../../real/results.ts';
import { table } from '../../report/text-table.ts';
import { UserError } from '../../scenario/errors.ts';
import type { Command, Context } from '../command.ts';
import { formatBandwidth, formatFlops, formatSeconds } from '../format.ts';
import { calibrationTable } from '../kernel-tables.ts';

export const command: Command = {
  positionals: {
    run: {
      type: 'string',
      array: true,
      describe: 'Folders or kernel.arrow files that mint-bench kernel wrote, of one device',
      completes: 'files',
    },
  },
  options: {
    out: {
      type: 'string',
      describe: 'Profile to write; profile.json beside the measurement otherwise',
      completes: 'files',
    },
    gpu: {
      type: 'string',
      array: true,
      default: [],
      describe: 'Name of the scenario hardware that is this device; may be repeated',
    },
    published: {
      type: 'boolean',
      default: false,
      describe: 'Write the cited profiles of published measurements instead',
    },
  },
  examples: [
    ['calibrate reports/runs/kernel-suites-cpu-…', 'a profile with its error on held-out shapes'],
    ["calibrate reports/runs/kernel-… --gpu 'NVIDIA H100 SXM'", 'a profile that scenarios on this GPU may name'],
    ['calibrate decode-run prefill-run', 'one profile from two measurements of one device'],
    ['calibrate --published --out reports/profiles', 'profiles of published kernels'],
  ],
  async run(args, context) {
    if (args.published === true)
      return published((args.out as string | undefined) ?? join('reports', 'profiles'), context);
    const given = (args.run as string[] | undefined) ?? [];
    if (given.length === 0) throw new UserError('calibrate needs a kernel run: mint-bench kernel writes one');
    const files = given.map((path) => {
      const file = existsSync(path) && statSync(path).isDirectory() ? join(path, 'kernel.arrow') : path;
      if (!existsSync(file)) throw new UserError(`${file} does not exist; mint-bench kernel writes one`);
      return file;
    });
    const { terminal, json } = context;
    const calibration = calibrate(joinKernelRuns(files.map(readKernelRun)), {
      also: (args.gpu as string[]).map(String),
    });
    const { profile, fitError, notes } = calibration;
    const out = (args.out as string | undefined) ?? join(dirname(files[0]), 'profile.json');
    writeFileSync(out, `${JSON.stringify(profile, null, 2)}\n`);
    if (json) {
      terminal.outJson({ ...calibration, file: out });
      return undefined;
    }
    terminal.out(
      `${profile.kernel} on ${profile.device.name}\n` +
        table([
          ['a fused operator', formatSeconds(profile.operator_s)],
          ['each distinct adapter', formatSeconds(profile.adapter_s)],
          ['bytes', formatBandwidth(profile.bytes_per_s)],
          ['arithmetic', formatFlops(profile.flops_per_s)],
          ['error on the fitted shapes', `${(100 * fitError).toFixed(1)}% of ${profile.fit.shapes}`],
          ['error on the held-out shapes', `${(100 * profile.fit.mape).toFixed(1)}% of ${profile.fit.held_out}`],
        ]) +
        `\n${calibrationTable(calibration, terminal.results)}\n` +
        `${out}\nuse it in a scenario: serving: {cost: {model: profile, file: ${out}}}\n`,
    );
    for (const note of notes) terminal.err(`note: ${note}\n`);
    return undefined;
  },
};

function published(folder: string, { terminal, json }: Context): undefined {
  const profiles = ANCHOR_SETS.map(citedProfile);
  mkdirSync(folder, { recursive: true });
  for (const { name, profile } of profiles)
    writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(profile, null, 2)}\n`);
  if (json) {
    terminal.outJson(profiles);
    return;
  }
  const rows = profiles.flatMap(({ name, rows: anchors }) =>
    anchors.map(({ label, publishedUs, fittedUs }) => [name, label, publishedUs.toFixed(1), fittedUs.toFixed(1)]),
  );
  terminal.out(
    table(rows, {
      header: ['profile', 'anchor', 'published µs', 'fitted µs'],
      right: [2, 3],
      ...terminal.results,
    }),
  );
}
