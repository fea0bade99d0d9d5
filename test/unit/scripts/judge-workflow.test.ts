import { describe, expect, test } from '@jest/globals';
import { inputs as ofAction } from '../../../actions/judge-results.inputs.js';
import { parseInputs } from '../../../src/core/inputs/inputs.js';
import { interpolate } from '../../worlds/expressions.js';
import { readPrintedWorkflow, type PrintedStep } from '../../worlds/printed-workflow.js';

/** The inputs of the workflows that have another name than those of judge-results. */
const names: Readonly<Record<string, string>> = { format: 'result-format' };
/** Inputs that are not passed on as they are given, and those of callers that may write a comment. */
const special = ['results', 'name', 'machine', 'record', 'commit', 'github-token'];
const without = ['comment', 'post', 'plots'];

test('tox-on-ec2.yml has no results to judge', () => {
  const { on, jobs } = readPrintedWorkflow('tox-on-ec2.yml');
  expect(jobs).not.toHaveProperty('judge');
  expect(on.workflow_call.inputs).not.toHaveProperty('results');
});

describe.each(['compose', 'phases'])('%s-on-ec2.yml', (kind) => {
  const { on, jobs } = readPrintedWorkflow(`${kind}-on-ec2.yml`);
  const stepOf = (job: string, action: string): PrintedStep =>
    jobs[job]!.steps.find(({ uses = '' }) => uses.includes(action))!;
  const judge = stepOf('judge', '$/judge-results').with!;

  test('passes every input to the input of judge-results with its name, but those for a comment', () => {
    const passed = Object.keys(ofAction).filter((name) => !without.includes(name));
    expect(Object.keys(judge).toSorted()).toEqual(passed.toSorted());
    const plain = passed.filter((name) => !special.includes(name));
    expect(judge).toMatchObject(
      Object.fromEntries(plain.map((name) => [name, `\${{ inputs.${names[name] ?? name} }}`])),
    );
  });

  test('has no default of its own that judge-results does not allow', () => {
    const given = Object.entries(on.workflow_call.inputs).filter(
      ([name]) => Object.hasOwn(ofAction, name) && name !== 'name',
    );
    const raw = given.map(([name, one]) => [name, { text: String(one.default ?? '') }]);
    expect(parseInputs(ofAction, Object.fromEntries(raw)).problems).toEqual([]);
  });

  test('asks for no permission that its other jobs do not ask for, so that callers grant enough', () => {
    const ofOthers = Object.entries(jobs)
      .filter(([name]) => name !== 'judge')
      .map(([, job]) => job.permissions);
    const granted = Object.assign({}, ...ofOthers) as Readonly<Record<string, string>>;
    expect(granted).toMatchObject(jobs['judge']!.permissions ?? {});
  });

  test('runs nothing of the commit beside its token and its AWS role', () => {
    const uses = jobs['judge']!.steps.map(({ uses: one = 'run' }) => one.replace(/@.*/, ''));
    const action = 'actions/';
    const aws = 'aws-actions/configure-aws-credentials';
    const all = [
      'run',
      `${action}checkout`,
      `${action}download-artifact`,
      aws,
      '$/judge-results',
      `${action}upload-artifact`,
    ];
    expect(uses).toEqual(all);
    expect(stepOf('judge', 'checkout').with).toMatchObject({ 'persist-credentials': false });
    // A link in the checkout could lead a download into the workspace elsewhere.
    expect(stepOf('judge', 'download-artifact').with!['path']).toBe('${{ runner.temp }}/results');
  });

  test('judges the list of an interleaved measurement, and otherwise all files', () => {
    const resultsOf = (interleave: string) =>
      interpolate(judge['results']!, { inputs: { interleave }, runner: { temp: '/tmp' } });
    expect([resultsOf('base,head'), resultsOf('')]).toEqual(['/tmp/results/interleaved.json', '/tmp/results/**']);
  });

  test('adds nothing of another commit than that of the run to the history', () => {
    const recordOf = (inputs: object) =>
      interpolate(judge['record']!, { inputs: { ref: '', repository: '', ...inputs } });
    expect([recordOf({}), recordOf({ ref: 'topic' }), recordOf({ repository: 'a/b' })]).toEqual([
      'auto',
      'never',
      'never',
    ]);
  });

  test('takes results without `interleave` from collect-results alone', () => {
    const given = stepOf('test', `$/run-${kind}`).with!['results']!;
    const resultsOf = (interleave: string) => interpolate(given, { inputs: { results: 'a.json', interleave } });
    expect([resultsOf('base,head'), resultsOf('')]).toEqual(['a.json', '']);
    for (const job of ['test', 'retest']) {
      expect(stepOf(job, '$/collect-results').with).toMatchObject({
        results: '${{ inputs.results }}',
        interleaved: `\${{ steps.${kind}.outputs.interleaved }}`,
        artifacts: `\${{ steps.${kind}.outputs.artifacts }}`,
      });
    }
  });

  test.each([
    ['an input', { 'base-ref': 'v1' }, { base_ref: 'main' }, 'v1'],
    ['the pull request', {}, { base_ref: 'main' }, 'main'],
    ['the default branch', {}, { base_ref: '', event: { repository: { default_branch: 'trunk' } } }, 'trunk'],
  ])('has its base from %s', (_, inputs, github, base) => {
    const { with: given } = jobs['start']!.steps.find(({ id }) => id === 'base')!;
    expect(interpolate(given!['ref']!, { inputs: { 'base-ref': '', ...inputs }, github })).toBe(base);
  });

  test('checks out the base and the head side by side, and a commit alone in the workspace', () => {
    const pathOf = (base: string) =>
      interpolate(stepOf('test', 'checkout').with!['path']!, { needs: { start: { outputs: { base } } } });
    expect([pathOf('0123abc'), pathOf('')]).toEqual(['head', '']);
  });
});
