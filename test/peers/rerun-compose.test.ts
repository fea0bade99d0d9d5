/** What compose-on-ec2.yml has beside the frame, whose re-runs and interruptions rerun.test.ts plays. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { evaluate, interpolate } from './github-parser.js';
import { Run } from './rerun-world.js';

const workflow = readFileSync(
  fileURLToPath(new URL('../../.github/workflows/compose-on-ec2.yml', import.meta.url)),
  'utf8',
);
const inputs = { 'runs-on': '', 'timeout-minutes': 60, 'market-type': 'spot', 'on-interruption': 'rerun' };
const outputsOf = (run: Run) =>
  Object.fromEntries(
    ['verdict', 'phase', 'exit-code', 'result', 'interrupted'].map((name) => [name, run.output(name)]),
  );
const PASSED = { verdict: 'pass', phase: 'done', 'exit-code': '0', result: '{"score":1}', interrupted: '' };
const FAILED = { verdict: 'fail', phase: 'session', 'exit-code': '3', result: '', interrupted: '' };
const NONE = { verdict: '', phase: '', 'exit-code': '', result: '', interrupted: '' };

let run: Run;
beforeEach(() => {
  run = new Run(workflow, inputs);
});

test('A project that passes is green, with the outputs of run-compose', () => {
  expect(run.runAllJobs()).toBe('success');
  expect(run.log).toEqual(['start on ubuntu-24.04', 'test on ec2-1-1-a', 'stop on ubuntu-24.04']);
  expect(outputsOf(run)).toEqual(PASSED);
  expect([run.artifacts, run.machines.size]).toEqual([['tests 1'], 0]);
});

describe('A project that fails', () => {
  beforeEach(() => {
    run.tests.push('failure');
    expect(run.runAllJobs()).toBe('failure');
  });

  test('is red, with its exit code and its logs', () => {
    expect(outputsOf(run)).toEqual(FAILED);
    expect([run.artifacts, run.machines.size]).toEqual([['tests 1'], 0]);
  });

  test('gets another machine with "Re-run failed jobs", whose outputs count', () => {
    expect(run.rerunFailedJobs()).toBe('success');
    expect(run.log).toContain('retest on ec2-1-1-a-again-2');
    expect(outputsOf(run)).toEqual(PASSED);
    expect(run.artifacts).toEqual(['tests 1', 'tests 2']);
    expect(run.machines.size).toBe(0);
  });
});

test('A canceled project leaves its logs, and no machine', () => {
  run.tests.push('cancelled');
  run.runAllJobs();
  expect([run.artifacts, run.machines.size]).toEqual([['tests 1'], 0]);
});

describe('The step that installs Docker', () => {
  const { jobs } = parse(workflow) as { jobs: { test: { steps: { name?: string; if: string; run: string }[] } } };
  const step = jobs.test.steps.find(({ name = '' }) => name.startsWith('Install Docker'))!;
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'install-'));
    addProgram('env', 'exec /usr/bin/env "$@"');
    addProgram('sudo', 'exec "$@"');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function addProgram(name: string, commands: string): void {
    writeFileSync(join(folder, name), `#!/bin/sh\n${commands}\n`, { mode: 0o755 });
  }

  /** Runs the step on a machine that has only these programs. */
  function runStep(): { status: number | null; stdout: string } {
    return spawnSync('/bin/bash', ['-eo', 'pipefail', '-c', step.run], { env: { PATH: folder }, encoding: 'utf8' });
  }

  test("is left out on a machine of `runs-on`, and on a re-run's first machine, which is not ours", () => {
    const on = (runsOn: string, gone = 'false') =>
      evaluate(step.if, { steps: { machine: { outputs: { gone } } }, inputs: { 'runs-on': runsOn } });
    expect([on(''), on('my-gpu'), on('', 'true')]).toEqual([true, false, false]);
  });

  test('leaves a Docker that is there', () => {
    addProgram('docker', '');
    addProgram('apt-get', 'echo apt-get "$@"');
    expect(runStep()).toMatchObject({ status: 0, stdout: expect.not.stringContaining('apt-get') });
  });

  test('installs Docker, buildx and Compose from the distribution', () => {
    addProgram('apt-get', 'echo "$DEBIAN_FRONTEND apt-get $*"');
    const { status, stdout } = runStep();
    expect(status).toBe(0);
    expect(stdout).toMatch(/^noninteractive apt-get --yes .* update\n/);
    expect(stdout).toMatch(/ install --no-install-recommends docker\.io docker-buildx docker-compose-v2\n$/);
  });

  test.each(['update', 'install'])('fails with what to do when %s fails', (command) => {
    addProgram('apt-get', `case "$*" in *${command}*) exit 100 ;; esac`);
    expect(runStep()).toMatchObject({
      status: 1,
      stdout: expect.stringMatching(/::error::.*What to do: use an image/),
    });
  });
});

test('The job may take longer than the limits of run-compose, which explain what they end', () => {
  const { jobs } = parse(workflow) as {
    jobs: Record<'start' | 'test' | 'retest', { 'timeout-minutes': string; steps: { with: Record<string, string> }[] }>;
  };
  const more = (given: object) => interpolate(jobs.start.steps[0]!.with['more-minutes']!, { inputs: given });
  expect([more({ 'ready-timeout-minutes': '' }), more({ 'ready-timeout-minutes': '25' })]).toEqual([
    '10 + 30',
    '25 + 30',
  ]);
  for (const job of [jobs.test, jobs.retest]) {
    const limit = (outputs: object) => interpolate(job['timeout-minutes'], { needs: { start: { outputs } } });
    expect([limit({ 'job-minutes': '100' }), limit({})]).toEqual(['100', '360']);
  }
});

/** Whether EC2 takes the first machine away, the mode, whether a second one starts, and the results of its tests. */
const courses = [false, true].flatMap((isTaken) =>
  ['rerun', 'fail'].flatMap((mode) =>
    [true, false].flatMap((starts) =>
      (['success', 'failure'] as const).map((tests) => [isTaken, mode, starts, tests] as const),
    ),
  ),
);

test.each(courses)(
  'A run is green only with the verdict pass: taken away %j, %s, another machine %j, its tests %s',
  (isTaken, mode, starts, tests) => {
    run = new Run(workflow, { ...inputs, 'on-interruption': mode });
    run.interruptions.push(isTaken);
    run.starts.push(true, starts);
    run.tests.push(tests);
    const result = run.runAllJobs();
    const isTested = !isTaken || (mode === 'rerun' && starts);
    const expected = isTested ? (tests === 'success' ? PASSED : FAILED) : NONE;
    expect(outputsOf(run)).toEqual({ ...expected, interrupted: isTaken ? 'true' : '' });
    expect(result).toBe(isTested && tests === 'success' ? 'success' : 'failure');
    expect(run.artifacts).toEqual(isTested ? ['tests 1'] : []);
    expect(run.machines.size).toBe(0);
  },
);
