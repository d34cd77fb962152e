/**
 * Everything that `list` shows and `explain` explains, one kind at a time, read off the registries. Each kind imports its
 * registry when it is asked for.
 */
import type { Scope } from '../report/figures/figure.ts';
import type { Entry } from '../scenario/family.ts';
import type { FamilyName } from '../scenario/schema.ts';
import { EXIT_CODES } from './exit-codes.ts';
import { formatBandwidth, formatBytes, formatFlops, formatParameters, formatSeconds } from './format.ts';

/** One thing with a name. */
export interface Item {
  readonly name: string;
  readonly summary: string;
  /** Facts for `explain`, in order; empty values are left out. */
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Sentences for `explain`. */
  readonly text?: string;
  /** How a scenario names it. */
  readonly usage?: string;
}

export interface Kind {
  /** As `list` takes it. */
  readonly name: string;
  readonly title: string;
  /** Definition of the JSON Schema whose names these are, where it is called otherwise. */
  readonly form?: string;
  items(): Promise<readonly Item[]>;
}

export const FAMILY_TITLES: Readonly<Record<FamilyName, string>> = {
  popularity: 'Popularity laws: how request rates differ between users',
  drift: 'Drift: how popularity moves over time',
  lengths: 'Length laws: tokens of prompts and answers, turns of a session',
  durations: 'Duration laws: think time',
  burstiness: 'Burstiness of arrivals',
  arrivals: 'Arrival modes',
  eviction: 'Eviction policies of the adapter tiers',
  prefetch: 'Prefetch policies',
  routing: 'Routing policies: which replica serves a request',
  scheduling: 'Scheduling policies: which waiting request starts',
  admission: 'Admission policies',
  cost: 'Cost models: what a step takes',
  updates: 'Update laws: when adapters are trained anew',
};

/** Where a scenario chooses from a family. */
const FAMILY_PATHS: Readonly<Record<FamilyName, string>> = {
  popularity: 'population.popularity',
  drift: 'population.drift',
  lengths: 'population.cohorts[].prompt_tokens',
  durations: 'population.cohorts[].sessions.think_time',
  burstiness: 'population.cohorts[].burstiness',
  arrivals: 'population.arrivals',
  eviction: 'serving.tiers.gpu.eviction',
  prefetch: 'serving.prefetch',
  routing: 'serving.routing',
  scheduling: 'serving.scheduling',
  admission: 'serving.admission',
  cost: 'serving.cost',
  updates: 'lifecycle.updates',
};

/** What holds where a parameter is left out. Text that is empty by default names nothing: a file that has to be named. */
function defaultText(value: unknown, about: string, required: boolean): string {
  if (required || value === '') return 'must be given';
  if (value === undefined) return 'optional';
  if (typeof value === 'number' && /seconds/i.test(about)) return `default ${formatSeconds(value)}`;
  return `default ${typeof value === 'string' ? value : JSON.stringify(value)}`;
}

async function familyItems(family: FamilyName): Promise<Item[]> {
  const [{ FAMILIES }, { FAMILY_KEY }, { parametersJsonSchema }] = await Promise.all([
    import('../run/families.ts'),
    import('../scenario/schema.ts'),
    import('../scenario/json-schema.ts'),
  ]);
  const key = FAMILY_KEY[family];
  return Object.entries(FAMILIES[family] as Readonly<Record<string, Entry>>).map(([name, entry]) => {
    const schema = parametersJsonSchema(entry.params);
    const properties = Object.entries(
      (schema.properties ?? {}) as Record<string, { description?: string; enum?: unknown[] }>,
    );
    const required = (schema.required ?? []) as string[];
    const defaults = entry.params.safeParse({});
    const values = (defaults.success ? defaults.data : {}) as Record<string, unknown>;
    const facts = properties.map(([param, property]) => {
      const choices = property.enum === undefined ? '' : ` (${property.enum.join(', ')})`;
      const about = (property.description ?? '').replace(/\.$/, '');
      return [param, `${about}${choices}; ${defaultText(values[param], about, required.includes(param))}`] as const;
    });
    return {
      name,
      summary: entry.summary,
      facts: [['source', entry.source], ...facts] as const,
      usage: `${FAMILY_PATHS[family]}: ${properties.length === 0 ? name : `{${key}: ${name}, ${properties[0][0]}: …}`}`,
    };
  });
}

async function modelItems(): Promise<Item[]> {
  const [{ MODELS }, geometry] = await Promise.all([
    import('../scenario/presets/models.ts'),
    import('../scenario/geometry.ts'),
  ]);
  return Object.entries(MODELS).map(([name, model]) => {
    const { total, active } = geometry.parameterCounts(model);
    const { moe, mla, window } = model;
    const size =
      moe === null ? formatParameters(total) : `${formatParameters(total)}, ${formatParameters(active)} active`;
    const adapter = geometry.adapterShape(
      model,
      geometry.adapterModules(model).filter((module) => !['router', 'embed', 'lm_head'].includes(module)),
    );
    return {
      name,
      summary: `${model.name}: ${size} parameters, ${moe === null ? 'dense' : `${moe.experts} experts, ${moe.top_k} a token`}`,
      facts: [
        ['parameters', size],
        ['hidden', String(model.hidden)],
        ['layers', String(model.layers)],
        [
          'heads',
          mla === null
            ? `${model.heads}, ${model.kv_heads} KV heads of ${model.head_dim}`
            : `${model.heads}, latent attention`,
        ],
        [
          'latent',
          mla === null
            ? ''
            : `q ${mla.q_lora}, kv ${mla.kv_lora} + rope ${mla.rope_dim}, head ${mla.nope_dim}/${mla.v_dim}`,
        ],
        ['mlp', model.mlp === 0 ? '' : String(model.mlp)],
        [
          'experts',
          moe === null
            ? ''
            : `${moe.experts} of ${moe.expert_mlp}, ${moe.top_k} a token, ${moe.shared} shared, first ${moe.dense_first} layers dense`,
        ],
        ['window', window === null ? '' : `${window.tokens} tokens in ${window.layers} layers`],
        ['vocabulary', `${model.vocab}${model.tied ? ', tied' : ''}`],
        ['max context', `${model.max_context} tokens`],
        ['weights', `${formatBytes(geometry.modelBytes(model))} in ${model.weight_dtype}`],
        ['KV cache', `${formatBytes(geometry.kvBytesPerToken(model))} a token in ${model.kv_dtype}`],
        [
          'adapter',
          `${formatParameters(adapter.parametersPerRank)} parameters a rank on all linear layers, ${adapter.tensors} tensors (${adapter.packedTensors} packed)`,
        ],
        ['source', model.source],
      ],
      usage: `base: ${name}`,
    };
  });
}

async function gpuItems(): Promise<Item[]> {
  const { GPUS } = await import('../scenario/presets/gpus.ts');
  return Object.entries(GPUS).map(([name, gpu]) => ({
    name,
    summary: `${gpu.name}: ${formatBytes(gpu.memory)}, ${formatBandwidth(gpu.memory_bandwidth)}`,
    facts: [
      ['memory', `${formatBytes(gpu.memory)} at ${formatBandwidth(gpu.memory_bandwidth)}`],
      [
        'compute',
        Object.entries(gpu.flops)
          .map(([dtype, rate]) => `${dtype} ${formatFlops(rate)}`)
          .join(', '),
      ],
      [
        'links',
        `${formatBandwidth(gpu.intra_node_bandwidth)} inside a node, ${formatBandwidth(gpu.inter_node_bandwidth)} between nodes, PCIe ${formatBandwidth(gpu.pcie_bandwidth)} (one direction)`,
      ],
      ['price', `$${gpu.price_per_hour}/h, a round figure to be overridden`],
      ['power', `${gpu.power} W`],
      ['source', gpu.source],
    ],
    usage: `hardware.gpu: ${name}`,
  }));
}

async function engineItems(): Promise<Item[]> {
  const { ENGINES } = await import('../scenario/presets/engines/index.ts');
  return Object.entries(ENGINES).map(([name, engine]) => ({
    name,
    summary: engine.summary,
    facts: [
      ['source', engine.source],
      ...Object.entries(engine.sets).map(
        ([path, { value, source }]) => [`serving.${path}`, `${JSON.stringify(value)}; ${source}`] as const,
      ),
      ['leaves out', engine.leaves],
      [
        'on larger GPUs',
        engine.larger === undefined
          ? ''
          : `from ${formatBytes(engine.larger.memory)} on ${JSON.stringify(engine.larger.values)}, to be set by the scenario; ${engine.larger.source}`,
      ],
      [
        'calibrations',
        engine.calibrations === undefined
          ? 'none ships for this system: its steps cost the uncalibrated roofline'
          : `${engine.calibrations.join(', ')} (mint-bench list calibrations); without one its steps cost the uncalibrated roofline`,
      ],
    ],
    text: `${engine.summary}. What a scenario writes itself takes precedence.`,
    usage: `serving: {engine: ${name}}`,
  }));
}

async function metricItems(): Promise<Item[]> {
  const { METRICS } = await import('../metrics/catalog/index.ts');
  return METRICS.map((metric) => ({
    name: metric.name,
    summary: metric.definition.split(/(?<=\.)\s/)[0].replace(/\.$/, ''),
    facts: [
      ['unit', metric.unit],
      ['better', metric.better],
      ['scope', metric.scope === 'cohort' ? 'run and cohort' : 'run'],
      ['note', metric.note ?? ''],
    ],
    text: metric.definition,
    usage: `thresholds: {${metric.name}: '${metric.better === 'higher' ? '>=' : '<'} …'}`,
  }));
}

/** What fills a figure, and how to get it. */
const SCOPES: Readonly<Record<Scope, string>> = {
  run: 'a run: mint-bench run <scenario>',
  study: 'a sweep, or several runs that differ in a parameter: mint-bench sweep <scenario> --set path=value,value',
  kernel: 'a measurement: mint-bench kernel curves',
  fidelity: 'published values beside simulated ones: mint-bench reproduce <name>',
  knee: "a search for a knee: mint-bench sweep <scenario> --until '<threshold>' --axis path=from..to",
  plan: "mint-bench plan <scenario> --axis path=values --meet '<threshold>'",
  sensitivity: 'mint-bench explain-run <run or scenario>',
  interference: 'mint-bench interference <scenario>',
};
/** Where that leaves it; the others are studies. */
const FOLDERS: Partial<Readonly<Record<Scope, string>>> = {
  run: 'reports/runs/…',
  kernel: '<kernel folder>',
  fidelity: 'reports/reproduce/…/figures/<name>.vl.json',
};
/** Figures that want more than any of their kind. */
const SPECIAL: Readonly<Record<string, string>> = {
  'admission-tail': 'mint-bench interference <scenario> with a crowd of new adapters, such as interference-admission',
  'scale-up': 'a sweep over base models: mint-bench sweep scale-up, or --set base=qwen3-4b,qwen3-8b',
  'scale-down': 'a sweep over ranks: mint-bench sweep scale-down, or --set adapter.rank=8,32,128',
  'scale-out': 'a sweep over users: mint-bench sweep scale-out, or --set population.users=1e4,1e5,1e6',
  'hit-ratio-catalog': 'a sweep over users: mint-bench sweep scale-out, or --set population.users=1e4,1e5,1e6',
  'cost-per-user': 'a sweep over users: mint-bench sweep scale-out, or --set population.users=1e4,1e5,1e6',
  'goodput-load': 'a sweep over load: mint-bench sweep <scenario> --set population.rate=10/s,20/s,40/s',
};
const drawnFrom = (name: string, scope: Scope): string => SPECIAL[name] ?? SCOPES[scope];

async function figureItems(): Promise<Item[]> {
  const { FIGURES } = await import('../report/figures/index.ts');
  return Object.entries(FIGURES).map(([name, figure]) => ({
    name,
    summary: figure.question,
    facts: [
      ['title', figure.title],
      ['section', figure.section],
      ['drawn from', drawnFrom(name, figure.scope)],
      ['source', figure.source],
    ],
    text: figure.howToRead,
    usage: `mint-bench figure ${name} ${FOLDERS[figure.scope] ?? 'reports/studies/…'}`,
  }));
}

async function scenarioItems(): Promise<Item[]> {
  const { shippedScenarios } = await import('./shipped.ts');
  return shippedScenarios().map(({ name, path, summary }) => ({
    name,
    summary,
    facts: [['file', path]],
    usage: `mint-bench run ${path}`,
  }));
}

async function invariantItems(): Promise<Item[]> {
  const { INVARIANTS } = await import('../sim/invariants.ts');
  return Object.entries(INVARIANTS).map(([name, summary]) => ({ name, summary, facts: [], text: summary }));
}

async function backendItems(): Promise<Item[]> {
  const { BACKENDS } = await import('../real/backends/index.ts');
  return Object.entries(BACKENDS).map(([name, { summary, preference }]) => ({
    name,
    summary,
    facts: [['auto', preference === 0 ? 'never picked: a baseline' : 'picked where nothing faster runs']],
    usage: `mint-bench kernel --backend ${name}`,
  }));
}

async function diagnosticItems(): Promise<Item[]> {
  const { CODES } = await import('../scenario/codes.ts');
  return Object.entries(CODES).map(([name, { title, help }]) => ({
    name,
    summary: title,
    facts: [
      ['severity', name.startsWith('MB-W') ? 'warning' : 'error'],
      ['what to do', help],
    ],
  }));
}

const exitItems = async (): Promise<Item[]> =>
  EXIT_CODES.map(({ code, name, meaning, action }) => ({
    name: String(code),
    summary: name,
    facts: [['what to do', action]],
    text: meaning,
  }));

export const KINDS: readonly Kind[] = [
  ...(Object.keys(FAMILY_TITLES) as FamilyName[]).map((family) => ({
    name: family,
    title: FAMILY_TITLES[family],
    items: () => familyItems(family),
  })),
  { name: 'models', title: 'Base models', form: 'base', items: modelItems },
  { name: 'gpus', title: 'GPUs', form: 'gpu', items: gpuItems },
  {
    name: 'engines',
    title: 'Engine presets: defaults that make a replica do what a published system does',
    items: engineItems,
  },
  {
    name: 'calibrations',
    title: 'Calibrations: what a step of one engine version costs, fitted to published measurements',
    items: async () => (await import('./calibrations.ts')).calibrationItems(),
  },
  { name: 'metrics', title: 'Metrics', items: metricItems },
  { name: 'figures', title: 'Figures', items: figureItems },
  { name: 'scenarios', title: 'Shipped scenarios', items: scenarioItems },
  { name: 'backends', title: 'Kernel backends', items: backendItems },
  { name: 'invariants', title: 'Invariants of the simulator', items: invariantItems },
  { name: 'fields', title: 'Fields of a scenario', items: async () => (await import('./fields.ts')).fieldItems() },
  { name: 'error-codes', title: 'Errors and warnings about scenarios', items: diagnosticItems },
  { name: 'exit-codes', title: 'Exit codes', items: exitItems },
];
