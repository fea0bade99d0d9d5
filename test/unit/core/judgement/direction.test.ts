import { describe, expect, test } from '@jest/globals';
import { BadValues } from '../../../../src/core/inputs/inputs.js';
import { readThresholds } from '../../../../src/core/judge/threshold.js';
import { describeUnused, findDirection, readDirections } from '../../../../src/core/judgement/direction.js';

const find = (name: string, given: unknown, thresholds: Readonly<Record<string, string>> = {}, better?: 'lower') =>
  findDirection(
    { name, samples: [1], ...(better && { better }) },
    readDirections(given),
    readThresholds(Object.entries(thresholds)),
  );

describe('Which values are better', () => {
  test('is what the users say, by the exact name or the first pattern, before what the results say', () => {
    const given = { '.': 'lower', speed: 'higher', 'c++': 'higher' };
    expect(find('speed', given)).toBe('higher');
    expect(find('speeds', given)).toBe('lower');
    expect(find('c++', given)).toBe('higher');
    expect(find('speed', { speed: 'higher' }, {}, 'lower')).toBe('higher');
    expect(find('other', { speed: 'higher' }, {}, 'lower')).toBe('lower');
  });

  test.each([
    ['< 3', 'lower'],
    ['lambda x: x >= 3', 'higher'],
    ['not > 3', 'lower'],
    ['lambda x: 1 < x < 3', undefined],
    ['lambda x: abs(x) < 3', undefined],
    ['lambda x: True', undefined],
    ['lambda x: 1 / 0 < x', undefined],
  ])('is shown by the threshold %s', (text, expected) => expect(find('a', undefined, { a: text })).toBe(expected));

  test('is refused with every problem, and keys of no metric are named', () => {
    expect(() => readDirections({ a: 'faster', b: 1 })).toThrow(BadValues);
    expect(() => readDirections(['a'])).toThrow();
    expect(describeUnused(readDirections({ a: 'lower', b: 'lower' }), [{ name: 'a', samples: [1] }])).toEqual([
      '`better` has keys that are about no metric: b.',
    ]);
  });
});
