/** A comparison in words and numbers: what the table, Markdown and the sentence of a what-if are made of. */
import { formatMetric, significant } from '../report/format.ts';
import type { Comparison, Exactness, Line, SideInfo, Verdict } from '../study/compare/comparison.ts';
import type { Difference } from '../study/compare/scenario-diff.ts';
import { firstEventLines } from './event-words.ts';
import { formatBandwidth, formatBytes, formatCount, formatSeconds } from './format.ts';

/** "ttft_ms_p99"; of a sweep "ttft_ms_p99 at adapter.rank=8". */
export const lineName = ({ name, setting }: Line): string => (setting === undefined ? name : `${name} at ${setting}`);

const percent = (value: number, digits = 3) => `${significant(100 * value, digits)}%`;
const signed = (value: number, text: string) => (value > 0 ? `+${text}` : text);

/** "−31% ± 2%", "×28 [×12, ×66]", for shares "+1.2 ± 0.3 points"; empty where there is no change to speak of. */
export function changeText({ base, change, lo, hi, unit, verdict }: Line): string {
  if (change === null) return '';
  if (verdict === 'equal') return '=';
  // A percentage says nothing of what was none.
  if (base === 0 && unit !== 'fraction') return 'from 0';
  const [shown, after] = unit === 'fraction' ? [points, ' points'] : [relative, ''];
  if (lo === null || hi === null) return `${shown(change)}${after}`;
  const half = (hi - lo) / 2;
  if (Math.abs(hi + lo - 2 * change) > LOPSIDED * half)
    return `${shown(change)} [${shown(lo, 2)}, ${shown(hi, 2)}]${after}`;
  const around =
    unit === 'fraction' ? significant(100 * half, 2) : change >= MANY ? significant(half, 2) : percent(half, 2);
  return `${shown(change)} ± ${around}${after}`;
}

/** Twice the distance of a value from the middle of its interval, over half its width: from here on, ± would name bounds that are not its. */
const LOPSIDED = 0.4;

const points = (change: number, digits = 3) => signed(change, significant(100 * change, digits));
/** A percentage says nothing of what is many times as much. */
const relative = (change: number, digits = 3) =>
  change >= MANY ? `×${significant(1 + change, digits)}` : signed(change, percent(change, digits));

/** From this change on a value is so many times the other one: ×11. */
const MANY = 10;

const NANOSECONDS: Record<string, number> = { ns: 1e-6, µs: 1e-3 };

/** Base and new value, with as many digits as it takes to tell them apart. */
export function valueTexts({ base, new: next, unit }: Line): [string, string] {
  const format = (value: number | null, digits: number) =>
    unit in NANOSECONDS
      ? formatMetric(value === null ? null : value * NANOSECONDS[unit], 'ms', digits)
      : formatMetric(value, unit, digits);
  let digits = 3;
  while (digits < 7 && base !== next && format(base, digits) === format(next, digits)) digits++;
  return [format(base, digits), format(next, digits)];
}

export const ICONS: Record<Verdict, string> = {
  equal: '✅',
  changed: '🔶',
  improved: '✅',
  regressed: '❌',
  'no change': '✅',
  'within noise': '〰️',
  undecided: '❔',
  'not comparable': '❔',
};

/** What the comparison found, one sentence. */
export function headline({ verdict, lines, exact, method, margin }: Comparison): string {
  const are = (wanted: Verdict) => lines.filter((line) => line.verdict === wanted);
  const named = (wanted: Verdict) => are(wanted).map(lineName);
  const list = (names: string[]) =>
    names.length <= 3 ? names.join(', ') : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
  const beyond = `by more than ${percent(margin)}`;
  switch (verdict) {
    case 'equal':
      return exact === null
        ? 'Every metric is the same.'
        : `Equal to the last bit: ${exact.whole ? 'metrics, tables and events' : 'every metric'}.`;
    case 'regressed':
      return `Worse ${beyond}: ${list(named('regressed'))}.`;
    case 'improved':
      return `Better ${beyond}: ${list(named('improved'))}; nothing is worse.`;
    case 'changed':
      return exact === null
        ? 'What is neither better nor worse has changed.'
        : `Not the same any more, but no metric is known to be worse ${beyond}.`;
    case 'no change':
      return `No metric changed ${beyond}.`;
    case 'within noise':
      return `Nothing is known to be better or worse ${beyond}.`;
    case 'undecided':
      return `Nothing certain can be said of ${reasons(are('undecided'))
        .map(([why, some]) => `${list(some.map(lineName))} (${why})`)
        .join('; ')}.`;
    default:
      return method === 'samples'
        ? 'These measurements cannot be set against each other.'
        : 'These runs cannot be set against each other.';
  }
}

/** Lines by why they are undecided, in the order in which a reason first appears. */
function reasons(lines: readonly Line[]): [why: string, lines: Line[]][] {
  const found = new Map<string, Line[]>();
  for (const line of lines) {
    const why = line.why ?? 'no reason given';
    found.set(why, [...(found.get(why) ?? []), line]);
  }
  return [...found];
}

/** What is the same and what is not, between runs of one scenario and seed. */
export function exactLines({ equal, metrics, metricsChanged, tables }: Exactness): string[] {
  if (equal) return [];
  const changed = `${formatCount(metricsChanged)} of ${formatCount(metrics)} metric values changed`;
  if (tables.length === 0) return [changed];
  const columns = (count: number) => `${count} ${count === 1 ? 'column' : 'columns'}`;
  return [
    `${changed}, and in the tables ${tables.map((one) => `${one.table} (${columns(one.columns.length)})`).join(', ')}`,
  ];
}

/** Where two runs part. */
export function divergenceLines({ divergence, method }: Comparison): string[] {
  if (divergence === null) return [];
  const { events, first, request, row, seed } = divergence;
  const lines: string[] = [];
  if (events === null) {
    lines.push('the events are the same up to their digests: what is recorded of them changed, not what happens');
  } else if (first !== null && !('unnamed' in first)) {
    lines.push(...firstEventLines(first));
  } else {
    const after = events.same === 0 ? 'from the start' : `after ${formatCount(events.same)} equal events`;
    lines.push(
      `the first event that differs: in cell ${events.cell}, ${after}, between ${seconds(events.from_s)} and ${seconds(events.to_s)} of simulated time`,
    );
    if (first !== null) lines.push(`which one it is cannot be said: ${first.unnamed}`);
  }
  if (request !== null) {
    lines.push(
      `the first sampled request that differs: user ${request.user} of cell ${request.cell}, arrived at ${seconds(request.arrival_s)}: ${request.column} ${number(request.base)} → ${number(request.new)}`,
    );
  }
  if (row !== null)
    lines.push(
      `the first row of the time series that differs: ${seconds(row.t_s)}, ${row.column} ${number(row.base)} → ${number(row.new)}`,
    );
  // Of one scenario the seed is the scenario's own; of two, one pair of several is told.
  return method === 'paired'
    ? lines.map((line) => (line.startsWith(' ') ? line : `with seed ${seed}, ${line}`))
    : lines;
}

const seconds = (value: number): string => `${significant(value, 7)} s`;
const number = (value: number | string): string =>
  typeof value === 'string' ? value : Number.isNaN(value) ? 'none' : significant(value, 7);

/** Ways to say what is set, by path. `%` is the value. */
const PHRASES: readonly (readonly [path: RegExp, phrase: string])[] = [
  [/^serving\.slots$/, '% slots'],
  [/^hardware\.replicas$/, '% replicas'],
  [/^hardware\.cells$/, '% cells'],
  [/^hardware\.gpu\.name$/, 'GPU %'],
  [/^population\.users$/, '% users'],
  [/^duration$/, '% simulated'],
  [/^base\.name$/, 'base %'],
  [/^adapter\.rank\.ranks\[0\]\.rank$/, 'rank %'],
  [/^serving\.(routing|scheduling|admission|prefetch)\.name$/, '$1 %'],
  [/^population\.(popularity|drift|arrivals)\.name$/, '$1 %'],
  [/^serving\.cost\.name$/, 'cost model %'],
  [/^serving\.engine$/, 'engine %'],
  [/^population\.cohorts\.length$/, '% cohorts'],
  [/^serving\.tiers\.(\w+)\.eviction\.name$/, '$1 eviction %'],
  [/^serving\.tiers\.(\w+)\.capacity$/, '% of $1 capacity'],
];

/** Whether there are words for a value at this path. */
export const hasPhrase = (path: string): boolean => PHRASES.some(([pattern]) => pattern.test(path));

/** A path of the resolved scenario as a scenario file writes it: a policy is its field's value, its parameters stand beside it. */
export const writtenPath = (path: string): string => path.replaceAll('.params.', '.').replace(/\.name$/, '');

/** "64 slots"; for anything else "serving.kv.block_tokens 32". */
export function settingText(path: string, value: Difference['base']): string {
  const phrase = PHRASES.find(([pattern]) => pattern.test(path));
  const text = leaf(path, value);
  if (phrase === undefined) return `${writtenPath(path)} ${text}`;
  const said = path.replace(phrase[0], phrase[1]).replace('%', text);
  return value === 1 ? said.replace(/^1 (.*)s$/, '1 $1') : said;
}

/** "64 slots instead of 32"; for anything else "serving.kv.block_tokens 32 instead of 16". */
export function differenceText({ path, base, new: next }: Difference): string {
  return `${settingText(path, next)} instead of ${leaf(path, base)}`;
}

function leaf(path: string, value: Difference['base']): string {
  if (value === undefined) return 'none';
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) return 'unlimited';
  const name = path.split('.').at(-1)!;
  if (/bandwidth/.test(name)) return formatBandwidth(value);
  if (/capacity|memory|bytes/.test(name) && value >= 1024) return formatBytes(value);
  if (/^(duration|warmup|interval|latency|think_time|time|period)$/.test(name)) return formatSeconds(value);
  return formatCount(value);
}

/** What is said in words first: derived values mostly have no phrase of their own. */
const byPhrase = (differences: readonly Difference[]): Difference[] => {
  const spoken = ({ path }: Difference) => hasPhrase(path);
  return [...differences.filter(spoken), ...differences.filter((difference) => !spoken(difference))];
};

/** Differences at most this many are named in a sentence. */
const NAMED = 3;

const SPOKEN: readonly (readonly [metric: string, name: string])[] = [
  ['ttft_ms_p99', 'p99 TTFT'],
  ['tpot_ms_p99', 'p99 TPOT'],
  ['goodput_rps', 'goodput'],
  ['slo_attainment', 'SLO attainment'],
  ['cost_usd_per_user_month', 'the cost of a user and month'],
];

/** "With 64 slots instead of 32: p99 TTFT falls from 812 ms to 560 ms (−31% ± 2%); …". Null where the scenarios are the same. */
export function whatIfSentence({ base, new: next, differences, lines }: Comparison): string | null {
  // A sentence is about one setting.
  if (differences === null || lines.some(({ setting }) => setting !== undefined)) return null;
  const texts = byPhrase(differences).slice(0, NAMED).map(differenceText);
  const more = differences.length - texts.length;
  const said = [...texts, ...(more > 0 ? [`${more} more ${more === 1 ? 'difference' : 'differences'}`] : [])];
  const clauses = SPOKEN.flatMap(([metric, name]) => {
    const line = lines.find((candidate) => candidate.name === metric);
    return line === undefined || line.base === null || line.new === null ? [] : [clause(name, line)];
  });
  if (clauses.length === 0) return null;
  // Too many to be what was changed on purpose: two scenarios, which have names.
  const named = more > 0 && isScenario(base) && isScenario(next) && base.path !== next.path;
  const what = named ? `${next.label} instead of ${base.label} (${conjoin(said)})` : conjoin(said);
  return `With ${what}: ${conjoin(clauses, '; ')}.`;
}

const isScenario = ({ kind }: SideInfo): boolean => kind.startsWith('scenario');

function clause(name: string, line: Line): string {
  const [base, next] = valueTexts(line);
  const change = changeText(line);
  switch (line.verdict) {
    case 'equal':
      return `${name} stays ${base}`;
    case 'no change':
      return `${name} stays ${next} (${change})`;
    case 'within noise':
      return `${name} does not clearly change (${base} to ${next}, ${change})`;
    case 'undecided':
      return `${name} may ${line.new! > line.base! ? 'rise' : 'fall'} (${base} to ${next}, ${change}; ${line.why ?? 'undecided'})`;
    default: {
      const verb = line.new! > line.base! ? 'rises' : 'falls';
      return `${name} ${verb} from ${base} to ${next} (${change})`;
    }
  }
}

const conjoin = (parts: readonly string[], separator = ', '): string =>
  parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(separator)} and ${parts.at(-1)}`;
