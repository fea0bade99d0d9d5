import { describe, expect, test } from '@jest/globals';
import { BadValues } from '../../../../src/core/inputs/inputs.js';
import { findThreshold, readThresholds, type Threshold } from '../../../../src/core/judge/threshold.js';

const read = (text: unknown): Threshold => readThresholds([['m', text]])[0]!;
const check = (text: string, value: number) => read(text).check(value);

/** What a threshold is refused with. */
function refuse(...entries: readonly (readonly [string, unknown])[]): readonly (string | undefined)[] {
  try {
    readThresholds(entries);
  } catch (error) {
    if (error instanceof BadValues) return error.all.map(({ part, allowed }) => `${part} | ${allowed.split('; ')[1]}`);
    throw error;
  }
  return [];
}

describe('A threshold', () => {
  test.each([
    ['lambda x: x < (3 * 1.1)', 3.3, true],
    ['lambda x: x < (3 * 1.1)', 3.3000000000000003, false],
    ['lambda x: x <= 1E+2 and x >= -1.5e-1', 100.5, false],
    ['lambda x: 5 > x >= 1 != x', 2, true],
    ['lambda x: 5 > x >= 1 != x', 1, false],
    ['lambda x: (x < 5) == True', 3, true],
    ['lambda x: x > 1 or x < -1 and x > -5', -6, false],
    ['lambda x: not x > 3 and x > 1', 4, false],
    ['lambda x: not not x > 3', 4, true],
    ['lambda x: -x * 2 < 2 + 3 * -1', 0.5, false],
    ['lambda x: 8 / 4 / 2 - 1 - 1 == -x', 1, true],
    ['lambda x: .5 < x < 5.', 1, true],
    ['lambda x:x<3', 2, true],
    ['  lambda x: x < 3\n', 2, true],
    ['lambda constructor: constructor < 3', 4, false],
    ['lambda x: True', 9, true],
    ['lambda x: False', 9, false],
    ['lambda x: abs(x - 10) <= max(1, 0.05 * 10, min(2, 3))', 12, true],
    ['lambda x: abs(x - 10) <= 1', -11, false],
    ['< 3.3', 3.3, false],
    ['<3.3', 3.2, true],
    ['> 1 and <= 5', 5, true],
    ['> 1 and <= 5', 1, false],
    ['not < 3', 3, true],
    ['!= 0', 0, false],
  ])('%j gives for %d: %s', (text, value, passed) => expect(check(text, value)).toEqual({ passed }));

  // Python's answers, also where JavaScript's Math.round and toFixed differ.
  test.each([
    ['round(x)', 0.5, 0],
    ['round(x)', 1.5, 2],
    ['round(x)', 2.5, 2],
    ['round(x)', -2.5, -2],
    ['round(x)', 2.4999, 2],
    ['round(x, 2)', 2.675, 2.67],
    ['round(x, 2)', 0.125, 0.12],
    ['round(x, 2)', 0.375, 0.38],
    ['round(x, 1)', -0.25, -0.2],
    ['round(x, 1)', 1e22, 1e22],
  ])('%s of %d is %d', (call, value, rounded) => {
    expect(check(`lambda x: ${call} == ${rounded}`, value)).toEqual({ passed: true });
  });

  test.each([
    ['lambda x: x < 10 / 0', 1, 'it divides by zero'],
    ['lambda x: x < 1 or 10 / (x - 1) > 2', 1, 'it divides by zero'],
    ['lambda x: x', 3, 'it gives 3, neither True nor False'],
    ['lambda x: x and x < 5', 0, 'it gives 0, neither True nor False'],
    ['lambda x: x + 1 > x', 2 ** 53, 'a sum or product is above 2**53 - 1'],
    ['lambda x: x / 1e-300 > 1', 1e300, 'a quotient is too large'],
    ['lambda x: round(x, 1 / 2) > 1', 1, '`round` takes 0 to 15 digits'],
  ])('%j has no answer for %d', (text, value, refused) => expect(check(text, value)).toEqual({ refused }));

  test.each([
    ['x < 3', 'neither `lambda x:` nor a comparison such as `<` at its beginning, at character 1'],
    ['lambda x, y: x < y', '`,`, where `:` belongs, after the name of the one parameter, at character 9'],
    ['lambda *x: True', '`*`, where the name of the one parameter belongs, at character 8'],
    ['lambda if: if < 3', '`if`, where the name of the one parameter belongs, at character 8'],
    ['lambda x: x < 3; import os', '`;`, which is not allowed, at character 16'],
    ['lambda x: (x < 3', 'its end, where `)` belongs, that closes a parenthesis, at character 17'],
    ['lambda x: x =< 3', '`=`, which is not allowed, at character 13'],
    ['lambda x: x === 3', '`=`, which is not allowed, at character 15'],
    ['lambda x: !(x > 3)', '`!`, which is not allowed, at character 11'],
    ['lambda x: x < 1e999', 'a number that is too large, at character 15'],
    ['lambda x: x < 0x10', 'a number in a form other than 12, 1.5 or 2e-3, at character 15'],
    ['lambda x: x < 007', 'a number that begins with 0, at character 15'],
    [`lambda x: x < ${'9'.repeat(400)}`, 'a whole number above 2**53 - 1, at character 15'],
    ["lambda x: x < '3'", "`'`, which is not allowed, at character 15"],
    ['lambda x: 9**9**9 > x', '`**`, which is not allowed there, at character 12'],
    ['lambda x: x // 2 < 3', '`//`, which is not allowed there, at character 13'],
    ['lambda x: x % 2 < 3', '`%`, which is not allowed, at character 13'],
    ['lambda x: x is 3', '`is`, which is not allowed there, at character 13'],
    ['lambda x: x < 3 if x > 0 else True', '`if`, which is not allowed there, at character 17'],
    ['lambda x: (x := 5) < 6', '`:=`, where `)` belongs, that closes a parenthesis, at character 14'],
    ['lambda x: y < 3', '`y`, which is neither the parameter nor a known function, at character 11'],
    ['lambda x: abs < 3', '`<`, where `(` belongs, after `abs`, at character 15'],
    ['lambda x: abs(x, 2) < 3', '`abs` with 2 instead of 1 arguments, at character 11'],
    ['lambda x: max(x) < 3', '`max` with 1 instead of 2 to 20 arguments, at character 11'],
    ['< x', '`x`, which is neither the parameter nor a known function, at character 3'],
    ['lambda x: x \u2264 3', 'the character U+2264, which is not allowed, at character 13'],
    ['lambda x: x < 3\u00a0', 'the character U+00A0, which is not allowed, at character 16'],
    ['lambda x:', 'its end, where a value belongs, at character 10'],
    ['', 'neither `lambda x:` nor a comparison such as `<` at its beginning, at character 1'],
    ['lambda x: x.__class__ < 3', '`.`, which is not allowed, at character 12'],
    ["__import__('os')", "`'`, which is not allowed, at character 12"],
    ["lambda x: __import__('os').system('true') == 0", "`'`, which is not allowed, at character 22"],
  ])('%j is refused', (text, what) => expect(refuse(['m', text])[0]!.split(' | ')[1]).toBe(`it has ${what}`));

  test.each([
    [`lambda x: ${'('.repeat(2000)}x${')'.repeat(2000)} < 3`, 'it has 4015 characters'],
    [`lambda x: ${'('.repeat(400)}x${')'.repeat(400)} < 3`, 'more than 50 levels of nesting, at character 62'],
    [`lambda x: ${'-'.repeat(400)}x < 3`, 'more than 50 levels of nesting'],
    [`lambda x: ${'not '.repeat(200)}x < 3`, 'more than 50 levels of nesting'],
    [`lambda x: ${'abs('.repeat(100)}x${')'.repeat(100)} < 3`, 'more than 50 levels of nesting'],
  ])('too deep or too long is refused (%#)', (text, what) => expect(refuse(['m', text])[0]).toContain(what));

  test('may be long but flat', () => {
    expect(check(`lambda x: ${'x + '.repeat(240)}x == 241`, 1)).toEqual({ passed: true });
  });

  test('is refused together with all others, with its key, shortened', () => {
    const problems = refuse(['a', 3], ['b', '< 3'], ['c', null], ['d', `lambda x: ${'x'.repeat(90)}`]);
    expect(problems.map((problem) => problem!.split(' | ')[0])).toEqual([
      'a: 3',
      'c: null',
      `d: lambda x: ${'x'.repeat(49)}…`,
    ]);
  });
});

describe('The threshold of a metric', () => {
  const find = (keys: readonly string[], metric: string): string | undefined =>
    findThreshold(readThresholds(keys.map((key) => [key, '< 1'] as const)), { name: metric })?.key;

  test.each<[string[], string, string | undefined]>([
    [['latency_.*', 'latency_avg'], 'latency_avg', 'latency_avg'],
    [['.*_avg', 'lat'], 'latency_avg', '.*_avg'],
    [['lat', '.*_avg'], 'latency_avg', 'lat'],
    [['throughput'], 'throughput_fps', 'throughput'],
    [['a.b'], 'axb', 'a.b'],
    [['10', '9', '.*'], '9', '9'],
    [['(?!a)', '.*'], 'b', '.*'],
    [['c++', '.*'], 'c++', 'c++'],
    [['c++'], 'c', undefined],
    [['latency'], 'throughput', undefined],
    [[], 'throughput', undefined],
  ])('of %j for %j is %j', (keys, metric, key) => expect(find(keys, metric)).toBe(key));

  test('says why a key is only a name', () => {
    expect(readThresholds([['p99 (ms', '< 1']])[0]!.noPattern).toBe('it has a `(` without its `)`, at character 5');
    expect(readThresholds([['p99', '< 1']])[0]!.noPattern).toBeUndefined();
  });
});
