import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/scenario/errors.ts';
import { combineAxes, parsePoint, splitAxes, splitList } from '../../src/study/axes.ts';
import { axisColumns } from '../../src/study/axis-column.ts';
import { planStudy, settingsOf } from '../../src/study/points.ts';
import { inShard, parseShard } from '../../src/study/shard.ts';
import { overrides, planned, scenarioFile, TINY, temporaryFolder } from './sweep-fixture.ts';

describe('axes on the command line', () => {
  it('splits at commas outside of brackets, braces and quotes', () => {
    expect(splitList('1e4,1e5, 1e6')).toEqual(['1e4', '1e5', '1e6']);
    expect(splitList('{law: zipf, exponent: 1}, {law: uniform}')).toEqual([
      '{law: zipf, exponent: 1}',
      '{law: uniform}',
    ]);
    expect(splitList('[1, 2]')).toEqual(['[1, 2]']);
    expect(splitList('"a, b", \'c, d\'')).toEqual(['"a, b"', "'c, d'"]);
    expect(splitList('80GiB')).toEqual(['80GiB']);
    expect(splitList("it's, fine")).toEqual(["it's", 'fine']);
  });

  it('never loses or invents a value', () => {
    const word = fc.stringMatching(/^[a-z0-9.]{1,8}$/);
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 9 }), (words) => {
        expect(splitList(words.join(','))).toEqual(words);
      }),
    );
  });

  it('tells an axis from a value that is held', () => {
    const { fixed, axes } = splitAxes(overrides(['adapter.rank=8,64', 'serving.slots=4', 'adapter.modules=[q, v]']));
    expect(axes).toEqual([{ path: 'adapter.rank', values: ['8', '64'] }]);
    expect(fixed.map(({ path }) => path)).toEqual(['serving.slots', 'adapter.modules']);
  });

  it("puts the command line's axes in the place of the scenario's, and takes out those that are held", () => {
    const sweep = [
      { path: 'a', values: [1, 2] },
      { path: 'b', values: [3, 4] },
      { path: 'c', values: [5] },
    ];
    const combined = combineAxes(sweep, splitAxes(overrides(['b=7,8,9', 'c=1', 'd=x,y'])));
    expect(combined.map(({ path, values }) => [path, values.length])).toEqual([
      ['a', 2],
      ['b', 3],
      ['d', 2],
    ]);
    expect(settingsOf(combined)).toHaveLength(12);
  });

  it('reads a listed point', () => {
    expect(parsePoint('adapter.rank=8, base=qwen3-8b')).toEqual([
      { path: 'adapter.rank', value: '8' },
      { path: 'base', value: 'qwen3-8b' },
    ]);
    expect(parsePoint('adapter.rank')).toBeNull();
  });
});

describe('points', () => {
  it('are every combination with its replications, seeds shared by all settings', () => {
    const study = planned(temporaryFolder(), ['adapter.rank=4,8', 'population.users=200,2k'], 3);
    expect(study.points.map(({ index }) => index)).toEqual(Array.from({ length: 12 }, (_, i) => i));
    expect(new Set(study.points.map(({ id }) => id)).size).toBe(12);
    for (const { scenario, replication, setting } of study.points) {
      expect(scenario.seed).toBe(replication === 0 ? 'mint' : `mint#${replication}`);
      expect(scenario.sweep).toEqual([]);
      expect(scenario.adapter.rank.ranks[0].rank).toBe([4, 8][setting >> 1]);
      expect(scenario.population.users).toBe([200, 2000][setting & 1]);
    }
  });

  it('take a sweep of the scenario, with the file read again at each', () => {
    const text = `${TINY}sweep:\n  base: [qwen3-0.6b, qwen3-4b]\n  adapter.rank: [4, 8]\n`;
    const folder = temporaryFolder();
    const study = planned(folder, ['adapter.rank=16'], 1, text);
    expect(study.paths).toEqual(['base']);
    expect(study.points.map(({ scenario }) => scenario.base.name)).toEqual(['Qwen3-0.6B', 'Qwen3-4B']);
    expect(study.points[0].scenario.base.hidden).not.toBe(study.points[1].scenario.base.hidden);
  });

  it('change their study hash with any value, and with nothing else', () => {
    const folder = temporaryFolder();
    const hash = (sets: string[], replications = 1) => planned(folder, sets, replications).hash;
    const base = hash(['adapter.rank=4,8']);
    expect(hash(['adapter.rank=4,8'])).toBe(base);
    expect(hash(['adapter.rank=4,9'])).not.toBe(base);
    expect(hash(['adapter.rank=4,8'], 2)).not.toBe(base);
    expect(hash(['adapter.rank=4,8', 'duration=5s'])).not.toBe(base);
  });

  it('that are not valid say which they are', () => {
    const folder = temporaryFolder();
    const file = scenarioFile(folder);
    const varied = splitAxes(overrides(['adapter.rank=8,-1']));
    expect(() => planStudy({ file, varied })).toThrow(UserError);
    expect(() => planStudy({ file, varied })).toThrow(/at adapter\.rank=-1/);
  });
});

describe('columns of axes', () => {
  const column = (set: string, replications = 1) => {
    const [{ unit, values, written }] = axisColumns(planned(temporaryFolder(), [set], replications));
    return { unit, values, written };
  };
  it('hold base units where every value is a quantity, names elsewhere', () => {
    expect(column('population.users=200,2k')).toMatchObject({ unit: 'number', values: [200, 2000] });
    expect(column('population.rate=10/s,600/min')).toMatchObject({ unit: '1/s', values: [10, 10] });
    expect(column('serving.tiers.host.capacity=1GiB,2GiB')).toMatchObject({ unit: 'B', values: [2 ** 30, 2 ** 31] });
    expect(column('duration=2s,1min')).toMatchObject({ unit: 's', values: [2, 60] });
    expect(column('serving.routing=random,round-robin')).toMatchObject({
      unit: 'name',
      values: ['random', 'round-robin'],
    });
    expect(column('population.users=200,2k').written).toEqual(['200', '2k']);
  });

  it('read bare numbers in the unit of the field', () => {
    expect(column('serving.tiers.host.capacity=1073741824,4294967296')).toMatchObject({
      unit: 'B',
      values: [2 ** 30, 2 ** 32],
    });
    expect(column('duration=20,60')).toMatchObject({ unit: 's', values: [20, 60] });
    expect(column('population.rate=10,20').unit).toBe('1/s');
    expect(column('serving.slots=4,8').unit).toBe('number');
  });

  it('leave a listed point without a value empty', () => {
    const folder = temporaryFolder();
    const listed = [parsePoint('adapter.rank=4, base=qwen3-4b')!, parsePoint('adapter.rank=8')!];
    const study = planStudy({ file: scenarioFile(folder), varied: { fixed: [], axes: [] }, listed });
    expect(axisColumns(study).map(({ path, values }) => [path, values])).toEqual([
      ['adapter.rank', [4, 8]],
      ['base', ['qwen3-4b', null]],
    ]);
  });
});

it('shards part the points: each in exactly one', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 0, max: 500 }), (of, index) => {
      const owners = Array.from({ length: of }, (_, i) => ({ part: i + 1, of })).filter((shard) =>
        inShard(index, shard),
      );
      expect(owners).toHaveLength(1);
    }),
  );
  expect(parseShard('2/8')).toEqual({ part: 2, of: 8 });
  for (const wrong of ['0/3', '4/3', '1', '1/0', '-1/3', '1/3/4', 'a/b']) expect(parseShard(wrong)).toBeNull();
});
