/** The page of a made-up run, and a run whose every name tries to leave its place. */
import { stringify } from 'yaml';
import { digest } from '../../src/report/digest.ts';
import { drawAll } from '../../src/report/draw.ts';
import type { FigureId } from '../../src/report/figures/index.ts';
import { page } from '../../src/report/html/page.ts';
import { runJson } from '../../src/report/html/run-data.ts';
import type { RunTables } from '../../src/report/run-data.ts';
import { runTables } from './fixture.ts';

export const HOSTILE = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  "'; </title></style><svg onload=alert(3)>",
] as const;

/** The figures that show names of cohorts. */
export const NAMING: readonly FigureId[] = ['ttft-distribution', 'lookups-by-cohort', 'slo-attainment', 'lost-time'];

export function hostileRun(): RunTables {
  const run = runTables([...HOSTILE]);
  const [script, image, svg] = HOSTILE;
  return {
    ...run,
    manifest: { command: `mint-bench run ${script}`, [image]: svg },
    scenario: {
      ...run.scenario,
      name: `${script}${svg}`,
      description: image,
      base: { ...run.scenario.base, name: image },
    },
  };
}

/** @param only figures to draw, all of them by default */
export async function pageOf(run: RunTables, only?: readonly FigureId[]): Promise<string> {
  const figures = await drawAll('run', run, { kind: 'simulated', source: `run ${run.hash.slice(0, 10)}` }, { only });
  const summary = digest(run);
  return page({
    digest: summary,
    hash: run.hash,
    figures,
    summary: run.summary,
    manifest: run.manifest,
    scenario: stringify(run.scenario),
    data: runJson(run, summary.reproduce, figures),
  });
}
