/** What sharing costs a request, and the mechanism that costs most. */
import { formatMetric, percent, significant } from '../../report/format.ts';
import type { Tile, Verdict } from '../../report/headline.ts';
import type { MechanismKey } from '../../study/interference/mechanisms/index.ts';
import { type InterferencePrint, mechanismName } from '../interference-text.ts';
import { drawsText, type Headline, PLAIN_VERDICT, simulatedAt } from './headline.ts';

/** Mechanisms that have a tile. */
const MOST_MECHANISMS = 3;

export function interferenceHeadline(print: InterferencePrint): Headline {
  const { found, replications, smaller } = print;
  const { asked } = found;
  const keys = Object.keys(asked.mechanisms) as MechanismKey[];
  return {
    verdict: verdictOf(print),
    tiles: tilesOf(print),
    setting: [
      ['Requests of', asked.cohort === 'all' ? 'everybody' : asked.cohort],
      ['Mechanisms switched off', keys.map(mechanismName).join(', ') || 'none play a part'],
      ['Replications', drawsText(replications)],
      ...simulatedAt(smaller),
    ],
  };
}

const ms = (value: number) => formatMetric(value, 'ms');

/** By what they cost, most first. */
const costsOf = ({ found }: InterferencePrint): { key: MechanismKey; ms: number }[] =>
  Object.entries(found.asked.mechanisms)
    .map(([key, { effect }]) => ({ key: key as MechanismKey, ms: effect.lost_ms?.value ?? 0 }))
    .sort((a, b) => b.ms - a.ms);

function verdictOf(print: InterferencePrint): Verdict | null {
  const { asked } = print.found;
  if (asked.base === null) return null;
  const { alone_ms, losses } = asked.base;
  const lost = losses.lost_ms?.value ?? 0;
  const largest = costsOf(print).at(0);
  const whose = asked.cohort === 'all' ? 'a request' : `a request of ${asked.cohort}`;
  const most =
    largest === undefined || !(largest.ms > 0)
      ? ''
      : `; without ${mechanismName(largest.key)} it would lose ${ms(largest.ms)} less`;
  const sentence = `Sharing costs ${whose} ${ms(lost)} beside the ${ms(alone_ms)} that it takes alone${most}.`;
  return { ...PLAIN_VERDICT, sentence };
}

function tilesOf(print: InterferencePrint): Tile[] {
  const { found, crowd } = print;
  const { base, residual, together } = found.asked;
  if (base === null) return [];
  const { alone_ms, losses } = base;
  const lost = losses.lost_ms?.value ?? 0;
  const share = (value: number) => (lost > 0 ? `${percent(value / lost, 2)} of the loss` : '');
  const rest = residual?.lost_ms?.value ?? null;
  const worst = crowd.map(({ interference_ratio: ratio }) => ratio?.value ?? 0).reduce((a, b) => Math.max(a, b), 0);
  return [
    { label: 'Alone', value: ms(alone_ms), note: 'what a request takes on an empty replica, mean' },
    { label: 'Lost to sharing', value: ms(lost), note: `${percent(lost / (alone_ms + lost), 2)} of its time` },
    ...costsOf(print)
      .filter((one) => one.ms > 0)
      .slice(0, MOST_MECHANISMS)
      .map((one) => ({ label: mechanismName(one.key), value: `+${ms(one.ms)}`, note: share(one.ms) })),
    ...(together?.effect.lost_ms == null
      ? []
      : [
          {
            label: 'All of them together',
            value: `+${ms(together.effect.lost_ms.value)}`,
            note: share(together.effect.lost_ms.value),
          },
        ]),
    ...(rest === null
      ? []
      : [
          {
            label: 'Of it interaction',
            value: `${rest < 0 ? '−' : '+'}${ms(Math.abs(rest))}`,
            note: 'what they do only with one another',
          },
        ]),
    ...(worst > 0
      ? [
          {
            label: 'Old tenants in the crowd',
            value: `${significant(worst)}×`,
            note: 'p99 first token, during against before; the worst setting',
          },
        ]
      : []),
  ];
}
