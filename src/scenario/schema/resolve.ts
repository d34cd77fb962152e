/** Fills what depends on other fields: shares and rates of cohorts, modules of the architecture, capacities of tiers. */
import { adapterModules } from '../geometry.ts';
import type { AdapterModule, BaseModel, Cohort, Population, Scenario } from '../scenario.ts';
import type { ScenarioInput } from '../schema.ts';
import { MODULES } from './adapter.ts';

interface Context {
  issues: { push(issue: never): unknown };
}

/** `uses`: other fields that the finding rests on; where one of them is wrong itself, that is the mistake. */
type Report = (
  id: string,
  message: string,
  path: (string | number)[],
  hint?: string,
  uses?: (string | number)[][],
) => void;

export function resolve(input: ScenarioInput, context: Context): Scenario {
  const report: Report = (id, message, path, hint, uses) => {
    context.issues.push({ code: 'custom', message, path, input: undefined, params: { id, hint, uses } } as never);
  };
  const { population, base, adapter, hardware, serving, sweep } = input;
  const { tiers } = serving;
  return {
    ...input,
    population: resolvePopulation(population, Object.keys(input.slo), report),
    adapter: { ...adapter, modules: resolveModules(adapter.modules, base, report) },
    serving: {
      ...serving,
      max_adapters_per_batch: serving.max_adapters_per_batch ?? serving.slots,
      tiers: {
        gpu: tiers.gpu,
        host: { ...tiers.host, capacity: tiers.host.capacity ?? Math.floor(0.75 * hardware.node.host_memory) },
        disk: { ...tiers.disk, capacity: tiers.disk.capacity ?? hardware.node.disk.capacity },
      },
    },
    sweep: Array.isArray(sweep) ? sweep : Object.entries(sweep).map(([path, values]) => ({ path, values })),
  };
}

function resolvePopulation(population: ScenarioInput['population'], objectives: string[], report: Report): Population {
  const { rate, rate_per_user, cohorts, ...rest } = population;
  const shares = resolveShares(cohorts.map((cohort) => cohort.share));
  const rates = resolveRates(population, shares, report);
  const defaultSlo = objectives.length === 1 ? objectives[0] : null;
  return {
    ...rest,
    cohorts: cohorts.map((cohort, i): Cohort => {
      const { rate: _r, rate_per_user: _u, rate_share: _s, ...kept } = cohort;
      return {
        ...kept,
        share: shares[i],
        rate: rates[i],
        popularity: cohort.popularity ?? population.popularity,
        slo: cohort.slo === undefined ? defaultSlo : cohort.slo,
      };
    }),
  };
}

/** Shares that are left out divide what remains equally. */
function resolveShares(written: (number | undefined)[]): number[] {
  const missing = written.filter((share) => share === undefined).length;
  const rest = Math.max(0, 1 - written.reduce<number>((sum, share) => sum + (share ?? 0), 0));
  return written.map((share) => share ?? rest / missing);
}

/**
 * Either one total split by `rate_share`, or a rate for each cohort; with both, the total scales the cohorts' rates. Only an
 * open loop needs rates; elsewhere they are the weights by which requests fall to cohorts, and default to the shares.
 */
function resolveRates(population: ScenarioInput['population'], shares: number[], report: Report): number[] {
  const { cohorts, users } = population;
  const perUser = (rate: number | undefined, count: number) => (rate === undefined ? undefined : rate * count);
  if (population.rate !== undefined && population.rate_per_user !== undefined) {
    report(
      'MB-E202',
      'population has both rate and rate_per_user',
      ['population', 'rate_per_user'],
      'keep one of them',
    );
  }
  const own = cohorts.map((cohort, i) => cohort.rate ?? perUser(cohort.rate_per_user, shares[i] * users));
  const withOwn = own.filter((rate) => rate !== undefined).length;
  const written = population.rate ?? perUser(population.rate_per_user, users);
  const total = written ?? (withOwn === 0 && population.arrivals.name !== 'open' ? 1 : undefined);
  cohorts.forEach((cohort, i) => {
    const at = ['population', 'cohorts', i];
    if (cohort.rate !== undefined && cohort.rate_per_user !== undefined) {
      report('MB-E202', 'the cohort has both rate and rate_per_user', [...at, 'rate_per_user'], 'keep one of them');
    } else if (total === undefined && own[i] === undefined && population.arrivals.name === 'open') {
      const hint = 'write population.rate, rate_per_user, or a rate in every cohort';
      report('MB-E202', `cohort ${cohort.name} has no request rate`, at, hint, [
        ['population', 'rate'],
        ['population', 'rate_per_user'],
      ]);
    } else if (total !== undefined && own[i] !== undefined && withOwn < cohorts.length) {
      const key = cohort.rate === undefined ? 'rate_per_user' : 'rate';
      const hint = 'use rate_share here, drop the total, or give every cohort a rate, which the total then scales';
      report(
        'MB-E202',
        'this cohort has a rate of its own, others do not, and population has a total',
        [...at, key],
        hint,
      );
    }
  });
  if (total === undefined) return own.map((rate) => rate ?? 0);
  const weights = own.map((rate, i) => rate ?? cohorts[i].rate_share ?? shares[i]);
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => (sum > 0 ? (total * weight) / sum : 0));
}

const ATTENTION: readonly AdapterModule[] = ['q', 'k', 'v', 'o', 'q_a', 'q_b', 'kv_a', 'kv_b'];
const MLP: readonly AdapterModule[] = ['gate', 'up', 'down', 'shared_experts'];
const GROUPS: Readonly<Record<string, readonly AdapterModule[]>> = {
  attention: ATTENTION,
  mlp: MLP,
  experts: ['experts'],
  'all-linear': [...ATTENTION, ...MLP, 'experts'],
};

function resolveModules(written: string | string[], base: BaseModel, report: Report): AdapterModule[] {
  const available = new Set<string>(adapterModules(base));
  const wanted = new Set<string>();
  const list = typeof written === 'string' ? [written] : written;
  list.forEach((name, i) => {
    const group = name === 'experts' ? undefined : GROUPS[name];
    const found = (group ?? [name]).filter((module) => available.has(module));
    if (found.length === 0) {
      const path = typeof written === 'string' ? ['adapter', 'modules'] : ['adapter', 'modules', i];
      report('MB-E218', `${base.name} has no modules ${name}`, path, `it has ${[...available].join(', ')}`);
    }
    for (const module of found) wanted.add(module);
  });
  return MODULES.filter((module) => wanted.has(module));
}
