/** The parameters that a headline rests on, and whether its verdict survives them. */
import { metricNamed } from '../../metrics/catalog/index.ts';
import { formatMetric } from '../../report/format.ts';
import type { Reason, Tile, Verdict } from '../../report/headline.ts';
import { quartiles } from '../../study/joint.ts';
import { thresholdText } from '../knee-text.ts';
import { flipSentences, parameterText, type SensitivityPrint } from '../sensitivity-text.ts';
import { drawsText, type Headline, rangeText, simulatedAt } from './headline.ts';

/** Parameters that have a tile. */
const MOST_PARAMETERS = 4;

export function sensitivityHeadline(print: SensitivityPrint): Headline {
  const { explained, replications, smaller } = print;
  const { varied, thresholds, joint } = explained;
  return {
    verdict: verdictOf(print),
    tiles: tilesOf(print),
    setting: [
      ['Uncertain parameters', String(varied)],
      ...(joint === null ? [] : ([['Joint draws', String(joint.draws.length)]] as [string, string][])),
      ...(thresholds.length === 0
        ? []
        : ([['Thresholds', thresholds.map(thresholdText).join(', ')]] as [string, string][])),
      ['Replications', drawsText(replications)],
      ...simulatedAt(smaller),
    ],
  };
}

/** The first metric that a parameter changes. */
const leading = ({ explained: { byMetric } }: SensitivityPrint) =>
  [...byMetric].find(([, { dominant }]) => dominant.length > 0) ?? [...byMetric][0];

function verdictOf(print: SensitivityPrint): Verdict {
  const { flips, thresholds, joint, base } = print.explained;
  const [metric, { effects, dominant }] = leading(print);
  const labels = dominant.map((key) => effects.find((effect) => effect.key === key)?.label);
  const rests = labels.length === 0 ? `No parameter changes ${metric}` : `${metric} rests on ${labels.join(', ')}`;
  const plain = { thresholds: [], check: null };
  if (thresholds.length === 0) return { ...plain, outcome: 'none', word: '', sentence: `${rests}.`, because: [] };
  const kept = joint?.draws.filter(({ holds }) => holds.every(Boolean)).length ?? 0;
  const all = joint === null ? '' : ` In ${kept} of ${joint.draws.length} joint draws every threshold holds.`;
  const flipping = new Set(flips.map(({ key }) => key)).size;
  const verdict =
    flipping === 0
      ? `The verdict (${base.passes ? 'passes' : 'fails'}) stays at both ends of every single parameter.`
      : `The verdict (${base.passes ? 'passes' : 'fails'}) changes within the range of ${flipping} ${flipping === 1 ? 'parameter' : 'parameters'}.`;
  const because: Reason[] =
    flipping === 0 ? [] : [{ text: 'Not settled within what is known of:', evidence: flipSentences(print) }];
  const robust = flipping === 0 && (joint === null || kept === (base.passes ? joint.draws.length : 0));
  const outcome = robust && base.passes ? 'pass' : 'none';
  const word = robust ? 'ROBUST' : flipping === 0 ? '' : 'NOT SETTLED';
  return { ...plain, outcome, word, sentence: `${rests}. ${verdict}${all}`, because };
}

function tilesOf(print: SensitivityPrint): Tile[] {
  const { byMetric, joint, thresholds } = print.explained;
  const [first, { effects, base }] = leading(print);
  const unit = metricNamed(first)?.unit ?? '';
  const metrics = [...byMetric].map(([metric, { base: here }]): Tile => {
    const of = metricNamed(metric)?.unit ?? '';
    const spread = quartiles(joint?.byMetric.get(metric) ?? []);
    return {
      label: metric,
      value: formatMetric(here, of),
      note: spread === null ? 'as it stands' : `joint draws: ${rangeText(spread[0], spread[4], of)}`,
    };
  });
  const moving = effects.filter(({ swing }) => swing > 0).slice(0, MOST_PARAMETERS);
  const kept = joint?.draws.filter(({ holds }) => holds.every(Boolean)).length ?? 0;
  return [
    ...metrics,
    ...(thresholds.length === 0 || joint === null
      ? []
      : [
          {
            label: 'Thresholds hold in',
            value: `${kept} of ${joint.draws.length}`,
            note: 'joint draws of all parameters',
          },
        ]),
    ...moving.map((effect): Tile => {
      const at = [effect.at.low, effect.at.high].map((one) => formatMetric(one ?? base, unit)).join(' – ');
      const ends = `${parameterText(effect.unit, effect.low.value)} to ${parameterText(effect.unit, effect.high.value)}`;
      return { label: effect.label, value: at, note: `${first} at ${ends}` };
    }),
  ];
}
