/** Thresholds beside Python, which the seed's Benchmark Tools gives them to, and the cases of its users. */
import { describe, expect, test } from '@jest/globals';
import { BadValues } from '../../src/core/inputs/inputs.js';
import { compilePattern } from '../../src/core/judge/pattern.js';
import { SyntaxProblem } from '../../src/core/judge/syntax-problem.js';
import { findThreshold, readThresholds, type Threshold } from '../../src/core/judge/threshold.js';
import { createRandom } from '../worlds/random.js';
import { readJudgeCases } from './judge/cases.js';
import { askPython, casesFolder } from './judge/python.js';

/** Where ours is meant to differ. */
const differences: Readonly<Record<string, string>> = {
  'thr-60': '`abs`, `min`, `max` and `round` are allowed.',
};

function read(expression: string): Threshold | undefined {
  try {
    return readThresholds([['m', expression]])[0]!;
  } catch (error) {
    if (error instanceof BadValues) return undefined;
    throw error;
  }
}

const inCases = casesFolder === undefined ? test.skip : test;

describe('The cases of thresholds', () => {
  inCases('are answered as Python does, or refused', () => {
    const { thresholds: cases } = readJudgeCases();
    expect(cases.length).toBeGreaterThan(40);
    for (const { id, expression, must_refuse, may_refuse, expected } of cases) {
      const threshold = read(expression);
      if (differences[id] !== undefined) continue;
      expect([id, threshold === undefined]).toEqual([
        id,
        must_refuse || (may_refuse && threshold === undefined) || false,
      ]);
      for (const { x, passed, error } of threshold ? expected : []) {
        if (typeof x !== 'number') continue;
        const answer = threshold!.check(x);
        if (may_refuse && 'refused' in answer) continue;
        expect([id, x, answer]).toEqual([id, x, error ? { refused: expect.any(String) } : { passed }]);
      }
    }
  });

  inCases('find the threshold of a metric', () => {
    const { keys } = readJudgeCases();
    for (const { id, thresholds, metric, value, expected } of keys) {
      const start = performance.now();
      const found = findThreshold(readThresholds(Object.entries(thresholds)), { name: metric });
      expect(performance.now() - start).toBeLessThan(1000);
      if (expected.refuse_or_fast) continue;
      expect([id, found?.key, found?.check(value)]).toEqual([id, expected.used, { passed: expected.passed }]);
    }
  });
});

/** Random thresholds and patterns. Most patterns that a user could write, and some that have no sense. */
class Writer {
  constructor(private readonly random: () => number) {}

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)]!;
  }

  threshold(): string {
    return `lambda x: ${this.condition(3)}`;
  }

  private condition(depth: number): string {
    if (depth === 0 || this.random() < 0.3) {
      const chain = Array.from(
        { length: 1 + Math.floor(this.random() * 2) },
        () => `${this.pick(['<', '<=', '>', '>=', '==', '!='])} ${this.sum(2)}`,
      );
      return `${this.sum(2)} ${chain.join(' ')}`;
    }
    const [one, other] = [this.condition(depth - 1), this.condition(depth - 1)];
    return this.pick([`${one} and ${other}`, `${one} or ${other}`, `not ${one}`, `(${one})`, `(${one}) == True`]);
  }

  private sum(depth: number): string {
    if (depth === 0 || this.random() < 0.3) return this.pick(['x', 'x', '2', '.5', '1e-1', '3.', '7', 'True']);
    const [one, other] = [this.sum(depth - 1), this.sum(depth - 1)];
    return this.pick([
      `${one} ${this.pick(['+', '-', '*', '/'])} ${other}`,
      `-${one}`,
      `(${one})`,
      `abs(${one})`,
      `min(${one}, ${other})`,
      `max(${one}, ${other}, x)`,
      `round(${one})`,
      `round(${one}, 1)`,
    ]);
  }

  pattern(): string {
    const parts = [
      'a',
      'b',
      '_',
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
      '{2}',
      '\\Z',
      '\\d',
    ];
    return Array.from({ length: 1 + Math.floor(this.random() * 7) }, () => this.pick(parts)).join('');
  }

  name(): string {
    return Array.from({ length: Math.floor(this.random() * 7) }, () => this.pick(['a', 'b', '_', '1', '-', '\n'])).join(
      '',
    );
  }
}

describe('Python', () => {
  const random = createRandom(20);
  const writer = new Writer(random);
  const checks = Array.from({ length: 10_000 }, () => [writer.threshold(), Math.round(random() * 40) / 8 - 2] as const);
  const searches = Array.from({ length: 20_000 }, () => [writer.pattern(), writer.name()] as const);
  const answers = askPython('thresholds.py', { checks, searches }) as {
    checks: (boolean | string)[];
    searches: (boolean | null)[];
  };

  test('gives every threshold the same answer', () => {
    for (const [index, [expression, value]] of checks.entries()) {
      const [answer, expected] = [read(expression)!.check(value), answers.checks[index]!];
      const ours = 'refused' in answer ? 'ZeroDivisionError' : answer.passed;
      expect([expression, value, ours]).toEqual([expression, value, expected]);
    }
    expect(new Set(answers.checks)).toEqual(new Set([true, false, 'ZeroDivisionError']));
  });

  test('finds the same patterns', () => {
    let compared = 0;
    for (const [index, [pattern, name]] of searches.entries()) {
      const expected = answers.searches[index];
      let found: boolean;
      try {
        found = compilePattern(pattern)(name);
      } catch (error) {
        if (!(error instanceof SyntaxProblem)) throw error;
        continue;
      }
      compared++;
      expect([pattern, name, found]).toEqual([pattern, name, expected]);
    }
    expect(compared).toBeGreaterThan(5000);
  });
});
