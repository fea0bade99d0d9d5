/** Comments as people write them to the bots of public repositories, and what their authors and a maintainer expect of us. */
import { describe, expect, test } from '@jest/globals';
import { makePlan, type PlanRequest } from '../../../../src/core/command/plan.js';

const usual = { sha: 'a'.repeat(40), language: 'both', presets: [], overrides: [], machine: {} } as const;
const byEnvironment: Omit<PlanRequest, 'comment'> = {
  ...usual,
  testNames: [],
  environments: ['unit', 'cuda'],
  otherArguments: 'refuse',
  phases: [],
};
const config = { path: 'config.yaml', text: 'ci_presets:\n  quick: {a.b: 2}\na: {b: 1, c: x}\n' };
const byName: Omit<PlanRequest, 'comment'> = {
  ...usual,
  testName: 'light',
  testNames: ['light', 'plot'],
  environments: [],
  otherArguments: 'keep',
  phases: ['prepare_ci', 'test_ci'],
  config,
};

function plan(request: Omit<PlanRequest, 'comment'>, text: string, description?: string): string {
  const planned = makePlan({
    ...request,
    comment: { text, source: 'the comment' },
    ...(description === undefined ? {} : { description: { text: description, source: 'the description' } }),
  });
  if (planned.kind === 'none') return `none: ${planned.hint ?? ''}`;
  if (planned.kind === 'refused') return `refused: ${planned.problems.join(' ')}`;
  return [`runs ${[...planned.plan.environments, ...planned.plan.presets].join(' ')}`, ...planned.plan.warnings].join(
    ': ',
  );
}

describe('A comment that asks for environments', () => {
  test.each([
    ['/test all', 'runs unit cuda'],
    ['/Test Unit', 'runs unit'],
    ['/test all,', 'runs unit cuda'],
    ['Hello.\n/test all\nThanks!', 'runs unit cuda'],
    ['/test all\n/hold\n/cc @octocat', 'runs unit cuda'],
    ['/lgtm\r\n/approve\r\n/test unit\r\n', 'runs unit'],
    [
      '/test unit\n\nOctocat | Example\n\nOn Sat, Oct 6, 2018, 01:04 CI Robot <notifications@example.com>\nwrote:\n\n> say\n> /test cuda',
      'runs unit',
    ],
    [
      '/test unit\n\nFrom: CI <notifications@example.com>\nSent: Monday\nTo: octo-org/perf\nSubject: Re: [octo-org/perf] x (#1)\n\n/test cuda',
      'runs unit',
    ],
    ['/test unit\n/ship it', 'runs unit'],
    ['You can use:\n- /test unit\n\n/test cuda', 'runs cuda'],
  ])('%j', (comment, outcome) => {
    expect(plan(byEnvironment, comment)).toBe(outcome);
  });

  test.each([
    '/retest',
    '/retest-required',
    '/ok-to-test',
    'ok to test',
    '/run-ci',
    '/test-gha',
    '/azp run',
    '/azp: run',
    '/packit build',
    '/gemini review',
    '/bot run --disable-fail-fast',
    '/bot skip --comment "all test passed"',
    '@k8s-bot test this please',
    'please /test all',
    'Tried `/test all` It works',
    'I want to do /test unit',
    'The following tests failed, say `/retest` to rerun them all:\n\nTest name | Rerun command\n--- | ---\nunit | `/test unit`',
    'Available:\n```\n/test unit\n/test cuda\n```\nUse `/test all` to run all.',
    'You can use:\n- /test unit\n- /test cuda',
    '<!-- uncomment one\n/test unit\n/test cuda\n-->\nHello',
    '```suggestion\n/test unit\n```',
    '> /test unit\n\nWhy did you?',
    '~~/test unit~~',
  ])('but not: %j', (comment) => {
    expect(plan(byEnvironment, comment)).toBe('none: ');
  });

  test.each([
    ['- /test unit', 'none: A command begins its line: write `/test unit`, with nothing before it.'],
    [
      '- [ ] /test unit\n- [x] /test cuda',
      'none: A command begins its line: write `/test unit`, with nothing before it.',
    ],
    ['`/test unit`', 'none: A command begins its line: write `/test unit`, with nothing before it.'],
    ['**/test unit**', 'none: A command begins its line: write `/test unit`, with nothing before it.'],
    ['🚀 /test unit', 'none: A command begins its line: write `/test unit`, with nothing before it.'],
    ['/ test unit', 'none: A command begins its line: write `/test unit`, with nothing before it.'],
    ['    /test unit', 'none: A command begins its line: write `/test unit`, with nothing before it.'],
    [
      '> Could you?\n/test unit',
      'none: Line 2, `/test unit`, is shown as a part of the quote above it; put an empty line before it.',
    ],
    ['a | b\n--|--\n1 | 2\n/test unit', 'none: Line 4, `/test unit`, is in a table; put an empty line before it.'],
    ['/test unit.', 'refused: the comment, line 1: `unit.` is not an environment; did you mean `unit`?'],
    ['/test “unit”', 'refused: the comment, line 1: `“unit”` is not an environment; did you mean `unit`?'],
    ['/test all please', 'refused: the comment, line 1: `please` is not an environment; there are: `unit`, `cuda`.'],
    [
      '/test unit\ncuda',
      'refused: the comment, line 2: `cuda` is below the command; write it on the line of the command.',
    ],
  ])('is answered with what to write: %j', (comment, outcome) => {
    expect(plan(byEnvironment, comment)).toBe(outcome);
  });
});

describe('A comment with directives', () => {
  test.each([
    [
      '/test light s3://a/b__c/\nquick\n/var a.b: 3',
      'refused: the comment, line 2: `quick` is below the command; write it on the line of the command.',
    ],
    ['/test light\nquick enough now', 'runs '],
    [
      '/test light\n- /var a.b: 2',
      'refused: the comment, line 2: `/var a.b: 2` is in a list; write it without the mark of the list.',
    ],
    [
      '/test light\n> note\n/var a.b: 4',
      'refused: the comment, line 3: `/var a.b: 4` is shown as a part of the quote above it; put an empty line before it.',
    ],
    [
      '/test light\n<details>\n\n/var a.b: 4\n</details>',
      'runs : the comment, line 4: `/var a.b: 4` is inside an element of HTML such as `<details>`; write it outside, if it is to count.',
    ],
    [
      '/test light\n/var a.c: “hi”',
      'refused: the comment, line 2: `/var a.c: “hi”` has quotation marks of a text editor; write `"` or `\'`, or none.',
    ],
    ['/test light\n/var a.c: it’s', 'runs '],
    [
      '/test light\n/var a\\_b: 1',
      'refused: the comment, line 2: `/var a\\_b: 1` has a backslash in the key `a\\_b`; write it without.',
    ],
    [
      '/test light\n/var a.b: `3`',
      "refused: the comment, line 2: `/var a.b: '3'` has backticks around the value; write it without.",
    ],
    ['/test light\n/var ab: 1', 'runs : the comment, line 2: `ab` is not a key of config.yaml, and is added.'],
    [
      '/test light, quick',
      'none: There is no test `light,`; did you mean `light`? Write `/test light` and its arguments.',
    ],
  ])('%j', (comment, outcome) => {
    expect(plan(byName, comment)).toBe(outcome);
  });

  test('runs despite a line of the description that does not count', () => {
    expect(plan(byName, '/test light', '- /var a.b: 8')).toBe(
      'runs : the description, line 1: `/var a.b: 8` is in a list; write it without the mark of the list, if it is to count.',
    );
  });
});
