import { describe, expect, test } from '@jest/globals';
import { judgeResult } from '../../../../src/core/compose/judge-result.js';

const metric = (value: number, passed: boolean): object => ({ value, threshold: 'lambda x: x < 3', passed });
const judge = (evaluations: unknown): string | undefined => judgeResult(JSON.stringify({ evaluations }));

describe('A result', () => {
  test.each<[unknown]>([[undefined], [null], [{}], [{ passed: true }], [[]], ['failed'], [{ passed: 'false' }]])(
    'passes with the evaluations %j',
    (evaluations) => expect(judge(evaluations)).toBeUndefined(),
  );

  test.each([['[]'], ['1'], ['null'], ['{"passed":false}']])('may be any JSON: %s', (text) =>
    expect(judgeResult(text)).toBeUndefined(),
  );

  test('fails with the metrics that did not pass', () => {
    const latency = { passed: false, latency_avg: metric(1, true), latency_std: metric(4, false) };
    expect(judge({ passed: false, 'tools.evaluation.latency': latency, 'tools.other': { passed: true } })).toBe(
      'The evaluations in the result did not pass: latency_std is 4, with the threshold lambda x: x < 3.',
    );
  });

  test('fails with the error of an evaluation', () => {
    const failed = { 'tools.load': { passed: false, error: 'division by zero' }, 'tools.bare': { passed: false } };
    expect(judge({ passed: false, ...failed })).toBe(
      'The evaluations in the result did not pass: load reports "division by zero"; bare.',
    );
  });

  test('fails without a reason', () => {
    expect(judge({ passed: false })).toBe('The evaluations in the result did not pass.');
  });

  test('lists the first of many metrics', () => {
    const many = Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`m${index}`, metric(9, false)]));
    expect(judge({ passed: false, all: { passed: false, ...many } })).toContain(
      'm4 is 9, with the threshold lambda x: x < 3; and 2 more.',
    );
  });
});
