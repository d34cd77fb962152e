/** Where a threshold breaks, how sure that is, and what is short there. */
import { formatMetric, significant } from '../../report/format.ts';
import type { Reason, Tile, Verdict } from '../../report/headline.ts';
import type { SettingKnee } from '../../study/knee.ts';
import { settingText } from '../../study/points.ts';
import { valueText } from '../../study/range.ts';
import { brokenText, type KneePrint, kneeSentences, thresholdText } from '../knee-text.ts';
import { drawsText, type Headline, PLAIN_VERDICT, simulatedAt } from './headline.ts';

export function kneeHeadline({ result, smaller }: Pick<KneePrint, 'result' | 'smaller'>): Headline {
  const { axis, settings, thresholds, seeds } = result;
  const { samples } = settings[0].bracket;
  const ends =
    samples.length === 0
      ? ''
      : `${valueText(axis, samples[0].value)} to ${valueText(axis, samples[samples.length - 1].value)}`;
  return {
    verdict: verdictOf({ result }),
    tiles: settings.length === 1 ? tilesOf(settings[0], result) : settings.map((one) => settingTile(one, result)),
    setting: [
      [axis.path, ends],
      ['Until', `${thresholds.map(thresholdText).join(' and ')} breaks`],
      ['Replications', drawsText(seeds.length)],
      ...simulatedAt(smaller),
    ],
  };
}

function verdictOf({ result }: Pick<KneePrint, 'result'>): Verdict {
  const { axis, settings, thresholds, seeds } = result;
  const goal = thresholds.map(thresholdText).join(' and ');
  if (settings.length > 1)
    return { ...PLAIN_VERDICT, sentence: `Where ${goal} breaks on ${axis.path}, for ${settings.length} settings.` };
  const [knee] = settings;
  const { bracket } = knee;
  const because = reasonsOf(knee, result);
  switch (bracket.verdict) {
    case 'holds': {
      const sentence = `${goal} holds everywhere on the range of ${axis.path}.`;
      return { ...PLAIN_VERDICT, outcome: 'pass', word: 'HOLDS', sentence, because };
    }
    case 'breaks': {
      const sentence = `${goal} breaks everywhere on the range of ${axis.path}.`;
      return { ...PLAIN_VERDICT, outcome: 'fail', word: 'BREAKS', sentence, because };
    }
    case 'not monotone': {
      const sentence = `${goal} breaks and holds again along ${axis.path}: there is no one knee.`;
      return { ...PLAIN_VERDICT, word: 'NO ONE KNEE', sentence, because };
    }
    default: {
      const [below, above] = bracket.bracket === null ? [] : [bracket.bracket.below, bracket.bracket.above];
      if (below === undefined || above === undefined)
        return { ...PLAIN_VERDICT, sentence: `${goal} breaks along ${axis.path}.`, because };
      const broken = bracket.side === 'below' ? 'above' : 'below';
      const each = seeds.length === 1 ? '' : ', in every replication';
      return {
        ...{ ...PLAIN_VERDICT, word: 'KNEE', because },
        sentence: `${goal} breaks between ${valueText(axis, below)} and ${valueText(axis, above)} of ${axis.path}: it holds ${bracket.side} and breaks ${broken}${each}.`,
      };
    }
  }
}

function reasonsOf(knee: SettingKnee, { axis, seeds }: KneePrint['result']): Reason[] {
  const { binding, brokenBy } = knee;
  // The first sentence is the verdict's own.
  const [, ...said] = kneeSentences(knee, axis, seeds.length);
  const sure: Reason[] =
    said.length === 0
      ? []
      : [{ text: `${said[0]}.`.replace(/^./, (first) => first.toUpperCase()), evidence: said.slice(1) }];
  if (brokenBy.length === 0) return sure;
  const short = binding === null ? '' : `; short of ${binding.resource} there, as its ${binding.reading} read`;
  return [
    ...sure,
    { text: `Beyond it: ${brokenBy.map(brokenText).join('; ')}${short}.`, evidence: binding?.evidence ?? [] },
  ];
}

/** The last value up to which every replication holds is what a reader takes home. */
function tilesOf(knee: SettingKnee, { axis, thresholds, seeds }: KneePrint['result']): Tile[] {
  const { bracket, binding, points } = knee;
  if (bracket.bracket === null) return [];
  const { below, above } = bracket.bracket;
  const safe = bracket.side === 'below' ? below : above;
  const at = points.find(({ value }) => value === safe);
  const cell = (metric: string) => {
    const row = at?.rows.find((one) => one.metric === metric);
    return formatMetric(row?.value ?? null, row?.unit ?? '');
  };
  const { mean } = bracket;
  const interval = mean !== null ? `, 95% interval ${significant(mean.lo)} to ${significant(mean.hi)}` : '';
  const shown = [...new Set([...thresholds.map(({ metric }) => metric), 'ttft_ms_p99', 'goodput_rps'])];
  return [
    {
      label: 'Holds in every replication',
      value: `${valueText(axis, safe)}`,
      note: `the ${bracket.side === 'below' ? 'highest' : 'lowest'} value of ${axis.path}`,
    },
    {
      label: 'Breaks in every replication',
      value: `${valueText(axis, bracket.side === 'below' ? above : below)}`,
      note: `the ${bracket.side === 'below' ? 'lowest' : 'highest'} value of ${axis.path}`,
    },
    ...(mean === null
      ? []
      : [
          {
            label: 'Mean knee',
            value: `${significant(mean.estimate, 4).replaceAll(',', '')}${axis.unit}`,
            note: `of ${seeds.length} replications${interval}`,
          },
        ]),
    ...(binding === null
      ? []
      : [{ label: 'Short of', value: binding.resource, note: `beyond the knee, as ${binding.reading} read` }]),
    ...shown.map((metric) => ({ label: metric, value: cell(metric), note: `at ${valueText(axis, safe)}` })),
  ];
}

function settingTile({ setting, bracket, brokenBy }: SettingKnee, { axis }: KneePrint['result']): Tile {
  const broken = brokenBy.map(({ metric }) => metric).join(', ');
  return {
    label: settingText(setting),
    value:
      bracket.bracket === null
        ? bracket.verdict
        : `${valueText(axis, bracket.bracket.below)} – ${valueText(axis, bracket.bracket.above)}`,
    note: broken === '' ? axis.path : `broken by ${broken}`,
  };
}
