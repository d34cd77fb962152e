/** Users: shares that must sum to the whole, rates that can be reached, crowds that have somebody to come from, traces that are there. */
import { findFile } from '../find-file.ts';
import { suggest } from '../findings.ts';
import type { RankMix, Scenario } from '../scenario.ts';
import type { Families } from '../schema.ts';
import type { Path } from '../source-text.ts';
import type { Report } from './report.ts';

const SHARE_TOLERANCE = 1e-6;
const percent = (share: number) => `${Number((100 * share).toPrecision(6))}%`;

export function checkPopulation({ population, duration, warmup, adapter }: Scenario, report: Report): void {
  const { cohorts, users } = population;
  const total = cohorts.reduce((sum, cohort) => sum + cohort.share, 0);
  if (Math.abs(total - 1) > SHARE_TOLERANCE) {
    report('MB-E201', `the shares of the cohorts sum to ${percent(total)}`, ['population', 'cohorts'], {
      expected: '100%',
      uses: cohorts.map((_, i) => ['population', 'cohorts', i, 'share']),
    });
  }
  if (population.adapters_per_user > 1 && population.users_per_adapter > 1) {
    report('MB-E210', 'users either own several adapters or share one', ['population', 'users_per_adapter'], {
      hint: 'leave adapters_per_user or users_per_adapter at 1',
      uses: [['population', 'adapters_per_user']],
    });
  }
  if (population.users_per_adapter > users) {
    report(
      'MB-E210',
      `${population.users_per_adapter} users share an adapter and there are ${users}`,
      ['population', 'users_per_adapter'],
      { uses: [['population', 'users']] },
    );
  }
  const names = new Map<string, number>();
  cohorts.forEach((cohort, i) => {
    const at: Path = ['population', 'cohorts', i];
    const before = names.get(cohort.name);
    if (before !== undefined)
      report('MB-E211', `the name ${cohort.name} is taken by cohort ${before}`, [...at, 'name'], {
        hint: 'give every cohort a name of its own',
      });
    else names.set(cohort.name, i);
    if (cohort.name === 'all' && cohorts.length > 1)
      report('MB-E211', 'all is the name of the whole run in results', [...at, 'name'], {
        hint: 'give every cohort a name of its own',
      });
    const cohortUsers = cohort.share * users;
    if (cohort.rate > cohortUsers * population.max_rate_per_user * (1 + 1e-9)) {
      report(
        'MB-E222',
        `cohort ${cohort.name} cannot reach ${cohort.rate}/s: ${Math.round(cohortUsers)} users at ${population.max_rate_per_user}/s each are fewer`,
        ['population', 'max_rate_per_user'],
        {
          uses: [
            [...at, 'rate'],
            [...at, 'share'],
            ['population', 'users'],
            ['population', 'rate'],
          ],
        },
      );
    }
    if (cohort.share > 0 && cohortUsers < 0.5) {
      report('MB-E217', `cohort ${cohort.name} has no user: ${percent(cohort.share)} of ${users}`, [...at, 'share'], {
        uses: [['population', 'users']],
      });
    }
    if (cohort.rank !== null) checkRanks(cohort.rank, [...at, 'rank'], report);
  });
  checkRanks(adapter.rank, ['adapter', 'rank'], report);
  if (warmup >= duration)
    report('MB-E214', `the warm-up of ${warmup} s leaves nothing of the ${duration} s to measure`, ['warmup'], {
      uses: [['duration']],
      expected: `less than ${duration} s; a tenth of the duration is usual, 0 measures from the start`,
    });
}

function checkRanks(mix: RankMix, path: Path, report: Report): void {
  const total = mix.ranks.reduce((sum, entry) => sum + entry.share, 0);
  if (Math.abs(total - 1) > SHARE_TOLERANCE)
    report('MB-E212', `the shares of the ranks sum to ${percent(total)}`, path, { expected: '100%' });
  const ranks = mix.ranks.map(({ rank }) => rank);
  const twice = ranks.find((rank, i) => ranks.indexOf(rank) !== i);
  if (twice !== undefined)
    report('MB-E212', `rank ${twice} stands in the list twice`, path, { hint: 'add the shares up' });
}

export function checkFlashCrowds({ population, duration }: Scenario, families: Families, report: Report): void {
  const arrivals = population.arrivals.name;
  const { crowds } = families.arrivals[arrivals] as { crowds?: boolean };
  if (crowds === false && population.flash_crowds.length > 0) {
    report('MB-E225', `flash crowds cannot come on top of ${arrivals} arrivals`, ['population', 'flash_crowds'], {
      uses: [['population', 'arrivals']],
    });
  }
  const names = population.cohorts.map(({ name }) => name);
  for (const [i, crowd] of population.flash_crowds.entries()) {
    const at: Path = ['population', 'flash_crowds', i];
    const index = crowd.cohort === null ? 0 : names.indexOf(crowd.cohort);
    if (index === -1) {
      const hint = suggest(crowd.cohort!, names);
      report('MB-E213', `there is no cohort ${crowd.cohort}`, [...at, 'cohort'], {
        hint,
        uses: [['population', 'cohorts']],
      });
      continue;
    }
    const users = Math.floor(population.cohorts[index].share * population.users);
    if (crowd.users > users)
      report(
        'MB-E213',
        `the crowd has ${crowd.users} users and cohort ${names[index]} only ${users}`,
        [...at, 'users'],
        { uses: [['population']] },
      );
    if (crowd.at >= duration)
      report('MB-E213', `the crowd comes at ${crowd.at} s, after the end at ${duration} s`, [...at, 'at'], {
        uses: [['duration']],
      });
  }
}

export function checkTrace({ population }: Scenario, directory: string, report: Report): void {
  const { name, params } = population.arrivals;
  if (name !== 'trace' || typeof params.file !== 'string') return;
  const at: Path = ['population', 'arrivals', 'file'];
  if (params.file === '') {
    report('MB-E207', 'no trace file is named', at, { hint: 'add --set population.arrivals.file=trace.csv' });
  } else if (findFile(params.file, directory) === null) {
    report('MB-E207', `the trace file ${params.file} cannot be read`, at, {
      hint: 'paths start from the scenario file, then from the working directory',
    });
  }
}
