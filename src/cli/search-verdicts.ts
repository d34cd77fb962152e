/** What a search found, in one sentence: it stands first on its page, as the verdict stands on that of a run. */
import { metricNamed } from '../metrics/catalog/index.ts';
import { formatMetric } from '../report/format.ts';
import type { SearchReport } from '../report/search-report.ts';
import { settingText } from '../study/points.ts';
import { valueText } from '../study/range.ts';
import { type InterferencePrint, mechanismName } from './interference-text.ts';
import { type KneePrint, thresholdText } from './knee-text.ts';
import { type PlanPrint, priceText } from './plan-text.ts';
import type { SensitivityPrint } from './sensitivity-text.ts';

type SearchVerdict = NonNullable<SearchReport['verdict']>;

export function planVerdict({
  result,
  objective,
  unit,
}: Pick<PlanPrint, 'result' | 'objective' | 'unit'>): SearchVerdict {
  const { answer, candidates, thresholds } = result;
  const goal = thresholds.map(thresholdText).join(' and ');
  if (answer === null)
    return { outcome: 'fail', sentence: `None of ${candidates.length} configurations meets ${goal}.` };
  const { setting, price } = candidates[answer];
  return {
    outcome: 'pass',
    sentence: `${settingText(setting)} at ${priceText(price, objective, unit)} is the cheapest of ${candidates.length} configurations that meets ${goal}.`,
  };
}

export function kneeVerdict({ result }: Pick<KneePrint, 'result'>): SearchVerdict {
  const { axis, settings, thresholds } = result;
  const goal = thresholds.map(thresholdText).join(' and ');
  if (settings.length > 1)
    return { outcome: 'none', sentence: `Where ${goal} breaks on ${axis.path}, for ${settings.length} settings.` };
  const [{ bracket }] = settings;
  switch (bracket.verdict) {
    case 'holds':
      return { outcome: 'pass', sentence: `${goal} holds everywhere on the range of ${axis.path}.` };
    case 'breaks':
      return { outcome: 'fail', sentence: `${goal} breaks everywhere on the range of ${axis.path}.` };
    case 'not monotone':
      return { outcome: 'none', sentence: `${goal} breaks and holds again along ${axis.path}: there is no one knee.` };
    default: {
      const [below, above] = bracket.bracket === null ? [] : [bracket.bracket.below, bracket.bracket.above];
      if (below === undefined || above === undefined)
        return { outcome: 'none', sentence: `${goal} breaks along ${axis.path}.` };
      const broken = bracket.side === 'below' ? 'above' : 'below';
      return {
        outcome: 'none',
        sentence: `${goal} breaks between ${valueText(axis, below)} and ${valueText(axis, above)} of ${axis.path}: it holds ${bracket.side} and breaks ${broken}.`,
      };
    }
  }
}

export function sensitivityVerdict({ explained }: Pick<SensitivityPrint, 'explained'>): SearchVerdict {
  const { byMetric, flips, thresholds, joint, base } = explained;
  const [[metric, { effects, dominant }]] = [...byMetric];
  const labels = dominant.map((key) => effects.find((effect) => effect.key === key)?.label);
  const rests = labels.length === 0 ? `No parameter changes ${metric}` : `${metric} rests on ${labels.join(', ')}`;
  if (thresholds.length === 0) return { outcome: 'none', sentence: `${rests}.` };
  const kept = joint?.draws.filter(({ holds }) => holds.every(Boolean)).length ?? 0;
  const all = joint === null ? '' : ` In ${kept} of ${joint.draws.length} joint draws every threshold holds.`;
  const flipping = new Set(flips.map(({ key }) => key)).size;
  const verdict =
    flipping === 0
      ? `Its verdict (${base.passes ? 'passes' : 'fails'}) stays at both ends of every single parameter.`
      : `Its verdict (${base.passes ? 'passes' : 'fails'}) changes within the range of ${flipping} ${flipping === 1 ? 'parameter' : 'parameters'}.`;
  return { outcome: flipping === 0 && base.passes ? 'pass' : 'none', sentence: `${rests}. ${verdict}${all}` };
}

export function interferenceVerdict({ found }: Pick<InterferencePrint, 'found'>): SearchVerdict | undefined {
  const { asked } = found;
  if (asked.base === null) return undefined;
  const { alone_ms, losses } = asked.base;
  const ms = (value: number) => formatMetric(value, metricNamed('e2el_ms_mean')?.unit ?? 'ms');
  const lost = losses.lost_ms?.value ?? 0;
  const largest = Object.entries(asked.mechanisms)
    .map(([key, { effect }]) => ({ key: key as Parameters<typeof mechanismName>[0], ms: effect.lost_ms?.value ?? 0 }))
    .sort((a, b) => b.ms - a.ms)
    .at(0);
  const whose = asked.cohort === 'all' ? 'a request' : `a request of ${asked.cohort}`;
  const most =
    largest === undefined || !(largest.ms > 0)
      ? ''
      : `; without ${mechanismName(largest.key)} it would lose ${ms(largest.ms)} less`;
  return {
    outcome: 'none',
    sentence: `Sharing costs ${whose} ${ms(lost)} beside the ${ms(alone_ms)} that it takes alone${most}.`,
  };
}
