import { expect, test } from '@jest/globals';
import { chartOfRuns } from '../../../../src/core/judgement/mermaid.js';
import { around, judge, steady } from '../../../worlds/judgements.js';

const chart = (runs: readonly number[], unit?: string, threshold = '< 3.3'): readonly string[] =>
  chartOfRuns(
    judge({ metrics: [{ name: 'a', runs, ...(unit !== undefined && { unit }) }], thresholds: { a: threshold } })
      .metrics[0]!,
  );

test('has the runs and a near threshold in one unit', () => {
  expect(chart([3_000, 3_100, 3_200], 'ms', '< 3300').slice(6)).toEqual([
    'xychart-beta',
    '  x-axis "runs, the newest last" 1 --> 3',
    '  y-axis "s" 2.9 --> 3.4',
    '  line [3, 3.1, 3.2]',
    '  line [3.3, 3.3, 3.3]',
    '```',
    '',
    'Red: `< 3.3 s`.',
    '',
  ]);
});

test('has no threshold that is far away, and no title of an axis without a unit', () => {
  const lines = chart([30, 31], undefined, '< 3300').join('\n');
  expect(lines).toContain('  y-axis 29.5 --> 31.5\n');
  expect(lines.match(/ line \[/g)).toHaveLength(1);
  expect(lines).not.toContain('Red');
});

test.each([1e-12, 1e-7, 1e9, 1e15, 1e300, 0, -4e-9])('has no exponent, which Mermaid cannot read: %d', (value) => {
  const lines = chart([value, value * 1.1, value * 0.9]).join('\n');
  expect(lines).not.toMatch(/\de[+-]?\d|NaN|Infinity/);
});

test('has the newest 80 runs', () => {
  expect(chart(around(steady(5, 400), 0.01, 1)).join('\n')).toContain('1 --> 80');
  expect(chart([1])).toEqual([]);
});

test('has nothing of a unit that Mermaid would read as its own', () => {
  const lines = chart([30, 31], '"] \n%%{init: {}}%%\n```<b>#quot; ms');
  expect(lines.filter((line) => /%%|```|<|#quot|"\]/.test(line))).toEqual(['```mermaid', '```']);
});
