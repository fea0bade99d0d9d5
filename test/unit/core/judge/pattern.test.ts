import fc from 'fast-check';
import { describe, expect, test } from '@jest/globals';
import { compilePattern } from '../../../../src/core/judge/pattern.js';
import { SyntaxProblem } from '../../../../src/core/judge/syntax-problem.js';

const isIn = (pattern: string, name: string): boolean => compilePattern(pattern)(name);

describe('A pattern', () => {
  test.each([
    ['', 'any', true],
    ['lat', 'p99_latency', true],
    ['^lat', 'p99_latency', false],
    ['cy$', 'latency', true],
    ['cy$', 'latency\n', true],
    ['cy\\Z', 'latency\n', false],
    ['\\Alat', 'latency', true],
    ['a.b', 'a\nb', false],
    ['a|b$', 'bc', false],
    ['^(a|b)c', 'bc', true],
    ['^(?:ab)+$', 'ababa', false],
    ['(?P<n>lat)ency', 'latency', true],
    ['^a{2}$', 'aa', true],
    ['^a{2}$', 'aaa', false],
    ['^a{2,3}$', 'aaaa', false],
    ['^a{,2}$', 'aa', true],
    ['^a{2,}$', 'aaaa', true],
    ['^a{2,}?$', 'a', false],
    ['^a{x}$', 'a{x}', true],
    ['^a{}$', 'a{}', true],
    ['^(a?){3}$', 'aa', true],
    ['^(a*)*$', 'b', false],
    ['^(|a)+$', 'aa', true],
    ['^[a-c_]+$', 'b_a', true],
    ['^[^a-c]$', 'b', false],
    ['^[]x]+$', ']x', true],
    ['^[a-]+$', '-a', true],
    ['^[\\d.]+$', '1.5', true],
    ['^[\\]\\-]+$', ']-', true],
    ['\\bp99\\b', 'a p99 b', true],
    ['\\bp99\\b', 'a p991', false],
    ['9\\B', '99', true],
    ['^\\w+\\s\\S\\D\\W$', 'é9 xy-', true],
    ['^\\x41\\u0042\\t$', 'AB\t', true],
    ['a\\.b\\/c', 'a.b/c', true],
    ['(?i)LATENCY_[a-z]', 'latency_X', true],
    ['^.$', '😀', true],
    ['^[😀-😂]$', '😁', true],
  ])('%j in %j: %s', (pattern, name, expected) => expect(isIn(pattern, name)).toBe(expected));

  test.each([
    ['a)', 'a `)` without its `(`, at character 2'],
    ['(a', 'a `(` without its `)`, at character 1'],
    ['[a', 'a `[` without its `]`, at character 1'],
    ['*a', 'a repetition of nothing, at character 1'],
    ['a**', 'two repetitions in a row, at character 3'],
    ['a++', 'two repetitions in a row, at character 3'],
    ['^*', 'a repetition of what has no length, at character 2'],
    ['a{3,2}', 'a repetition whose least is above its most, at character 2'],
    ['a{1001}', 'a repetition of more than 1000 times, at character 2'],
    ['a{1,1001}', 'a repetition of more than 1000 times, at character 2'],
    ['(x{1000}){3}', 'more than 2000 steps, at character 1'],
    [`${'('.repeat(20)}a${'){1000}'.repeat(20)}`, 'more than 2000 steps, at character 1'],
    [`${'('.repeat(20)}${'){1000}'.repeat(20)}`, 'too many repetitions within repetitions, at character 1'],
    [`${'('.repeat(60)}a${')'.repeat(60)}`, 'more than 50 groups within each other, at character 51'],
    ['(?=a)', 'a group other than `(…)`, `(?:…)` and `(?P<name>…)`, at character 1'],
    ['(?<!a)', 'a group other than `(…)`, `(?:…)` and `(?P<name>…)`, at character 1'],
    ['(a)\\1', '`\\1`, which is not allowed, at character 4'],
    ['\\p{L}', '`\\p`, which is not allowed, at character 1'],
    ['a\\', 'a backslash at its end, at character 2'],
    ['[z-a]', 'a range whose ends are not two characters in order, at character 2'],
    ['[\\d-z]', 'a range whose ends are not two characters in order, at character 2'],
  ])('%j is refused', (pattern, message) => {
    expect(() => compilePattern(pattern)).toThrow(
      new SyntaxProblem(message.replace(/, at character \d+$/, ''), 0).what,
    );
    expect(() => compilePattern(pattern)).toThrow(message);
  });

  test.each([
    ['(a+)+$', `${'a'.repeat(5000)}!`],
    ['(a|aa)+$', `${'a'.repeat(5000)}!`],
    ['(.*)*(.*)*x', 'a'.repeat(5000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(5000)],
    [`${'a?'.repeat(100)}${'a'.repeat(100)}`, 'a'.repeat(99)],
  ])('%j does not backtrack', (pattern, name) => {
    const start = performance.now();
    expect(isIn(pattern, name)).toBe(false);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('matches as RegExp does', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      '.',
      '[ab]',
      '[^a]',
      '^',
      '$',
      '\\b',
      '\\w',
      '|',
      '(',
      ')',
      '(?:',
      'a*',
      'b+?',
      'a?',
      'b{2}',
      'a{1,2}',
      '-',
    );
    const patterns = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
    const names = fc.string({ unit: fc.constantFrom('a', 'b', '-', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(patterns, names, (pattern, name) => {
        let expected: boolean;
        try {
          expected = new RegExp(pattern).test(name);
        } catch {
          fc.pre(false);
        }
        try {
          expect(isIn(pattern, name)).toBe(expected!);
        } catch (error) {
          if (!(error instanceof SyntaxProblem)) throw error;
        }
      }),
      { numRuns: 5000 },
    );
  });
});
