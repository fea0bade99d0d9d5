import { describe, expect, test } from '@jest/globals';
import { inputs as ofAction, outputs } from '../../../actions/run-phases.inputs.js';
import { parseInputs } from '../../../src/core/inputs/inputs.js';
import { interpolate } from '../../worlds/expressions.js';
import { readPrintedWorkflow, type PrintedStep } from '../../worlds/printed-workflow.js';

const { on, jobs } = readPrintedWorkflow('phases-on-ec2.yml');
const stepOf = (job: string, action: string): PrintedStep =>
  jobs[job]!.steps.find(({ uses }) => uses === `$/${action}`)!;
/** Inputs that are not passed on as they are given. */
const special = ['secret-env', 'on-interruption', 'export', 'results'];
/** Inputs for a step between others, for a run without a machine, and a default that is enough. */
const without = ['artifacts', 'rehearse', 'github-token'];

describe('phases-on-ec2.yml', () => {
  test('passes every input to the input of run-phases with its name, on either machine', () => {
    const passed = Object.keys(ofAction).filter((name) => !without.includes(name));
    const plain = passed.filter((name) => !special.includes(name));
    for (const job of ['test', 'retest']) {
      const given = stepOf(job, 'run-phases').with ?? {};
      expect(Object.keys(given).toSorted()).toEqual(passed.toSorted());
      expect(given).toMatchObject(Object.fromEntries(plain.map((name) => [name, `\${{ inputs.${name} }}`])));
    }
  });

  test.each([
    ['s3://bucket/runs/1', 's3://bucket/runs/1/retest-2'],
    ['s3://bucket/runs/1/', 's3://bucket/runs/1/retest-2'],
    ['S3://bucket', 'S3://bucket/retest-2'],
    ['artifact', 'artifact'],
    ['', ''],
  ])('exports to %j, and the retest of what may be there already to %j', (address, again) => {
    const exportOf = (job: string): string =>
      interpolate(stepOf(job, 'run-phases').with!['export']!, {
        inputs: { export: address },
        github: { job, run_attempt: '2' },
      });
    expect([exportOf('test'), exportOf('retest')]).toEqual([address, again]);
  });

  test('has no default of its own that run-phases does not allow', () => {
    const declared = Object.entries(on.workflow_call.inputs).filter(([name]) => Object.hasOwn(ofAction, name));
    const raw = declared.map(([name, one]) => [name, { text: String(one.default ?? '') }]);
    expect(parseInputs(ofAction, Object.fromEntries(raw)).problems).toEqual([]);
  });

  test('has every output of run-phases but the paths on its machine', () => {
    const names = Object.keys(outputs).filter((name) => !['artifacts', 'upload', 'interleaved'].includes(name));
    expect(Object.keys(on.workflow_call.outputs ?? {})).toEqual(expect.arrayContaining(names));
  });

  test('keeps either machine for the time that check-tests added to its lifetime', () => {
    const [first, second] = ['start', 'restart'].map((job) => stepOf(job, 'start-runner').with!);
    expect(first).toMatchObject({
      'keep-minutes': '${{ steps.check.outputs.keep-minutes }}',
      'max-lifetime-minutes': '${{ steps.check.outputs.max-lifetime-minutes }}',
    });
    expect(second).toMatchObject({
      'keep-minutes': '${{ needs.start.outputs.keep-minutes }}',
      'max-lifetime-minutes': '${{ needs.start.outputs.lifetime }}',
    });
  });

  test('ends the phases before the job, so that the cleanup and the upload have time', () => {
    for (const job of ['test', 'retest'])
      expect(stepOf(job, 'run-phases')['timeout-minutes']).toBe('${{ fromJSON(inputs.timeout-minutes || 60) }}');
    expect(stepOf('start', 'check-tests').with).toMatchObject({ 'more-minutes': '30' });
  });

  test('can be run by hand with what says what to run, where, and whether the machine stays', () => {
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(
      expect.arrayContaining([
        'ref',
        'phases',
        'program',
        'slots',
        'only',
        'skip',
        'config',
        'export',
        'keep',
        'runs-on',
      ]),
    );
  });
});
