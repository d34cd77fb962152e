/** The page that says where the model is wrong and by how much, as Markdown; `mint-bench reproduce --markdown` writes it. */
import { type EngineCalibration, engineCalibrationSchema } from '../../scenario/engine-calibration.ts';
import { NOT_IDENTIFIED } from './identified.ts';
import { groupName, type PublishedFile } from './published.ts';
import { overall, type Reproduced } from './reproduce.ts';
import type { PublishedRow } from './rows.ts';
import { type Comparison, type Score, testing } from './score.ts';

const percent = (value: number): string => `${(100 * value).toFixed(1)}%`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${percent(Math.abs(value))}`;

export function fidelityPage(results: readonly Reproduced[]): string {
  return [
    '# Where the model agrees with what others measured, and where it does not',
    '',
    'Written by `mint-bench reproduce --markdown`; every figure on this page is that command’s. *Published* values are cited, *simulated*',
    'ones are this simulator’s. An error is (simulated − published) / published, in points where the metric is itself a fraction; MAPE is',
    'the mean of its absolute value over rows, and the median stands beside it. Rows are *held out* where nothing was set on them, *fitted* where',
    'a calibration saw them, *looked at* where a value that nobody published was chosen after seeing them, *saturated* where the published',
    'system achieved less than 95% of what was offered (throughput is easy there, and latency grows with the length of the run), and *beyond',
    'the knee* where it kept up but the published first token passes the limit of the knee. *Arithmetic* rows are values that a source computed',
    'by a rule from inputs that go in here too: they show that the rule is the same and nothing about fidelity, so the summary leaves them out.',
    'Rows of a system that are one run stand alike, by the strictest of their standings, and count once (`9 of 6 runs`).',
    'Which mechanisms the model has was decided with all rows in view, held-out ones too; the values of its parameters were fitted to the fitted',
    'rows alone.',
    '',
    '## All reproductions',
    '',
    'Without arithmetic rows; held-out ones first.',
    '',
    ...scoreLines(overall(results)),
    '',
    'What each system is held to, on rows to which nothing was fitted and on which nothing was chosen:',
    '',
    ...judgedLines(results),
    '',
    ...results.flatMap(section),
  ].join('\n');
}

function section(one: Reproduced): string[] {
  const { reproduction, scores, orderings, knees, rivals } = one;
  const { file, name } = reproduction;
  const caveats = file.groups.filter((group) => group.caveat !== undefined);
  return [
    `## ${name}`,
    '',
    `${file.title}. Engine: ${file.engine}. Source: ${file.source}`,
    ...(file.protocol === '' ? [] : ['', file.protocol.trim()]),
    '',
    ...scoreLines(scores),
    '',
    ...orderings.map(({ metric, kept, of }) => `- orderings of \`${metric}\` kept: ${kept} of ${of}`),
    ...knees.map(
      ({ group, series, axis, metric, published, simulated, steps }) =>
        `- knee of \`${metric}\`, ${group}${series === '' ? '' : `, ${series}`}: published at ${axis} ${published ?? 'beyond the grid'}, simulated at ${simulated ?? 'beyond the grid'} (${Math.abs(steps)} steps)`,
    ),
    ...rivals.map(
      ({ by, metric, lookedAt, rows, own, theirs }) =>
        `- \`${metric}\` on the ${rows} ${lookedAt ? 'looked-at' : 'other'} rows that the ${by} predicts: SMAPE ${percent(own)}, the ${by}’s ${percent(theirs)}`,
    ),
    ...targetLines(one),
    ...worstGroups(one),
    ...calibrationLines(one.rows),
    ...(file.chosen.length === 0
      ? []
      : ['', 'Set after looking at rows, which are therefore scored apart:', '', ...file.chosen.map(chosenLine)]),
    ...missingLines(file),
    ...(caveats.length === 0
      ? []
      : ['', 'Read with care:', '', ...caveats.map((group) => `- ${group.name}: ${group.caveat}`)]),
    '',
  ];
}

export const missingLines = ({ missing }: Pick<PublishedFile, 'missing'>): string[] =>
  missing.length === 0 ? [] : ['', 'Not modelled:', '', ...missing.map((text) => `- ${text}`)];

const chosenLine = ({ what, why, rows }: PublishedFile['chosen'][number]): string =>
  `- ${what}: ${why} (${rows.map(({ groups, where, metrics }) => [groups.join(', '), ...Object.entries(where).map(([column, values]) => `${column} ${values.join(' or ')}`), ...(metrics === undefined ? [] : [metrics.map((name) => `\`${name}\``).join(', ')])].join('; ')).join('; ')})`;

const rowsText = (rows: number, runs: number): string => (runs === rows ? String(rows) : `${rows} of ${runs} runs`);

function scoreLines(scores: readonly Score[]): string[] {
  return [
    '| Metric | Rows are | Rows | MAPE | Median | Bias | Worst row | Tolerance |',
    '|---|---|---:|---:|---:|---:|---|---|',
    ...scores.map(({ metric, standing, rows, runs, mape, median, bias, worst, tolerance }) => {
      const kept = tolerance === null ? '' : `${percent(tolerance)} ${mape <= tolerance ? 'kept' : '**missed**'}`;
      const by = worst.error === null ? 'no value' : signed(worst.error);
      return `| \`${metric}\` | ${standing} | ${rowsText(rows, runs)} | ${percent(mape)} | ${percent(median)} | ${signed(bias)} | ${by}: ${groupName(worst.row.group)}, ${worst.row.label} | ${kept} |`;
    }),
  ];
}

/** Every stated tolerance, by system. */
function judgedLines(results: readonly Reproduced[]): string[] {
  return [
    '| System | Metric | Rows are | Rows | MAPE | Median | Tolerance |',
    '|---|---|---|---:|---:|---:|---|',
    ...results.flatMap(({ reproduction, scores }) =>
      scores.flatMap(({ metric, standing, rows, runs, mape, median, tolerance }) =>
        tolerance === null
          ? []
          : [
              `| ${reproduction.name} | \`${metric}\` | ${standing} | ${rowsText(rows, runs)} | ${percent(mape)} | ${percent(median)} | ${percent(tolerance)} ${mape <= tolerance ? 'kept' : '**missed**'} |`,
            ],
      ),
    ),
  ];
}

/** The numbered claims that a system is held to: published values, where they stand, and what comes out here. */
function targetLines({ comparisons }: Reproduced): string[] {
  const claimed = comparisons.filter(({ row }) => row.group.target !== undefined);
  if (claimed.length === 0) return [];
  const keys = new Map(claimed.map((one) => [`${one.row.group.name}\n${one.metric}\n${one.standing}`, one]));
  const lines = [...keys].map(([key, { row, metric, standing }]) => {
    const own = claimed.filter((one) => `${one.row.group.name}\n${one.metric}\n${one.standing}` === key);
    const values = (of: (one: Comparison) => number | null) => own.map((one) => valueText(of(one))).join(' · ');
    const largest = Math.max(...own.map(({ error }) => Math.abs(error ?? 1)));
    const { target, of, name } = row.group;
    return `| ${target} | ${name} | ${of ?? ''} | ${own.map((one) => one.row.label).join(' · ')} | \`${metric}\` | ${values(({ published }) => published)} | ${values(({ simulated }) => simulated)} | ${percent(largest)} | ${standing} |`;
  });
  return [
    '',
    'By number of the claim:',
    '',
    '| Claim | Group | Stands in | Rows | Metric | Published | Simulated | Largest error | Rows are |',
    '|---|---|---|---|---|---|---|---:|---|',
    ...lines,
  ];
}

const valueText = (value: number | null): string => (value === null ? 'none' : String(Number(value.toPrecision(4))));

/** Where a reproduction has several groups: the error by group, so that a reader sees which of them is wrong. */
function worstGroups(one: Reproduced): string[] {
  const comparisons = testing(one.comparisons);
  const groups = [...new Set(comparisons.map(({ row }) => row.group.name))];
  const metrics = [...new Set(comparisons.map(({ metric }) => metric))];
  if (groups.length < 2) return [];
  const cell = (group: string, metric: string) => {
    const own = comparisons.filter((one) => one.row.group.name === group && one.metric === metric);
    if (own.length === 0) return '';
    const errors = own.map(({ error }) => error ?? -1);
    const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length;
    return `${percent(mean(errors.map(Math.abs)))} (${signed(mean(errors))})`;
  };
  return [
    '',
    'MAPE (bias) by group, whatever the rows were used for:',
    '',
    `| Group | ${metrics.map((metric) => `\`${metric}\``).join(' | ')} |`,
    `|---|${metrics.map(() => '---:|').join('')}`,
    ...groups.map((group) => `| ${group} | ${metrics.map((metric) => cell(group, metric)).join(' | ')} |`),
  ];
}

/** What the calibrations that the rows use rest on; of each engine once. */
export function calibrationLines(rows: readonly Pick<PublishedRow, 'scenario'>[]): string[] {
  const used = new Map(
    rows.flatMap(({ scenario }) => {
      const parsed = engineCalibrationSchema.safeParse(scenario.serving.cost.params.data);
      return parsed.success ? [[parsed.data.engine, parsed.data] as const] : [];
    }),
  );
  return [...used.values()].flatMap(({ engine, parameters, fit, frontend }) => [
    '',
    `Calibration of ${engine}: ${Object.entries(parameters)
      .map(([key, value]) => `${key} ${value}`)
      .join(
        ', ',
      )}. Fitted (${fit.fitted.join(', ')}) to ${fit.rows} rows of ${fit.published.join(', ')} on ${fit.date}; error on them ${errorsText(fit.error)}.`,
    ...knownLines(fit),
    ...(fit.held_out.length === 0
      ? []
      : [
          '',
          'Fitted again without one group, and the error on that group:',
          '',
          ...fit.held_out.map(
            ({ left_out, rows: n, error }) => `- without ${left_out} (${n} rows): ${errorsText(error)}`,
          ),
        ]),
    ...(frontend === undefined
      ? []
      : [
          '',
          `Way through the API server: ${(1e3 * frontend.seconds).toFixed(1)} ms a request${frontend.page === undefined ? '' : ` and ${(1e6 * frontend.page.line).toFixed(0)} µs a line of its page of metrics, ${(1e6 * frontend.page.name).toFixed(2)} µs an adapter named in it`}${frontend.found === frontend.seconds ? '' : ` (${(1e3 * frontend.found).toFixed(1)} ms came out, more than such a server takes, and is not kept; the errors are with it)`}, fitted to \`${frontend.metric}\` of ${frontend.rows} rows; error on them ${errorsText(frontend.error)}${frontend.held_out.length === 0 ? '' : `; fitted without a group, error on it: ${frontend.held_out.map(({ left_out, rows: n, error }) => `${left_out} (${n} rows) ${errorsText(error)}`).join(', ')}`}.`,
        ]),
  ]);
}

/** How well the rows know the parameters; those that they do not know are named. */
function knownLines({ relative_error: errors = {} }: EngineCalibration['fit']): string[] {
  const all = Object.entries(errors);
  if (all.length === 0) return [];
  const text = ([name, error]: [string, number | null]) =>
    `${name} ${error === null ? '(nothing bounds it)' : `${Math.round(100 * error)}%`}`;
  const isKnown = ([, error]: [string, number | null]) => error !== null && error <= NOT_IDENTIFIED;
  const known = all.filter(isKnown).map(text);
  const unknown = all.filter((one) => !isKnown(one)).map(text);
  return [
    '',
    `Relative standard errors, from the curvature at the end of the fit: ${known.length === 0 ? 'none below 50%' : known.join(', ')}.${unknown.length === 0 ? '' : ` **Not identified** by these rows (above 50%, or no more values than parameters): ${unknown.join(', ')}.`}`,
  ];
}

const errorsText = (errors: Readonly<Record<string, number>>): string =>
  Object.entries(errors)
    .map(([metric, error]) => `\`${metric}\` ${percent(error)}`)
    .join(', ');
