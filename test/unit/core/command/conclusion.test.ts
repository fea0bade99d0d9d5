import { describe, expect, test } from '@jest/globals';
import { conclude, type ConcludedJob } from '../../../../src/core/command/conclusion.js';

function job(name: string, result: string, outputs: Record<string, string> = {}, more = {}): ConcludedJob {
  return { name, result, outputs, ...more };
}
const ok = job('ok', 'success', { verdict: 'passed' });

describe('One job', () => {
  test.each([
    ['success', { verdict: 'passed' }, 'success', 'All tests passed'],
    ['success', { verdict: 'pass' }, 'success', 'All tests passed'],
    ['success', { verdict: 'passed', skipped: 's2 (no secret)' }, 'error', 'Passed, but not run: s2 (no secret)'],
    ['success', { verdict: 'skipped', skipped: 's2 (x)' }, 'error', 'Not run: job (s2 (x))'],
    ['success', { verdict: 'skipped', reason: 'no secret' }, 'error', 'Not run: job (no secret)'],
    ['success', { verdict: 'skipped' }, 'error', 'Not run: job'],
    ['success', {}, 'error', 'No verdict: job (it succeeded without the output `verdict`)'],
    ['success', { verdict: 'odd' }, 'error', 'No verdict: job (the unknown verdict "odd")'],
    ['success', { verdict: 'error', phase: 'ready' }, 'error', 'No verdict: job (in ready)'],
    // `continue-on-error`
    ['success', { verdict: 'fail' }, 'failure', 'Tests failed'],
    ['failure', { verdict: 'failed' }, 'failure', 'Tests failed'],
    ['failure', { verdict: 'passed' }, 'failure', 'Tests failed'],
    ['failure', {}, 'failure', 'Tests failed'],
    ['failure', { verdict: 'error', phase: 'up', reason: 'no image' }, 'error', 'No verdict: job (in up: no image)'],
    ['cancelled', { verdict: 'passed' }, 'error', 'Canceled'],
    ['skipped', { verdict: 'passed' }, 'error', 'Not run: job (the job did not run)'],
    ['', {}, 'error', 'No verdict: job (no result)'],
    ['odd', {}, 'error', 'No verdict: job (the result "odd")'],
  ])('%s with %j is %s: %s', (result, outputs, state, description) => {
    expect(conclude([job('job', result, outputs as Record<string, string>)])).toMatchObject({ state, description });
  });

  test('of the user needs no verdict, and its verdict counts if it has one', () => {
    const own = { needsVerdict: false };
    expect(conclude([job('own', 'success', {}, own)])).toMatchObject({ state: 'success', title: 'Passed' });
    expect(conclude([job('own', 'success', { verdict: 'failed' }, own)])).toMatchObject({ state: 'failure' });
  });
});

describe('Several jobs', () => {
  test.each([
    [[ok, job('a', 'failure'), job('b', 'cancelled'), job('c', 'success')], 'failure', 'Failed', 'Tests failed: a'],
    [[ok, job('b', 'cancelled'), job('c', '')], 'error', 'No verdict', 'No verdict: c (no result)'],
    [[ok, job('b', 'cancelled'), job('c', 'skipped')], 'error', 'Canceled', 'Canceled: b'],
    [[ok, job('c', 'skipped')], 'error', 'Passed, but not all ran', 'Passed, but not run: c (the job did not run)'],
    [[ok, ok], 'success', 'Passed', 'All tests passed'],
    [[], 'error', 'Not run', 'Not run: no job has a result'],
  ])('have one verdict, that of the worst (%#)', (jobs, state, title, description) => {
    expect(conclude(jobs)).toMatchObject({ state, title, description });
  });

  test('without the one that read the command, whatever became of it', () => {
    expect(conclude([ok, job('plan', 'success', { answer: '7' })]).rows.map(({ name }) => name)).toEqual(['ok']);
    expect(conclude([ok, job('read', 'success')], { planJob: 'read' })).toMatchObject({ state: 'success' });
    expect(conclude([ok, job('read', 'success')])).toMatchObject({ state: 'error' });
    expect(conclude([job('plan', 'success', { answer: '7' })])).toMatchObject({ state: 'error' });
  });

  test('of which some may be skipped: they do not count, and alone they are no success', () => {
    const optional = job('compose', 'skipped', {}, { mayBeSkipped: true });
    const conclusion = conclude([ok, optional]);
    expect(conclusion).toMatchObject({ state: 'success', rows: [{ kind: 'passed' }, { kind: 'not asked for' }] });
    expect(conclude([optional])).toMatchObject({ state: 'error', description: 'Not run: no job has a result' });
    expect(conclude([ok, { ...optional, result: 'failure' }])).toMatchObject({ state: 'failure' });
  });
});

test('a row has what the job reports, and no number that is none', () => {
  const outputs = { verdict: 'pass', minutes: '11.25', machine: 'g4dn.xlarge', cost: '0.0335' };
  const conclusion = conclude([job('a', 'success', outputs, { url: 'https://x.y' })], { startedAt: 1, endedAt: 2 });
  expect(conclusion.rows).toEqual([
    { name: 'a', kind: 'passed', why: '', minutes: 11.25, machine: 'g4dn.xlarge', cost: 0.0335, url: 'https://x.y' },
  ]);
  expect(conclusion).toMatchObject({ startedAt: 1, endedAt: 2 });
  const odd = conclude([job('a', 'success', { ...outputs, minutes: '1e9', cost: 'unknown' })]).rows[0]!;
  expect(odd).toStrictEqual({ name: 'a', kind: 'passed', why: '', machine: 'g4dn.xlarge' });
});

test.each([
  ['https://eu-west-1.console.aws.amazon.com/s3/buckets/b?prefix=a/1/', true],
  ['https://us-gov-west-1.console.amazonaws-us-gov.com/s3/buckets/b', true],
  ['https://cn-north-1.console.amazonaws.cn/s3/buckets/b', true],
  ['https://b.s3.cn-north-1.amazonaws.com.cn/a/index.html', true],
  ['https://aws.amazon.com.example.org/', false],
  ['javascript:alert(1)', false],
  ['', false],
])('a row links to artifacts on AWS alone: %s', (url, isLinked) => {
  const outputs = { verdict: 'passed', 'export-url': url };
  expect(conclude([job('a', 'success', outputs)]).rows[0]!.artifacts).toBe(isLinked ? url : undefined);
});

test("a description is one line within GitHub's limit of 140 characters", () => {
  const { description } = conclude([job('a\nb\u0000c', 'success', { verdict: 'skipped', reason: '😀'.repeat(500) })]);
  expect(description).toMatch(/^Not run: a b c \(😀+…$/u);
  expect(description.length).toBeLessThanOrEqual(140);
});
