/** A plan on stdout: the answer, what binds it, every configuration with how its verdict is known, the line that checks it. */
import { metricNamed } from '../metrics/catalog/index.ts';
import { headroomText } from '../metrics/headroom.ts';
import { formatMetric, significant } from '../report/format.ts';
import { fold, type Screen, table } from '../report/text-table.ts';
import type { Override } from '../scenario/load.ts';
import { quote } from '../scenario/quote.ts';
import type { Candidate, PlanResult } from '../study/plan.ts';
import { settingText } from '../study/points.ts';
import { brokenText, thresholdText } from './knee-text.ts';

export interface PlanPrint extends Screen {
  result: PlanResult;
  name: string;
  /** `usd_per_hour`, and its unit. */
  objective: string;
  unit: string;
  smaller: string;
  replications: number;
  runs: number;
  /** The scenario as the user named it, what was set for all, and thresholds given on the command line. */
  scenario: string;
  fixed: readonly Override[];
  thresholds: readonly string[];
}

const MOST_ROWS = 24;

export function planText(print: PlanPrint): string {
  const { result, name, style } = print;
  const { candidates, thresholds, answer } = result;
  const lines = [
    `${style('bold', name)}  cheapest of ${candidates.length} configurations for ${thresholds.map(thresholdText).join(' and ')}\n\n`,
    answer === null ? noAnswer(print) : answerText(print, candidates[answer]),
    bindingText(print),
    '\n',
    planDetails(print),
  ];
  if (answer !== null) lines.push(`${style('dim', 'check:')} ${checkLine(print, candidates[answer])}\n`);
  return lines.join('');
}

/** Every configuration, and how its verdict is known: what the headline leaves out. */
export function planDetails(print: PlanPrint): string {
  const { invalid } = print.result;
  const lines = [candidateTable(print)];
  if (invalid.length > 0) {
    const [{ setting, reason }] = invalid;
    lines.push(`  ${invalid.length} more are no valid scenario, the first ${settingText(setting)}: ${reason}\n`);
  }
  lines.push('\n', ...remarks(print, print.smaller));
  return lines.join('');
}

export function priceText(price: number, objective: string, unit: string): string {
  if (objective === 'usd_per_hour') return `$${significant(price, 4)}/h`;
  return objective === 'gpus' ? `${price} ${price === 1 ? 'GPU' : 'GPUs'}` : formatMetric(price, unit, 4);
}

function answerText(
  { result, objective, unit, style, width, replications }: PlanPrint,
  { setting, price, rows }: Candidate,
): string {
  const value = (metric: string) => rows.find((row) => row.metric === metric);
  const month = value('cost_usd_per_user_month');
  const lines = [
    `${style('green', 'answer')}  ${style('bold', settingText(setting))}  ${priceText(price, objective, unit)}` +
      (month === undefined || objective !== 'usd_per_hour'
        ? ''
        : `, ${formatMetric(month.value, month.unit)} a user and month`) +
      '\n',
  ];
  for (const threshold of result.thresholds) {
    const row = value(threshold.metric);
    lines.push(
      `        ${threshold.metric} ${formatMetric(row?.value ?? null, row?.unit ?? '', 4)} (${threshold.op} ${formatMetric(threshold.value, row?.unit ?? '', 4)})` +
        `${replications === 1 ? '' : `, in each of ${replications} replications`}, simulated whole\n`,
    );
  }
  if (result.headroom !== null) lines.push(fold(headroomText(result.headroom), width, '        '));
  return lines.join('');
}

function noAnswer({ result, style }: PlanPrint): string {
  return (
    `${style('red', 'none')}  no configuration of these axes meets the thresholds` +
    `${result.failing.length === 0 ? '' : '; the dearest one that was simulated fails as follows'}\n`
  );
}

function bindingText({ result, objective, unit, width, style }: PlanPrint): string {
  const { failing, candidates, answer } = result;
  if (failing.length === 0) {
    return answer === null
      ? ''
      : `${style('bold', 'binds')}   nothing here: no cheaper configuration stands beside it on any axis\n`;
  }
  return failing
    .map(({ candidate, binding, differs }) => {
      const { setting, price, failing: broken, failure } = candidates[candidate];
      const head = `${style('bold', 'binds')}   ${settingText(setting)} (${priceText(price, objective, unit)}) fails: `;
      const only =
        differs === null
          ? ''
          : `        the answer differs in ${style('bold', differs.path)} alone: ${differs.answer}, not ${differs.fails}\n`;
      if (failure !== null) return `${head}${failure}\n${only}`;
      const verdicts = broken.map(brokenText).join('; ');
      if (binding === null) return `${head}${verdicts}\n${only}`;
      return (
        `${head}${verdicts}\n` +
        `        short of ${style('bold', binding.resource)}, as its ${binding.reading} read\n` +
        binding.evidence.map((line) => fold(line, width, '          ')).join('') +
        only
      );
    })
    .join('');
}

function candidateTable({ result, objective, unit, smaller, width, style }: PlanPrint): string {
  const { candidates, answer, thresholds } = result;
  const paths = candidates[0].setting.map(({ path }) => path);
  // What passes only by inference is no cheaper than the answer and says nothing new.
  const known = candidates.flatMap(({ state, how }, at) =>
    state === null || (state === 'passes' && how === 'inferred') ? [] : [at],
  );
  const shown = known.length <= MOST_ROWS ? known : nearest(known, answer ?? known[known.length - 1]);
  const rows = shown.map((at) => {
    const { setting, price, state, how, inferredFrom, rows: summary, failure } = candidates[at];
    const source = inferredFrom === null ? '' : settingText(candidates[inferredFrom].setting);
    const known = {
      whole: 'simulated whole',
      search: `simulated at ${smaller}`,
      inferred: `follows from ${source}`,
    };
    return [
      ...setting.map(({ value }) => String(value)),
      priceText(price, objective, unit),
      at === answer ? 'answer' : (state ?? ''),
      ...thresholds.map(({ metric }) => {
        const row = summary.find((one) => one.metric === metric);
        return formatMetric(row?.value ?? null, metricNamed(metric)?.unit ?? '');
      }),
      failure ?? (how === null ? '' : known[how]),
    ];
  });
  const metrics = thresholds.map(({ metric }) => metric);
  const header = [...paths, objective.replaceAll('_', ' '), 'verdict', ...metrics, 'known by'];
  const right = [paths.length, ...metrics.map((_, i) => paths.length + 2 + i)];
  const rest = known.length - shown.length;
  return (
    table(rows, { header, right, keys: paths.length + 2, indent: 2, width, style }) +
    (rest > 0 ? `  and ${rest} more in plan.json\n` : '') +
    restText(candidates, known, answer)
  );
}

/** What is not in the table, and how the answer was taken from what costs the same. */
export function restText(candidates: readonly Candidate[], listed: readonly number[], answer: number | null): string {
  if (answer === null) return '';
  const { price } = candidates[answer];
  const unseen = candidates.filter((_, at) => !listed.includes(at));
  const same = unseen.filter((one) => one.price === price).length;
  const cost = same === 0 ? 'more' : same === unseen.length ? 'as much' : 'as much or more';
  const [others, verb] =
    unseen.length === 1 ? ['1 other, which costs', 'was'] : [`${unseen.length} others, which cost`, 'were'];
  const tie = candidates.some((one, at) => at !== answer && one.price === price && one.state !== 'fails');
  const inferred = unseen.filter(({ state }) => state === 'passes').length;
  const pass = inferred === 0 ? '' : `; ${inferred} ${inferred === 1 ? 'passes' : 'pass'} by inference`;
  return (
    (unseen.length > 0 ? `  ${others} ${cost}, ${verb} not simulated${pass}\n` : '') +
    (tie ? '  of those that pass and cost the same, the first in the order of the axes as written is the answer\n' : '')
  );
}

/** The rows around the answer. */
function nearest(known: readonly number[], answer: number): number[] {
  const at = Math.max(0, known.indexOf(answer));
  const from = Math.max(0, Math.min(known.length - MOST_ROWS, at - MOST_ROWS + 4));
  return known.slice(from, from + MOST_ROWS);
}

function remarks({ result, runs, style, replications }: PlanPrint, smaller: string): string[] {
  const { candidates, monotone, contradictions, misled } = result;
  const inferred = candidates.filter(({ how }) => how === 'inferred').length;
  const whole = candidates.filter(({ how }) => how === 'whole').length;
  const lines = [
    `${runs} runs (${whole} configurations whole${smaller === '' ? '' : `, others at ${smaller}`}${replications === 1 ? '' : `, ${replications} replications each`}), ` +
      `${inferred} ${inferred === 1 ? 'verdict' : 'verdicts'} inferred\n`,
  ];
  if (inferred > 0) {
    const because = monotone.map(({ path, better, because }) => `${better} ${path} (${because})`).join(', ');
    const near = result.answer === null ? '' : '; the neighbours of the answer were simulated';
    lines.push(`inferred because never worse: ${because}${near}\n`);
  }
  if (misled.length > 0)
    lines.push(
      `${style('yellow', 'the smaller simulation was wrong')} on ${misled.length} of the configurations that were then simulated whole\n`,
    );
  for (const { candidate, inferredFrom, passes } of contradictions) {
    const from = inferredFrom === null ? '' : ` against ${settingText(candidates[inferredFrom].setting)}`;
    lines.push(
      `${style('yellow', 'not monotone')}: ${settingText(candidates[candidate].setting)} ${passes ? 'passes' : 'fails'}${from}\n`,
    );
  }
  if (replications === 1) lines.push(`one replication: near the bound luck may decide (--replications 5)\n`);
  return lines;
}

export function checkLine({ scenario, fixed, thresholds, replications }: PlanPrint, { setting }: Candidate): string {
  const sets = [...fixed, ...setting].map(({ path, value }) => `--set ${quote(`${path}=${value}`)}`);
  if (thresholds.length > 0) sets.push(`--set ${quote(`thresholds=${JSON.stringify(thresholds)}`)}`);
  if (replications > 1) sets.push(`--replications ${replications}`);
  return ['mint-bench run', quote(scenario), ...sets].join(' ');
}
