import { describe, expect, test } from '@jest/globals';
import type { Figure } from '../../../../src/core/figures/figure.js';
import type { Comparison } from '../../../../src/core/judge/compare.js';
import { conclude, type FailOn } from '../../../../src/core/judge/conclusion.js';
import { readThresholds } from '../../../../src/core/judge/threshold.js';
import { judgeRun, type JudgedRun, type Verdict } from '../../../../src/core/judge/verdict.js';

const figure = (name: string, value: number, more: Partial<Figure> = {}): Figure => ({
  name,
  unit: 'ms',
  better: 'lower',
  samples: [value],
  ...more,
});
const change: Comparison = {
  outcome: 'change',
  before: 10,
  after: 11,
  relative: 0.1,
  interval: [0.08, 0.125],
  p: 0.008,
};

function judge(
  run: Partial<Omit<JudgedRun, 'thresholds' | 'comparisons'>> & {
    thresholds?: Record<string, string>;
    comparisons?: Record<string, Comparison>;
  },
): readonly Verdict[] {
  const { figures = [], unusable = [], thresholds = {}, comparisons = {} } = run;
  return judgeRun({
    figures,
    unusable,
    thresholds: readThresholds(Object.entries(thresholds)),
    comparisons: new Map(Object.entries(comparisons)),
  });
}
/** State and reasons of the only verdict. */
function judgeOne(run: Parameters<typeof judge>[0]): readonly [string, ...string[]] {
  const [verdict, ...others] = judge(run);
  expect(others).toEqual([]);
  return [verdict!.state, ...verdict!.reasons];
}

describe('The verdict on a metric', () => {
  const figures = [figure('latency', 3.3)];

  test.each<[string, readonly [string, string]]>([
    ['< 3.4', ['passed', 'It passes with 3.3 ms and the threshold `< 3.4` of `latency`.']],
    ['< 3.3', ['missed', 'It does not pass with 3.3 ms and the threshold `< 3.3` of `latency`.']],
    [
      'lambda x: 0',
      [
        'refused',
        'The threshold gives no answer for 3.3 ms and the threshold `lambda x: 0` of `latency`: it gives 0, neither True nor False.',
      ],
    ],
  ])('by the threshold %s', (threshold, expected) =>
    expect(judgeOne({ figures, thresholds: { latency: threshold } })).toEqual(expected),
  );

  test('is about the median of the samples', () => {
    expect(judge({ figures: [figure('latency', 0, { samples: [1, 90, 2] })], thresholds: { lat: '< 3' } })).toEqual([
      { name: 'latency', state: 'passed', unit: 'ms', value: 2, threshold: '< 3', reasons: [expect.any(String)] },
    ]);
  });

  test.each<[string, Partial<Figure>, Partial<Comparison>, readonly string[]]>([
    ['worse', {}, {}, ['regression', 'It is worse: 10 ms before, 11 ms now (+10.0 %, between +8.0 % and +12.5 %).']],
    [
      'better',
      { better: 'higher' },
      {},
      ['passed', 'It is better: 10 ms before, 11 ms now (+10.0 %, between +8.0 % and +12.5 %).'],
    ],
    [
      'the same',
      {},
      { outcome: 'no-change', after: 10.05, relative: 0.005 },
      ['passed', 'No change is shown: 10 ms before, 10.05 ms now (+0.5 %, between +8.0 % and +12.5 %).'],
    ],
    [
      'undecided',
      {},
      { outcome: 'undecided', reason: 'it takes more' },
      ['undecided', 'The comparison is undecided: it takes more.'],
    ],
  ])('that is %s by comparison', (_, more, other, expected) => {
    const run = { figures: [figure('latency', 11, more)], comparisons: { latency: { ...change, ...other } } };
    expect(judgeOne(run)).toEqual(expected);
  });

  test('that changed without a direction is undecided', () => {
    const { better: _, ...bare } = figure('latency', 3);
    const zero: Comparison = { outcome: 'change', before: 0, after: 3, p: 0.001 };
    expect(judgeOne({ figures: [bare], comparisons: { latency: zero } })).toEqual([
      'undecided',
      'It changed, and nothing says whether lower or higher is better: 0 ms before, 3 ms now (no relative change exists from 0).',
    ]);
  });

  test('is the worse one of threshold and comparison', () => {
    const run = { figures: [figure('latency', 11)], comparisons: { latency: change } };
    expect(judgeOne({ ...run, thresholds: { latency: '< 12' } })[0]).toBe('regression');
    expect(judgeOne({ ...run, thresholds: { latency: '< 10' } })[0]).toBe('missed');
  });

  test('that nothing is about is unjudged', () => {
    expect(judgeOne({ figures })).toEqual(['unjudged', 'No threshold and no comparison is about it.']);
  });

  test('that is no number is refused, also with a threshold that is always true', () => {
    const run = { unusable: [{ name: 'latency', given: 'NaN' }], thresholds: { '.*': 'lambda x: True' } };
    expect(judgeOne(run)).toEqual(['refused', 'Its value is NaN; allowed: finite numbers.']);
  });

  test('that is missing names the threshold, or the base', () => {
    expect(
      judge({ figures, thresholds: { throughput: '> 1', 'p99 (ms': '< 1' }, comparisons: { old: change } }).map(
        ({ name, state, reasons }) => [name, state, ...reasons],
      ),
    ).toEqual([
      ['old', 'missing', 'What it is compared with has it, but the results do not.'],
      [
        'p99 (ms',
        'missing',
        'No metric of the results has this name, and it cannot be read as a pattern: it has a `(` without its `)`, at character 5.',
      ],
      ['throughput', 'missing', 'No metric of the results has this name or pattern.'],
      ['latency', 'unjudged', 'No threshold and no comparison is about it.'],
    ]);
  });

  test('is not missing for a pattern behind another one', () => {
    expect(judge({ figures, thresholds: { 'lat.*': '< 9', '.*': '< 1' } }).map(({ state }) => state)).toEqual([
      'passed',
    ]);
  });

  test('comes first if it is worse', () => {
    const many = judge({
      figures: [figure('b', 1), figure('a', 1), figure('c', 9), figure('d', 11)],
      unusable: [{ name: 'z', given: 'null' }],
      thresholds: { '[abc]': '< 3', x: '< 1' },
      comparisons: { d: change },
    });
    expect(many.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'z refused',
      'x missing',
      'c missed',
      'd regression',
      'a passed',
      'b passed',
    ]);
  });
});

describe('The conclusion', () => {
  const all: readonly FailOn[] = ['threshold', 'regression', 'missing'];
  const verdict = (state: Verdict['state'], threshold?: string): Verdict => ({
    name: 'm',
    state,
    reasons: ['Why.'],
    ...(threshold && { threshold }),
  });
  const good = verdict('passed', '< 3');
  const of = (verdicts: readonly Verdict[], failOn: readonly FailOn[] = all, requireThresholds = true) =>
    conclude(verdicts, { failOn: new Set(failOn), requireThresholds, problems: [] });

  test.each<[string, readonly Verdict[], number, readonly string[]]>([
    ['passes', [good, verdict('unjudged')], 0, []],
    [
      'counts what is worse',
      [good, verdict('missed', '<1'), verdict('regression')],
      2,
      ['1 metric is beyond the threshold: m.', '1 metric became worse: m.'],
    ],
    [
      'counts to 99',
      [good, ...Array<Verdict>(200).fill(verdict('regression'))],
      99,
      ['200 metrics became worse: m, m, m, 197 more.'],
    ],
    [
      'is an error with a metric that is refused',
      [good, verdict('regression'), verdict('refused')],
      100,
      ['1 metric cannot be judged: m. Why.', '1 metric became worse: m.'],
    ],
    ['is an error with a missing metric', [good, verdict('missing', '< 3')], 100, ['1 metric is missing: m.']],
    ['is an error without metrics', [], 100, ['The results have no metric.']],
    [
      'is an error with unjudged metrics alone',
      [verdict('unjudged')],
      100,
      ['No threshold is about a metric of the results.'],
    ],
    [
      'is an error without a threshold',
      [verdict('passed'), verdict('missing', '< 3')],
      100,
      ['No threshold is about a metric of the results.', '1 metric is missing: m.'],
    ],
  ])('%s', (_, verdicts, code, reasons) => expect(of(verdicts)).toEqual({ passed: code === 0, code, reasons }));

  test('does not pass with undecided metrics, and fails only on demand', () => {
    const verdicts = [good, verdict('undecided')];
    expect(of(verdicts)).toEqual({ passed: false, code: 0, reasons: ['1 metric is undecided: m.'] });
    expect(of(verdicts, [...all, 'undecided']).code).toBe(100);
  });

  test('fails on nothing but what is asked for', () => {
    const verdicts = [good, verdict('missed', '< 1'), verdict('regression'), verdict('missing')];
    expect(of(verdicts, []).code).toBe(0);
    expect(of(verdicts, ['regression']).code).toBe(1);
    expect(of([verdict('passed')], [], false)).toEqual({ passed: true, code: 0, reasons: [] });
    expect(of([good, verdict('refused')], []).code).toBe(100);
  });

  test('without required thresholds, passes metrics that nothing is about, and never results without a metric', () => {
    expect(of([verdict('unjudged')], all, false)).toEqual({ passed: true, code: 0, reasons: [] });
    expect(of([], [], false)).toMatchObject({ passed: false, code: 100 });
    expect(of([verdict('missing')], [], false)).toMatchObject({ passed: false, code: 100 });
  });

  test('is an error if the results are doubtful, unless nobody asks', () => {
    const judgeDoubtful = (failOn: readonly FailOn[]) =>
      conclude([good], { failOn: new Set(failOn), requireThresholds: true, problems: ['3 requests failed.', 'And.'] });
    expect(judgeDoubtful(['problem'])).toEqual({
      passed: false,
      code: 100,
      reasons: ['The results are doubtful: 3 requests failed. And 1 more problem.'],
    });
    expect(judgeDoubtful([]).code).toBe(0);
  });
});
