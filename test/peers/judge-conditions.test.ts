/** When results are judged, and what follows, evaluated by GitHub's own expression evaluator. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { evaluate, interpolate } from './github-parser.js';

interface Workflow {
  readonly on: { readonly workflow_call: { readonly outputs: Readonly<Record<string, { readonly value: string }>> } };
  readonly jobs: Readonly<
    Record<string, { readonly if: string; readonly with: object; readonly outputs: Readonly<Record<string, string>> }>
  >;
}

const read = (path: string): Workflow => parse(readFileSync(path, 'utf8')) as Workflow;
const never = { result: 'skipped', outputs: {} };
const passed = (outputs: object = { gone: 'false', interrupted: 'false' }) => ({ result: 'success', outputs });
const failed = { result: 'failure', outputs: { gone: 'false', interrupted: 'false' } };

describe.each([
  ['compose', 'fail'],
  ['phases', 'failed'],
])('%s-on-ec2.yml', (kind, word) => {
  const { on, jobs } = read(`.github/workflows/${kind}-on-ec2.yml`);

  test.each([
    ['tests that passed', passed(), never, true],
    ['tests that failed', failed, never, false],
    ['tests that were skipped', never, never, false],
    [
      'tests that EC2 ended, before a second machine has passed',
      passed({ gone: 'false', interrupted: 'true' }),
      never,
      false,
    ],
    [
      'tests that EC2 ended, and a second machine that passed',
      passed({ gone: 'false', interrupted: 'true' }),
      passed(),
      true,
    ],
    [
      'tests that EC2 ended, and a second machine that failed',
      passed({ gone: 'false', interrupted: 'true' }),
      failed,
      false,
    ],
    ['a re-run whose machine was gone, before another has passed', passed({ gone: 'true' }), never, false],
    ['a re-run on another machine that passed', passed({ gone: 'true' }), passed(), true],
    ['tests whose outputs GitHub dropped', passed({}), never, false],
  ])('after %s', (_, first, second, judges) => {
    const needs = { start: { result: 'success' }, test: first, retest: second };
    expect(evaluate(jobs['judge']!.if, { needs, inputs: { results: 'a.json' } })).toBe(judges);
    expect(evaluate(jobs['judge']!.if, { needs, inputs: { results: '' } })).toBe(false);
    // A dispatch may have no such input.
    expect(evaluate(jobs['judge']!.if, { needs, inputs: {} })).toBe(false);
  });

  test('has the verdict of the tests, but if their results did not pass', () => {
    const verdictOf = (judge: object) =>
      interpolate(on.workflow_call.outputs['verdict']!.value, {
        jobs: { start: { outputs: {} }, test: { outputs: { verdict: 'good' } }, retest: { outputs: {} }, judge },
      });
    expect(verdictOf({ outputs: {} })).toBe('good');
    expect(verdictOf({ outputs: { verdict: 'passed' } })).toBe('good');
    expect(verdictOf({ outputs: { verdict: 'failed' } })).toBe(word);
  });

  test.each([
    ['true', 'passed'],
    ['false', 'failed'],
    ['undecided', 'undecided'],
    ['', ''],
  ])('says of results that judge-results calls %j: %j', (given, judgement) => {
    const steps = { judge: { outputs: { passed: given } } };
    expect(interpolate(jobs['judge']!.outputs['judgement']!, { steps })).toBe(judgement);
  });

  test('counts a judge that could not judge as failed', () => {
    const verdictOf = (outcome: string) =>
      interpolate(jobs['judge']!.outputs['verdict']!, { steps: { judge: { outcome } } });
    expect(['success', 'failure', 'skipped', ''].map(verdictOf)).toEqual(['passed', 'failed', 'failed', 'failed']);
  });
});

describe('The starter benchmark.yml', () => {
  const { jobs } = read('workflows/starter/benchmark.yml');

  test.each([
    ['nothing', '[]', false],
    ['a metric', '["latency"]', true],
    // GitHub drops outputs that contain the text of a secret.
    ['what GitHub dropped', '', true],
  ])('measures %s again on a second machine', (_, suspected, confirms) => {
    expect(evaluate(jobs['confirm']!.if, { needs: { benchmark: { outputs: { suspected } } } })).toBe(confirms);
  });

  test('measures the same again, but what it suspects', () => {
    const { 'on-regression': mode, ...first } = jobs['benchmark']!.with as Record<string, unknown>;
    const { confirm, ...second } = jobs['confirm']!.with as Record<string, unknown>;
    expect([mode, confirm]).toEqual(['suspect', '${{ needs.benchmark.outputs.suspected }}']);
    expect(second).toEqual(first);
  });

  test.each([
    ['a pull request', 'pull_request', 'base,head'],
    ['a dispatch', 'workflow_dispatch', 'base,head'],
    ['a push, which has no base', 'push', ''],
  ])('compares %s', (_, event_name, sides) => {
    const { interleave } = jobs['benchmark']!.with as Record<string, string>;
    expect(interpolate(interleave!, { github: { event_name } })).toBe(sides);
  });

  test.each([
    ['both judgements', 'pull_request', 'a', 'b', true],
    ['the first judgement', 'pull_request', 'a', '', true],
    ['no judgement', 'pull_request', '', '', false],
    ['a push', 'push', 'a', 'b', false],
  ])('comments on %s, or not', (_, event_name, first, second, comments) => {
    const needs = { benchmark: { outputs: { comment: first } }, confirm: { outputs: { comment: second } } };
    expect(evaluate(jobs['comment']!.if, { github: { event_name }, needs })).toBe(comments);
  });
});
