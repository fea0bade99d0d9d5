import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Run } from './rerun-world.js';

const workflow = readFileSync(
  fileURLToPath(new URL('../../.github/workflows/tox-on-ec2.yml', import.meta.url)),
  'utf8',
);
const inputs = { 'runs-on': '', 'timeout-minutes': 60, artifacts: '', 'tox-env': 'a', preset: 'amd64' };

let run: Run;
beforeEach(() => {
  run = new Run(workflow, inputs);
});

describe('A run whose tests fail', () => {
  beforeEach(() => {
    run.tox.push('failure');
    expect(run.all()).toBe('failure');
  });

  test('ran on its machine, and left none behind', () => {
    expect(run.log).toEqual(['start on ubuntu-24.04', 'test on ec2-1-1-a', 'stop on ubuntu-24.04']);
    expect(run.machines.size).toBe(0);
  });

  test('gets another machine by "Re-run failed jobs", and does not wait for the dead label', () => {
    expect(run.failed()).toBe('success');
    expect(run.log).toEqual([
      'test on ubuntu-24.04',
      'restart on ubuntu-24.04',
      'retest on ec2-1-1-a-again-2',
      'stop on ubuntu-24.04',
    ]);
    expect(run.machines.size).toBe(0);
  });

  test('is red again when they fail again, and red at once when it is tried a third time', () => {
    run.tox.push('failure');
    expect(run.failed()).toBe('failure');
    expect(run.failed()).toBe('failure');
    expect(run.log).toEqual(['retest on ubuntu-24.04', 'stop on ubuntu-24.04']);
    expect(run.machines.size).toBe(0);
  });

  test('is red when the second machine does not come, and gets it by another re-run', () => {
    run.starts.push(false);
    expect(run.failed()).toBe('failure');
    expect(run.log).toEqual(['test on ubuntu-24.04', 'restart on ubuntu-24.04', 'stop on ubuntu-24.04']);
    expect(run.failed()).toBe('success');
    expect(run.log).toEqual(['restart on ubuntu-24.04', 'retest on ec2-1-1-a-again-3', 'stop on ubuntu-24.04']);
    expect(run.machines.size).toBe(0);
  });

  test('begins anew by "Re-run all jobs"', () => {
    expect(run.all()).toBe('success');
    expect(run.log).toEqual(['start on ubuntu-24.04', 'test on ec2-1-2-a', 'stop on ubuntu-24.04']);
  });
});

test('A run whose tests were cancelled gets another machine, too', () => {
  run.tox.push('cancelled');
  run.all();
  expect(run.failed()).toBe('success');
  expect(run.log).toContain('retest on ec2-1-1-a-again-2');
});

test('A run whose start failed starts again', () => {
  run.starts.push(false);
  expect(run.all()).toBe('failure');
  expect(run.failed()).toBe('success');
  expect(run.log).toEqual(['start on ubuntu-24.04', 'test on ec2-1-2-a', 'stop on ubuntu-24.04']);
});

test('A run on a machine of its own choice just runs there again', () => {
  run = new Run(workflow, { ...inputs, 'runs-on': 'my-gpu' });
  run.tox.push('failure');
  expect(run.all()).toBe('failure');
  expect(run.failed()).toBe('success');
  expect(run.log).toEqual(['test on my-gpu']);
});

test('Without the comparison of attempts a re-run would wait for a dead label', () => {
  const naive = workflow.replaceAll('needs.start.outputs.attempt == github.run_attempt && ', '');
  expect(naive).not.toBe(workflow);
  run = new Run(naive, inputs);
  run.tox.push('failure');
  run.all();
  expect(() => run.failed()).toThrow('test waits 24 hours for ec2-1-1-a');
});

describe('Outputs that GitHub drops, because they contain the text of a secret,', () => {
  test.each(['1', 'f', 'test'])(
    'are not taken for a machine that is gone, nor for tests that are not to run: %s',
    (secret) => {
      run.masked.push(secret);
      expect(run.all()).toBe('failure');
      expect(run.log.map((line) => line.split(' ')[0])).not.toContain('restart');
      expect(run.log).toContainEqual(expect.stringMatching(/^test on /));
      expect(run.tox).toEqual([]);
    },
  );

  test('do not make a run green whose tests ran nowhere', () => {
    run.tox.push('failure');
    run.all();
    run.masked.push('true');
    expect(run.failed()).toBe('failure');
    expect(run.log).toEqual(['test on ubuntu-24.04', 'stop on ubuntu-24.04']);
  });

  test('of the second machine are no machine that is gone, and it is stopped', () => {
    run.tox.push('failure');
    run.all();
    run.masked.push('again');
    expect(run.failed()).toBe('failure');
    expect(run.log).toContain('retest on ubuntu-24.04');
    expect(run.machines.size).toBe(0);
  });
});
