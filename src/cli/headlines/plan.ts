/** A plan's answer, what binds it, and the run that checks it. */
import { metricNamed } from '../../metrics/catalog/index.ts';
import { formatMetric, operatorSign, significant } from '../../report/format.ts';
import type { Reason, ThresholdRow, Tile, Verdict } from '../../report/headline.ts';
import type { Candidate } from '../../study/plan.ts';
import { settingText } from '../../study/points.ts';
import { brokenText, thresholdText } from '../knee-text.ts';
import { checkLine, type PlanPrint, priceText } from '../plan-text.ts';
import { drawsText, type Headline, PLAIN_VERDICT, simulatedAt } from './headline.ts';

export function planHeadline(print: PlanPrint): Headline {
  const { result, replications, smaller } = print;
  const { candidates, answer } = result;
  return {
    verdict: verdictOf(print),
    tiles: answer === null ? [] : tilesOf(print, candidates[answer]),
    setting: [
      ...axesOf(candidates),
      ['Required', result.thresholds.map(thresholdText).join(', ')],
      ['Replications', drawsText(replications)],
      ...simulatedAt(smaller === '' ? '' : `${smaller}; the answer and its neighbours whole`),
    ],
  };
}

function verdictOf(print: PlanPrint): Verdict {
  const { result, objective, unit } = print;
  const { answer, candidates, thresholds } = result;
  const goal = thresholds.map(thresholdText).join(' and ');
  const because = bindingOf(print);
  if (answer === null) {
    const sentence = `None of ${candidates.length} configurations meets ${goal}.`;
    return { ...PLAIN_VERDICT, outcome: 'fail', word: 'NONE', sentence, because };
  }
  const { setting, price, rows } = candidates[answer];
  const month = rows.find(({ metric }) => metric === 'cost_usd_per_user_month');
  const user =
    month === undefined || objective !== 'usd_per_hour'
      ? ''
      : `, ${formatMetric(month.value, month.unit)} a user and month,`;
  return {
    outcome: 'pass',
    word: 'ANSWER',
    sentence: `${settingText(setting)} at ${priceText(price, objective, unit)}${user} is the cheapest of ${candidates.length} configurations that meets ${goal}.`,
    because,
    thresholds: thresholds.map(({ metric, op, value }): ThresholdRow => {
      const of = metricNamed(metric)?.unit ?? '';
      const measured = rows.find((row) => row.metric === metric)?.value ?? null;
      return {
        ...{ metric, status: 'pass', measured: formatMetric(measured, of, 4) },
        bound: `${operatorSign(op)} ${formatMetric(value, of, 4)}`,
      };
    }),
    check: checkLine(print, candidates[answer]),
  };
}

/** Why nothing cheaper will do: the neighbours that fail, one a sentence. */
function bindingOf({ result, objective, unit }: PlanPrint): Reason[] {
  const { candidates, failing, answer } = result;
  if (failing.length === 0 && answer !== null)
    return [{ text: 'Nothing here binds it: no cheaper configuration stands beside it on any axis.', evidence: [] }];
  return failing.map(({ candidate, binding, differs }) => {
    const { setting, price, failing: broken, failure } = candidates[candidate];
    const only = differs === null ? '' : ` The answer differs in ${differs.path} alone.`;
    const short =
      binding === null || failure !== null ? '' : `, short of ${binding.resource} as its ${binding.reading} read`;
    return {
      text: `${answer === null ? 'The dearest that was simulated' : 'What binds'}: ${settingText(setting)} (${priceText(price, objective, unit)}) fails, ${failure ?? broken.map(brokenText).join('; ')}${short}.${only}`,
      evidence: binding?.evidence ?? [],
    };
  });
}

function tilesOf({ result, objective, unit, runs }: PlanPrint, { setting, price, rows }: Candidate): Tile[] {
  const { candidates, thresholds, headroom, failing } = result;
  const month = rows.find(({ metric }) => metric === 'cost_usd_per_user_month');
  const short = failing.find(({ binding }) => binding !== null)?.binding ?? null;
  const whole = candidates.filter(({ how }) => how === 'whole').length;
  return [
    ...setting.map(({ path, value }, at) => ({
      label: path,
      value: String(value),
      note: `of ${[...new Set(candidates.map((one) => String(one.setting[at].value)))].join(', ')}`,
    })),
    { label: objective.replaceAll('_', ' '), value: priceText(price, objective, unit), note: 'the least that will do' },
    ...(month === undefined
      ? []
      : [
          {
            label: 'Cost of a user',
            value: formatMetric(month.value, month.unit),
            note: 'a month, rent of all hardware',
          },
        ]),
    ...thresholds.map((threshold) => {
      const row = rows.find(({ metric }) => metric === threshold.metric);
      return {
        label: threshold.metric,
        value: formatMetric(row?.value ?? null, row?.unit ?? ''),
        note: `required ${operatorSign(threshold.op)} ${formatMetric(threshold.value, row?.unit ?? '', 4)}`,
      };
    }),
    ...(short === null ? [] : [{ label: 'What binds', value: short.resource, note: `as its ${short.reading} read` }]),
    ...(headroom === null
      ? []
      : [
          {
            label: 'Fullest',
            value: `${significant(100 * headroom.resource.share, 2)}%`,
            note: headroom.resource.text,
          },
        ]),
    { label: 'Configurations', value: String(candidates.length), note: `${whole} simulated whole, ${runs} runs` },
  ];
}

const axesOf = (candidates: readonly Candidate[]): [string, string][] =>
  candidates[0].setting.map(({ path }, at) => [
    path,
    [...new Set(candidates.map(({ setting }) => String(setting[at].value)))].join(', '),
  ]);
