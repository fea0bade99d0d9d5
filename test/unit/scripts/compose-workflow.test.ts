import { describe, expect, test } from '@jest/globals';
import { inputs as ofAction, outputs } from '../../../actions/run-compose.inputs.js';
import { parseInputs } from '../../../src/core/inputs/inputs.js';
import { readPrintedWorkflow, type PrintedStep } from '../../worlds/printed-workflow.js';

const { on, jobs } = readPrintedWorkflow('compose-on-ec2.yml');
const stepOf = (job: string): PrintedStep => jobs[job]!.steps.find(({ uses }) => uses === '$/run-compose')!;
/** Inputs that are not passed on as they are given. */
const special = ['secret-env', 'on-interruption', 'results'];

describe('compose-on-ec2.yml', () => {
  test('passes every input to the input of run-compose with its name, on either machine', () => {
    const plain = Object.keys(ofAction).filter((name) => !special.includes(name));
    for (const job of ['test', 'retest']) {
      const given = stepOf(job).with ?? {};
      expect(Object.keys(given).toSorted()).toEqual(Object.keys(ofAction).toSorted());
      expect(given).toMatchObject(Object.fromEntries(plain.map((name) => [name, `\${{ inputs.${name} }}`])));
    }
  });

  test('has no default of its own that run-compose does not allow', () => {
    const declared = Object.entries(on.workflow_call.inputs).filter(([name]) => Object.hasOwn(ofAction, name));
    const raw = declared.map(([name, one]) => [name, { text: String(one.default ?? '') }]);
    expect(parseInputs(ofAction, Object.fromEntries(raw)).problems).toEqual([]);
  });

  test('has every output of run-compose but the paths on its machine', () => {
    const paths = ['artifacts', 'timeline', 'interleaved'];
    const names = Object.keys(outputs).filter((name) => !paths.includes(name));
    expect(Object.keys(on.workflow_call.outputs ?? {})).toEqual(expect.arrayContaining(names));
  });

  test('can be run by hand with what says what to run, where, and on which project', () => {
    expect(Object.keys(on.workflow_dispatch.inputs)).toEqual(
      expect.arrayContaining(['ref', 'directory', 'files', 'session', 'run', 'preset', 'gpu', 'override', 'runs-on']),
    );
  });
});
