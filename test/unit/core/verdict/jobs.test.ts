import { describe, expect, test } from '@jest/globals';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';
import { judgeRun, listJobs, needsInput, summarizeJobs, type JobResult } from '../../../../src/core/verdict/jobs.js';

const job = (name: string, result: string, outputs: JobResult['outputs'] = {}): JobResult => ({
  name,
  result,
  outputs,
});

describe('The environments of a run', () => {
  const passed = { verdict: 'passed' };
  const verdictOf = (...jobs: JobResult[]) => judgeRun(jobs).verdict;

  test('pass when each one passed, was skipped or was not chosen', () => {
    const skipped = { verdict: 'skipped', reason: 'no secret' };
    expect(verdictOf(job('unit', 'success', passed))).toBe('passed');
    expect(verdictOf(job('unit', 'success', passed), job('cuda', 'skipped'))).toBe('passed');
    expect(verdictOf(job('unit', 'success', passed), job('s2search', 'success', skipped))).toBe('passed');
    expect(verdictOf(job('s2search', 'success', skipped))).toBe('skipped');
  });

  test.each([
    ['failure', {}],
    ['cancelled', passed],
    ['timed_out', passed],
    ['', passed],
    ['success', { verdict: 'failed' }],
    ['success', { verdict: 'maybe' }],
    ['success', { verdict: '' }],
    // GitHub leaves an empty output out of `needs`.
    ['success', { machine: 't3.xlarge' }],
    ['success', {}],
  ])('do not pass when a job is %j with %j', (result, outputs) => {
    expect(verdictOf(job('unit', 'success', passed), job('cuda', result, outputs))).toBe('failed');
  });

  test('do not pass when none was tested', () => {
    expect(verdictOf(job('choose', 'success', { environments: '[]' }), job('unit', 'skipped'))).toBe('failed');
  });

  test('do not pass when a chosen environment is not among the jobs', () => {
    const { verdict, jobs } = judgeRun([job('unit', 'success', { verdict: 'passed' })], ['unit', 'cuda']);
    expect([verdict, listJobs(jobs, 'failed')]).toEqual(['failed', 'cuda']);
  });

  test('do not pass when a chosen environment did not run', () => {
    const choose = job('choose', 'success', { environments: '["unit","cuda"]' });
    const { verdict, jobs } = judgeRun([choose, job('unit', 'success', passed), job('cuda', 'skipped')]);
    expect([verdict, jobs.at(-1)]).toMatchObject(['failed', { kind: 'failed', why: 'did not run' }]);
  });

  test('that were not chosen do not count, whatever their outputs are', () => {
    const { jobs } = judgeRun([job('unit', 'success', passed), job('cuda', 'skipped', { verdict: '${{ steps.x }}' })]);
    expect(jobs.at(-1)).toMatchObject({ kind: 'not chosen' });
  });

  test('may be listed, so that a job that tests nothing needs no verdict', () => {
    const jobs = [job('build', 'success'), job('unit', 'success', passed)];
    expect(judgeRun(jobs, ['unit']).verdict).toBe('passed');
    expect(judgeRun(jobs).verdict).toBe('failed');
  });

  test('may have no outputs, like a skipped job', () => {
    const needs = '{ "unit": { "result": "skipped", "outputs": null }, "cuda": { "result": "success" } }';
    const { values } = parseInputs({ needs: needsInput('') }, { needs: { text: needs } });
    expect(values.needs).toEqual([job('unit', 'skipped'), job('cuda', 'success')]);
  });

  test('of which EC2 took the machine away have the verdict of a second machine, and the summary says so', () => {
    const interrupted = 'true';
    const run = judgeRun([
      job('unit', 'success', { verdict: 'passed', interrupted }),
      job('arm64', 'failure', { verdict: 'failed', interrupted }),
      job('cuda', 'failure', { interrupted }),
      job('local_os', 'success', { verdict: 'passed', interrupted: '' }),
      job('dind_os', 'skipped', { interrupted }),
    ]);
    const rows = summarizeJobs(run).split('\n');
    expect(
      rows.filter((row) => /^\| (unit|arm64|cuda|local|dind)/.test(row)).map((row) => row.split(' | ').at(-1)),
    ).toEqual([
      'passed, on a second machine, because EC2 took the spot machine away |',
      '**failure, on a second machine, because EC2 took the spot machine away** |',
      '**failure, EC2 took the spot machine away** |',
      'passed |',
      'not chosen |',
    ]);
    expect(run.verdict).toBe('failed');
    expect(judgeRun([job('unit', 'success', { interrupted })]).verdict).toBe('failed');
  });

  test('are summarized with machine, minutes and verdict', () => {
    const run = judgeRun([
      job('choose', 'success', { sha: 'a', environments: '["unit","cuda","arm64","s2search"]' }),
      job('unit', 'success', { verdict: 'passed', machine: 't3.xlarge', minutes: '2.5' }),
      job('cuda', 'failure', { verdict: 'failed', machine: 'g4dn.xlarge', minutes: '9.0' }),
      job('arm64', 'cancelled'),
      job('s2search', 'success', { verdict: 'skipped', reason: 'The secret S2SEARCH_URL is not set.' }),
      job('dind_os', 'skipped'),
    ]);
    expect(summarizeJobs(run).split('\n')).toEqual([
      '### All environments: cuda, arm64 not successful',
      '',
      '| Environment | Machine | Minutes | Verdict |',
      '| --- | --- | ---: | --- |',
      '| unit | t3.xlarge | 2.5 | passed |',
      '| cuda | g4dn.xlarge | 9.0 | **failure** |',
      '| arm64 |  |  | **cancelled** |',
      '| s2search |  |  | skipped: The secret S2SEARCH\\_URL is not set. |',
      '| dind\\_os |  |  | not chosen |',
      '',
    ]);
    expect(listJobs(run.jobs, 'skipped')).toBe('s2search (The secret S2SEARCH_URL is not set.)');
  });

  test('are summarized with the outputs of jobs as plain text', () => {
    const evil = { verdict: 'passed', machine: '<img src=x> | [a](b)\n# c' };
    expect(summarizeJobs(judgeRun([job('unit', 'success', evil)]))).toContain(
      '| unit | &lt;img src=x&gt; \\| \\[a\\](b) # c |  | passed |',
    );
  });

  test('are summarized with a failed job that tests nothing', () => {
    const run = judgeRun([job('choose', 'failure'), job('unit', 'skipped')]);
    expect(summarizeJobs(run)).toContain('| choose |  |  | **failure** |');
  });

  test.each(['{}', '[]', 'x', '{"a": 1}', '{"a": {}}', 'null'])('cannot be read from %j', (text) => {
    const { problems } = parseInputs({ needs: needsInput('Some.') }, { needs: { text } });
    expect(problems).toEqual([expect.stringContaining('allowed: the `needs` context as JSON')]);
  });
});
