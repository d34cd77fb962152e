/** Shipped calibrations of engine versions as `list` and `explain` show them. */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type EngineCalibration, engineCalibrationSchema } from '../scenario/engine-calibration.ts';
import { ENGINES } from '../scenario/presets/engines/index.ts';
import { GPUS } from '../scenario/presets/gpus.ts';
import { calibrationFile, calibrationNames, calibrationUsage } from '../scenario/shipped-calibrations.ts';
import { publishedFile, readReproduction } from '../study/reproduce/published.ts';
import type { Item } from './catalog.ts';
import { loadForCommand } from './load.ts';

const percent = (share: number) => `${Number((share * 100).toPrecision(2))}%`;
const errorText = (error: Readonly<Record<string, number>>) =>
  Object.entries(error)
    .map(([metric, share]) => `${metric} ${percent(share)}`)
    .join(', ');

export async function calibrationItems(): Promise<Item[]> {
  return calibrationNames().map(itemOf);
}

function itemOf(name: string): Item {
  const path = calibrationFile(name)!;
  const { engine, parameters, fit, frontend } = engineCalibrationSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  const sources = fit.published.map((one) => readReproduction(publishedFile(dirname(dirname(path)), one)));
  const gpus = [...new Set(sources.flatMap(gpusOf))].join(', ');
  const presets = Object.keys(ENGINES).filter((preset) => ENGINES[preset].calibrations?.includes(name));
  return {
    name,
    summary: `${engine}, fitted to ${fit.rows} published ${fit.rows === 1 ? 'row' : 'rows'} on ${gpus}`,
    facts: [
      ['engine', engine],
      ['preset', presets.join(', ')],
      ['fitted on', `${fit.rows} rows of ${sources.map(({ file }) => file.title).join('; ')}`],
      ['GPU', gpus],
      ['source', sources.map(({ file }) => file.source).join('; ')],
      ['error', `${errorText(fit.error)} on those rows`],
      ['held out', heldOut(fit.held_out)],
      [
        'sets',
        Object.entries(parameters)
          .map(([parameter, value]) => `${parameter}: ${value}`)
          .join(', '),
      ],
      [
        'frontend',
        frontend === undefined ? '' : `${frontend.seconds} s of every request, fitted to ${frontend.metric}`,
      ],
      ['again', `mint-bench reproduce ${fit.published.join(' ')} --fit`],
    ],
    text: `What a step of ${engine} costs: the roofline with parameters fitted to the rows named here alone. It changes step costs, and the way through the API server where it says frontend; nothing else of an engine preset.`,
    usage: calibrationUsage(name),
  };
}

const heldOut = (groups: EngineCalibration['fit']['held_out']): string =>
  groups.map(({ left_out, error }) => `without ${left_out}: ${errorText(error)} on it`).join('; ');

/** GPUs that the fitted rows were measured on, by the names that scenarios give. */
function gpusOf({ scenarioFile, file }: ReturnType<typeof readReproduction>): string[] {
  const fitted = file.groups.filter(({ use }) => use === 'fitted');
  return (fitted.length === 0 ? file.groups : fitted).map(({ set }) => {
    const written = set['hardware.gpu'];
    if (typeof written === 'string') return GPUS[written]?.name ?? written;
    return loadForCommand(scenarioFile, []).scenario.hardware.gpu.name;
  });
}
