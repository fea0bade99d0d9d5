import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { Run } from './rerun-world.js';

const workflow = readFileSync(
  fileURLToPath(new URL('../../.github/workflows/tox-on-ec2.yml', import.meta.url)),
  'utf8',
);
const inputs = { 'runs-on': '', 'timeout-minutes': 60, artifacts: '', 'tox-env': 'a', preset: 'amd64' };

const SPAN = /^20\S+Z\/20\S+Z$/;

let run: Run;
beforeEach(() => {
  run = new Run(workflow, inputs);
});

describe('A run whose tests fail', () => {
  beforeEach(() => {
    run.tests.push('failure');
    expect(run.runAllJobs()).toBe('failure');
  });

  test('runs on its machine, and leaves no machine behind', () => {
    expect(run.log).toEqual(['start on ubuntu-24.04', 'test on ec2-1-1-a', 'stop on ubuntu-24.04']);
    expect(run.machines.size).toBe(0);
  });

  test('gets another machine with "Re-run failed jobs", and does not wait for the label of the first', () => {
    expect(run.rerunFailedJobs()).toBe('success');
    expect(run.log).toEqual([
      'test on ubuntu-24.04',
      'restart on ubuntu-24.04',
      'retest on ec2-1-1-a-again-2',
      'stop on ubuntu-24.04',
    ]);
    expect(run.machines.size).toBe(0);
  });

  test('fails again if the tests fail again, and fails at once in a third attempt', () => {
    run.tests.push('failure');
    expect(run.rerunFailedJobs()).toBe('failure');
    expect(run.rerunFailedJobs()).toBe('failure');
    expect(run.log).toEqual(['retest on ubuntu-24.04', 'stop on ubuntu-24.04']);
    expect(run.machines.size).toBe(0);
  });

  test('fails if the second machine does not start, and gets one with another re-run', () => {
    run.starts.push(false);
    expect(run.rerunFailedJobs()).toBe('failure');
    expect(run.log).toEqual(['test on ubuntu-24.04', 'restart on ubuntu-24.04', 'stop on ubuntu-24.04']);
    expect(run.rerunFailedJobs()).toBe('success');
    expect(run.log).toEqual(['restart on ubuntu-24.04', 'retest on ec2-1-1-a-again-3', 'stop on ubuntu-24.04']);
    expect(run.machines.size).toBe(0);
  });

  test('starts over with "Re-run all jobs"', () => {
    expect(run.runAllJobs()).toBe('success');
    expect(run.log).toEqual(['start on ubuntu-24.04', 'test on ec2-1-2-a', 'stop on ubuntu-24.04']);
  });
});

test('A run whose tests were cancelled also gets another machine', () => {
  run.tests.push('cancelled');
  run.runAllJobs();
  expect(run.rerunFailedJobs()).toBe('success');
  expect(run.log).toContain('retest on ec2-1-1-a-again-2');
});

test('A run whose start failed starts again', () => {
  run.starts.push(false);
  expect(run.runAllJobs()).toBe('failure');
  expect(run.rerunFailedJobs()).toBe('success');
  expect(run.log).toEqual(['start on ubuntu-24.04', 'test on ec2-1-2-a', 'stop on ubuntu-24.04']);
});

test('A run with `runs-on` runs on that machine again', () => {
  run = new Run(workflow, { ...inputs, 'runs-on': 'my-gpu' });
  run.tests.push('failure');
  expect(run.runAllJobs()).toBe('failure');
  expect(run.rerunFailedJobs()).toBe('success');
  expect(run.log).toEqual(['test on my-gpu']);
});

test('Without the comparison of attempts, a re-run waits for the label of a terminated machine', () => {
  const naive = workflow.replaceAll('needs.start.outputs.attempt == github.run_attempt && ', '');
  expect(naive).not.toBe(workflow);
  run = new Run(naive, inputs);
  run.tests.push('failure');
  run.runAllJobs();
  expect(() => run.rerunFailedJobs()).toThrow('test waits 24 hours for ec2-1-1-a');
});

describe('A run whose spot machine EC2 takes away during its tests', () => {
  const ON_SPOT = { ...inputs, 'market-type': 'spot', 'on-interruption': 'rerun' };
  const AGAIN = 'ec2-1-1-a-again-1';
  beforeEach(() => {
    run = new Run(workflow, ON_SPOT);
    run.interruptions.push(true);
  });

  test('tests once more on an on-demand machine, and has the verdict of that one', () => {
    expect(run.runAllJobs()).toBe('success');
    expect(run.log).toEqual([
      'start on ubuntu-24.04',
      'test on ec2-1-1-a',
      'restart on ubuntu-24.04',
      `retest on ${AGAIN}`,
      'stop on ubuntu-24.04',
    ]);
    expect(run.markets).toEqual(['spot', 'on-demand']);
    expect(['verdict', 'interrupted'].map((name) => run.output(name))).toEqual(['passed', 'true']);
    expect(run.machines.size).toBe(0);
  });

  test('has the costs of both machines, with the times of both jobs', () => {
    run.runAllJobs();
    expect(run.output('costs')).toBe(`[[{"of":"ec2-1-1-a"}],[{"of":"${AGAIN}"}]]`);
    expect(run.stopped).toMatchObject([
      { label: 'ec2-1-1-a', 'job-times': expect.stringMatching(SPAN) },
      { label: AGAIN, 'job-times': expect.stringMatching(SPAN) },
    ]);
  });

  test('is red if the tests fail on the second machine', () => {
    run.tests.push('failure');
    expect(run.runAllJobs()).toBe('failure');
    expect(run.output('verdict')).toBe('failed');
    expect(run.machines.size).toBe(0);
  });

  test('is red without a verdict if EC2 has no second machine, and gets one on demand with a re-run', () => {
    run.starts.push(true, false);
    expect(run.runAllJobs()).toBe('failure');
    expect(run.output('verdict')).toBe('');
    expect(run.rerunFailedJobs()).toBe('success');
    expect(run.log).toEqual(['restart on ubuntu-24.04', 'retest on ec2-1-1-a-again-2', 'stop on ubuntu-24.04']);
    expect(run.markets).toEqual(['on-demand']);
    expect(run.output('verdict')).toBe('passed');
  });

  test('tests on no third machine in the same attempt', () => {
    run.interruptions.push(true);
    expect(run.runAllJobs()).toBe('failure');
    expect(run.markets).toEqual(['spot', 'on-demand']);
    expect(run.machines.size).toBe(0);
  });

  test('is red with `fail`, and "Re-run failed jobs" tests again', () => {
    run = new Run(workflow, { ...ON_SPOT, 'on-interruption': 'fail' });
    run.interruptions.push(true);
    expect(run.runAllJobs()).toBe('failure');
    expect(run.log.map((line) => line.split(' ')[0])).toEqual(['start', 'test', 'stop']);
    expect(run.output('verdict')).toBe('');
    expect(run.rerunFailedJobs()).toBe('success');
    expect(run.markets).toEqual(['spot']);
  });

  test('dispatched by hand, where the input does not exist, tests once more', () => {
    run = new Run(workflow, { ...ON_SPOT, 'on-interruption': '' });
    run.interruptions.push(true);
    expect(run.runAllJobs()).toBe('success');
    expect(run.output('verdict')).toBe('passed');
  });

  test('with `runs-on` is red, because no job starts a machine for it', () => {
    run = new Run(workflow, { ...ON_SPOT, 'runs-on': 'my-spot' });
    run.interruptions.push(true);
    expect(run.runAllJobs()).toBe('failure');
    expect(run.log.map((line) => line.split(' ')[0])).toEqual(['start', 'test']);
  });

  test('after "Re-run failed jobs" is red, because that machine was the second one', () => {
    run.interruptions.splice(0, 1, false, true);
    run.tests.push('failure');
    run.runAllJobs();
    expect(run.rerunFailedJobs()).toBe('failure');
    expect(run.log.map((line) => line.split(' ')[0])).toEqual(['test', 'restart', 'retest', 'stop']);
  });

  test('is not green when GitHub drops the output that says so', () => {
    run.masked.push('true');
    expect(run.runAllJobs()).toBe('failure');
    expect(run.log.at(-1)).toBe('stop on ubuntu-24.04');
    expect(run.machines.size).toBe(0);
  });
});

/** Whether EC2 takes the first machine away, the mode, whether a second one starts, and the results of its tests. */
const courses = [false, true].flatMap((isTaken) =>
  ['rerun', 'fail'].flatMap((mode) =>
    [true, false].flatMap((starts) =>
      (['success', 'failure', 'cancelled'] as const).map((tests) => [isTaken, mode, starts, tests] as const),
    ),
  ),
);

test.each(courses)(
  'A run is green only with the verdict passed: taken away %j, %s, another machine %j, its tests %s',
  (isTaken, mode, starts, tests) => {
    run = new Run(workflow, { ...inputs, 'market-type': 'spot', 'on-interruption': mode });
    run.interruptions.push(isTaken);
    run.starts.push(true, starts);
    run.tests.push(tests);
    const result = run.runAllJobs();
    const isTested = !isTaken || (mode === 'rerun' && starts);
    expect(run.output('verdict')).toBe(isTested ? (tests === 'success' ? 'passed' : 'failed') : '');
    if (tests !== 'cancelled') expect(result).toBe(isTested && tests === 'success' ? 'success' : 'failure');
    expect(run.machines.size).toBe(0);
  },
);

describe('The costs of a run', () => {
  test('are those of its machine, and the stop knows when the machine was online and had its job', () => {
    run.runAllJobs();
    expect(run.output('costs')).toBe('[{"of":"ec2-1-1-a"}]');
    expect(run.stopped).toMatchObject([
      { runners: '[{"type":"t3.xlarge","label":"ec2-1-1-a"}]', 'job-times': expect.stringMatching(SPAN) },
    ]);
  });

  test('are those of the second machine after "Re-run failed jobs"', () => {
    run.tests.push('failure');
    run.runAllJobs();
    expect(run.output('costs')).toBe('[{"of":"ec2-1-1-a"}]');
    run.rerunFailedJobs();
    expect(run.output('costs')).toBe('[[],[{"of":"ec2-1-1-a-again-2"}]]');
    expect(run.stopped).toMatchObject([
      { runners: '', 'job-times': '' },
      { runners: '[{"type":"t3.xlarge","label":"ec2-1-1-a-again-2"}]', 'job-times': expect.stringMatching(SPAN) },
    ]);
  });

  test.each([[[false]], [[true, false]]])('are unknown when a stop fails: %j', (stops) => {
    run.tests.push('failure');
    run.runAllJobs();
    run.stops.push(...stops);
    run.rerunFailedJobs();
    expect(run.output('costs')).toBe('unknown');
  });

  test('are unknown when GitHub drops them, because they contain a secret', () => {
    run.masked.push('"of"');
    run.runAllJobs();
    expect(run.output('costs')).toBe('unknown');
  });

  test('are empty without a machine of EC2', () => {
    run = new Run(workflow, { ...inputs, 'runs-on': 'my-gpu' });
    run.runAllJobs();
    expect(run.output('costs')).toBe('');
  });
});

describe('Outputs that GitHub drops because they contain a secret', () => {
  test.each(['1', 'f', 'test'])('do not count as a terminated machine or as tests to skip: %s', (secret) => {
    run.masked.push(secret);
    expect(run.runAllJobs()).toBe('failure');
    expect(run.log.map((line) => line.split(' ')[0])).not.toContain('restart');
    expect(run.log).toContainEqual(expect.stringMatching(/^test on /));
    expect(run.tests).toEqual([]);
    expect(run.machines.size).toBe(0);
  });

  test('do not let a run succeed without a test run', () => {
    run.tests.push('failure');
    run.runAllJobs();
    run.masked.push('true');
    expect(run.rerunFailedJobs()).toBe('failure');
    expect(run.log).toEqual(['test on ubuntu-24.04', 'stop on ubuntu-24.04']);
  });

  test('do not make the second machine count as terminated, and it is stopped', () => {
    run.tests.push('failure');
    run.runAllJobs();
    run.masked.push('again');
    expect(run.rerunFailedJobs()).toBe('failure');
    expect(run.log).toContain('retest on ubuntu-24.04');
    expect(run.machines.size).toBe(0);
  });
});
