import { describe, expect, test } from '@jest/globals';
import { compareRuns, compareSamples, type Comparison } from '../../../../src/core/judge/compare.js';
import { createRandom } from '../../../../src/core/kernel/random.js';

const limits = { minimumChange: 0.03, confidence: 0.99, minSamples: 5 };
const compare = (base: readonly number[], head: readonly number[]): Comparison => compareSamples(base, head, limits);
const around = (level: number): number[] => [0, 1, -1, 2, -2].map((one) => level + one / 10);

describe('The base beside the head', () => {
  test('changed', () => {
    expect(compare(around(100), around(110))).toEqual({
      outcome: 'change',
      before: 100,
      after: 110,
      relative: expect.closeTo(0.1, 10),
      interval: [expect.closeTo(0.0958, 4), expect.closeTo(0.1042, 4)],
      p: expect.closeTo(2 / 252, 10),
    });
  });

  test.each<[string, number[], number[], number | undefined]>([
    ['a rise of negative values', around(-5), around(-4), 0.2],
    ['a fall of negative values', around(-4), around(-5), -0.25],
    ['a rise from zero', [0, 0, 0, 0, 0], [3, 3, 3, 3, 3], undefined],
    ['a fall to zero', [3, 3, 3, 3, 3], [0, 0, 0, 0, 0], -1],
  ])('%s is a change', (_, base, head, relative) => {
    const found = compare(base, head);
    expect(found).toMatchObject({
      outcome: 'change',
      ...(relative !== undefined && { relative: expect.closeTo(relative, 10) }),
    });
    expect('relative' in found).toBe(relative !== undefined);
  });

  test.each<[string, number[], number[]]>([
    ['a change below the minimum', around(100), around(102)],
    ['noise', [90, 110, 100, 95, 105], [93, 113, 103, 98, 108]],
    ['equal values', [5, 5, 5, 5, 5], [5, 5, 5, 5, 5]],
    ['zeros', [0, 0, 0, 0, 0], [0, 0, 0, 0, 0]],
  ])('%s is no change', (_, base, head) => expect(compare(base, head).outcome).toBe('no-change'));

  test.each<[number[], number[], string]>([
    [
      [10, 10.1, 9.9, 10.05],
      [12, 12.1, 11.9, 12.05],
      '4 runs of the base and 4 of the head are too few: it takes 5 of each',
    ],
    [[10], around(12), '1 run of the base and 5 of the head are too few: it takes 5 of each'],
    [[], around(12), 'the base has no values'],
    [around(12), [], 'the head has no values'],
  ])('%j and %j are undecided', (base, head, reason) => {
    expect(compare(base, head)).toMatchObject({ outcome: 'undecided', reason });
  });

  test('is undecided if no values could reach the confidence', () => {
    expect(compareSamples(around(1), around(2), { ...limits, confidence: 0.999 }).reason).toMatch(/it takes 7 of each/);
    expect(compareSamples(around(1), around(2), { ...limits, minSamples: 3, confidence: 0.9 }).outcome).toBe('change');
  });

  test('is never a number that is none', () => {
    const extremes = [0, -1, 1e308, -1e308, 5e-324, 1, 1.7e308];
    for (const one of extremes) {
      for (const other of extremes) {
        const found = compare(Array<number>(5).fill(one), [...Array<number>(4).fill(other), one]);
        expect(JSON.stringify(found)).not.toMatch(/null|NaN/);
      }
    }
  });

  test('is every sample of a tool that runs the process several times', () => {
    const run = (level: number) => [[{ name: 'sort', unit: 's', areRuns: true as const, samples: around(level) }]];
    expect([...compareRuns(run(100), run(110), limits)]).toMatchObject([['sort', { outcome: 'change', after: 110 }]]);
    const once = [[{ name: 'sort', unit: 's', samples: around(110) }]];
    expect(compareRuns(run(100), once, limits).get('sort')).toMatchObject({
      outcome: 'undecided',
      reason: '5 runs of the base and 1 of the head are too few: it takes 5 of each',
    });
  });

  test('is one value per run of the measuring process', () => {
    const run = (level: number, unit = 'ms') => [{ name: 'latency', unit, samples: [level - 1, level, level + 50] }];
    const base = around(100).map((level) => run(level));
    const compared = compareRuns(
      base,
      around(110).map((level) => run(level)),
      limits,
    );
    expect([...compared]).toEqual([
      ['latency', expect.objectContaining({ outcome: 'change', before: 100, after: 110 })],
    ]);
    const mixed = compareRuns(
      base,
      around(110).map((level) => run(level, 'MB')),
      limits,
    );
    expect(mixed.get('latency')).toEqual({
      outcome: 'undecided',
      reason: 'its unit is not the same in all runs: ms, MB',
    });
    const converted = compareRuns(
      base,
      around(110).map((level) => run(level / 1_000, 's')),
      limits,
    );
    expect(converted.get('latency')).toMatchObject({ outcome: 'change', before: 0.1, after: 0.11 });
    expect(compareRuns(base, [], limits).get('latency')?.reason).toBe('the head has no values');
  });

  test('of 200 metrics with 500 values takes seconds, not minutes', () => {
    const random = createRandom(3);
    const draw = (): number[] => Array.from({ length: 250 }, () => 100 + random());
    const start = process.cpuUsage();
    for (let metric = 0; metric < 200; metric++) expect(compare(draw(), draw()).p).toBeGreaterThan(0);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(20_000);
  });
});
