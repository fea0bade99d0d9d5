import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { findChangePoints, type ChangePoint } from '../../../../src/core/judge/change-points.js';
import { SplitSearch } from '../../../../src/core/judge/energy.js';
import { moveOutliers, readSeries, type HistoryRun } from '../../../../src/core/judge/history-series.js';
import { measureNoise } from '../../../../src/core/judge/noise.js';
import { judgeNewest } from '../../../../src/core/judge/newest.js';
import { createRandom } from '../../../../src/core/kernel/random.js';
import { writeHistories } from '../../../worlds/judge/histories.js';
import { scoreHistories } from '../../../worlds/judge/score.js';

/** Levels, each for some runs, with a noise of one percent (uniform). */
function play(levels: readonly (readonly [number, number])[], seed = 1): number[] {
  const random = createRandom(seed);
  return levels.flatMap(([level, runs]) => Array.from({ length: runs }, () => level * (1 + (random() - 0.5) / 30)));
}
const toRuns = (values: readonly number[]): HistoryRun[] => values.map((value) => ({ value }));
const find = (values: readonly number[], metrics = 1): readonly ChangePoint[] =>
  findChangePoints(toRuns(values), { minimumChange: 0.02, metrics });
const newest = (values: readonly number[], count = 1) =>
  judgeNewest(toRuns(values), { minimumChange: 0.02, metrics: 1, newest: count });

describe('The change points of a history', () => {
  test('have both levels, the size and the certainty', () => {
    const [point, ...others] = find(play([[100, 30], [110, 30]])); // prettier-ignore
    expect(others).toEqual([]);
    expect(point).toEqual({
      run: 30,
      before: expect.closeTo(100, 0),
      after: expect.closeTo(110, 0),
      relative: expect.closeTo(0.1, 1),
      z: expect.any(Number),
    });
    expect(point!.z).toBeGreaterThan(10);
  });

  test.each<[string, readonly (readonly [number, number])[], readonly number[]]>([
    ['no step', [[100, 60]], []],
    ['a step below the minimum', [[100, 30], [101, 30]], []],
    ['a step and back', [[100, 20], [110, 12], [100, 20]], [20, 32]],
    ['one new run', [[100, 40], [130, 1]], [40]],
    ['a few new runs', [[100, 197], [106, 3]], [197]],
    ['a stair', [[100, 30], [110, 30], [120, 30]], [30, 60]],
    ['negative values', [[-100, 30], [-90, 30]], [30]],
    ['tiny values', [[1e-300, 30], [2e-300, 30]], [30]],
    ['huge values', [[-1e307, 30], [1e308, 30]], [30]],
    ['only four runs before', [[100, 4], [110, 30]], []],
    ['many steps', Array.from({ length: 12 }, (_, index) => [index % 2 ? 110 : 100, 80] as const), Array.from({ length: 11 }, (_, index) => 80 * (index + 1))],
  ])('of %s', (_, levels, expected) => {
    const found = find(play(levels)).map(({ run }) => run);
    expect(found.length).toBe(expected.length);
    for (const [index, run] of found.entries()) expect(Math.abs(run - expected[index]!)).toBeLessThanOrEqual(1);
  }); // prettier-ignore

  test.each<[string, number[], number]>([
    ['constant values', Array<number>(40).fill(5), 0],
    ['zeros', Array<number>(40).fill(0), 0],
    ['a step of constant values', [...Array<number>(20).fill(5), ...Array<number>(20).fill(6)], 1],
    ['a step from zeros', [...Array<number>(20).fill(0), ...Array<number>(20).fill(6)], 1],
    ['no run', [], 0],
    ['five runs', [1, 2, 3, 4, 5], 0],
  ])('of %s are numbers', (_, values, count) => {
    const found = find(values);
    expect(found.length).toBe(count);
    expect(JSON.stringify(found)).not.toMatch(/null|NaN/);
    if (values[0] === 0 && count > 0) expect(found[0]).not.toHaveProperty('relative');
  });

  test('do not begin with one more outlier', () => {
    const values = play([[100, 61]]);
    for (const index of [8, 21, 37, 50]) values[index] = 150;
    expect(find([...values, 150])).toEqual([]);
  });

  test('must be surer where many metrics are judged', () => {
    const values = play([[100, 30], [101.5, 30]]); // prettier-ignore
    const judge = (metrics: number) => findChangePoints(toRuns(values), { minimumChange: 0.005, metrics }).length;
    expect([judge(1), judge(1e12)]).toEqual([1, 0]);
  });

  test('are the same each time, in any unit', () => {
    const values = play([[100, 30], [104, 30]]); // prettier-ignore
    expect(find(values)).toEqual(find(values));
    expect(find(values.map((value) => value * 1e6)).map(({ run }) => run)).toEqual(find(values).map(({ run }) => run));
  });

  test('of 1,000 runs take seconds, not minutes, and older runs are not searched', () => {
    const values = play(Array.from({ length: 15 }, (_, index) => [index % 2 ? 110 : 100, 100]));
    const start = process.cpuUsage();
    expect(find(values).map(({ run }) => Math.round(run / 100))).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14]);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(10_000);
  });
});

describe('Machine types', () => {
  const values = play([[100, 60]]);
  const on = (machines: (index: number) => string, factor: number): HistoryRun[] =>
    values.map((value, index) => {
      const machine = machines(index);
      return { value: machine === 'b' ? value * factor : value, machine };
    });
  const alternate = (index: number): string => (index % 3 === 0 ? 'b' : 'a');

  test('that alternate are made comparable', () => {
    const series = readSeries(on(alternate, 1.12));
    expect(series.offsets.get('b')).toBeCloseTo(Math.log(1.12), 2);
    expect(series).toMatchObject({ scale: 'log', leftOut: [] });
    expect(findChangePoints(on(alternate, 1.12), { minimumChange: 0.02, metrics: 1 })).toEqual([]);
  });

  test('that follow each other are never compared', () => {
    const runs = on((index) => (index < 30 ? 'b' : 'a'), 1.5);
    expect(readSeries(runs)).toMatchObject({ leftOut: ['b'], runs: expect.arrayContaining([30, 59]) });
    expect(readSeries(runs).runs.length).toBe(30);
    expect(findChangePoints(runs, { minimumChange: 0.02, metrics: 1 })).toEqual([]);
    const last = on((index) => (index < 57 ? 'b' : 'a'), 1.5);
    expect(judgeNewest(last, { minimumChange: 0.02, metrics: 1, newest: 1 })).toEqual({
      outcome: 'undecided',
      reason: 'a comparison needs 5 earlier runs on comparable machine types, and the history has 2',
      runs: 2,
    });
  });
});

describe('The newest run', () => {
  test.each<[string, number[], number, string]>([
    ['at another level', [...play([[100, 40]]), 110], 1, 'change'],
    ['within the noise', play([[100, 41]]), 1, 'no-change'],
    ['with the one before', [...play([[100, 40]]), 104, 105], 2, 'change'],
    ['back at a level from before the last change', play([[100, 30], [120, 30], [100, 5]]), 5, 'change'],
    ['at the level since the last change', play([[100, 30], [120, 30]]), 5, 'no-change'],
    ['of a constant history', [...Array<number>(20).fill(5), 6], 1, 'change'],
    ['with the third of three outliers', [...play([[100, 20]]), 150, ...play([[100, 20]]), 160, ...play([[100, 10]], 2)], 1, 'no-change'],
  ])('%s', (_, values, count, outcome) => expect(newest(values, count).outcome).toBe(outcome)); // prettier-ignore

  test('has levels, change and interval', () => {
    expect(newest([...play([[100, 40]]), 110])).toEqual({
      outcome: 'change',
      before: expect.closeTo(100, 0),
      after: expect.closeTo(110, 5),
      relative: expect.closeTo(0.1, 1),
      interval: [expect.closeTo(0.07, 1), expect.closeTo(0.13, 1)],
      z: expect.any(Number),
      runs: 40,
    });
  });

  test('is undecided with fewer than five runs before', () => {
    expect(newest([1, 1, 1, 1, 2])).toEqual({
      outcome: 'undecided',
      reason: 'a comparison needs 5 earlier runs, and the history has 4',
      runs: 4,
    });
    expect(newest([2])).toMatchObject({ outcome: 'undecided', runs: 0 });
  });
});

describe('The parts of the search', () => {
  test('find the split with the largest energy distance', () => {
    const values = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 15 });
    fc.assert(
      fc.property(values, (series) => {
        const { at, energy } = new SplitSearch(series).find();
        const all = series.slice(1).map((_, index) => energyOf(series, index + 1));
        expect(energy).toBeCloseTo(Math.max(...all), 8);
        expect(energyOf(series, at)).toBeCloseTo(energy, 8);
      }),
    );
  });

  test('move outliers, and no steps', () => {
    const values = play([[100, 20], [120, 20]]); // prettier-ignore
    values[10] = 200;
    const moved = moveOutliers(Float64Array.from(values));
    expect(moved[10]).toBeLessThan(110);
    expect(moved[25]).toBe(values[25]);
  });

  test('measure the noise beside the steps and outliers', () => {
    const random = createRandom(5);
    const white = Float64Array.from(
      { length: 400 },
      (_, index) => (random() + random() - 1) * 10 + (index < 200 ? 0 : 99),
    );
    const { deviation, correlation } = measureNoise(white, [0, 200, 400]);
    expect(deviation).toBeCloseTo(10 / Math.sqrt(6), 0);
    expect(correlation).toBeLessThan(0.1);
    let before = 0;
    const red = Float64Array.from({ length: 400 }, () => (before = 0.6 * before + random() - 0.5));
    expect(measureNoise(red, [0, 400]).correlation).toBeCloseTo(0.6, 0);
  });
});

describe('On histories with the noise of CI', () => {
  const histories = [11, 12, 13, 14].flatMap(writeHistories);
  const score = scoreHistories(histories, (runs, { last }) => ({
    changePoints: findChangePoints(runs, { minimumChange: 0.02, metrics: 1 }).map(({ run }) => run),
    newest: judgeNewest(runs, { minimumChange: 0.02, metrics: 1, newest: last }),
  }));

  // Wider than the bars that test/peers/judge-histories.test.ts holds on more histories: these are few.
  test('hardly any change is found where there is none', () => {
    expect(score.falseAlarms).toBeLessThan(0.08);
    expect(score.newestFalseAlarms).toBeLessThan(0.04);
  });

  test('changes are found', () => {
    expect(score.precision).toBeGreaterThan(0.88);
    expect(score.found.clear).toBeGreaterThan(0.94);
    expect(score.newestFound).toBeGreaterThan(0.6);
  });
});

/** By its definition. */
function energyOf(series: readonly number[], at: number): number {
  const [left, right] = [series.slice(0, at), series.slice(at)];
  const mean = (one: readonly number[], other: readonly number[], pairs: number): number =>
    pairs === 0 ? 0 : one.flatMap((a) => other.map((b) => Math.abs(a - b))).reduce((sum, d) => sum + d, 0) / pairs;
  const [n, m] = [left.length, right.length];
  const within = mean(left, left, n * (n - 1)) + mean(right, right, m * (m - 1));
  return ((n * m) / (n + m)) * (2 * mean(left, right, n * m) - within);
}
