/** Spot machines that EC2 took away, as a stop finds them afterwards. */
import { describe, expect, test } from '@jest/globals';
import { readConsoleOutput } from '../../../../src/core/diagnosis/console-output.js';
import { judgeInterruption } from '../../../../src/core/diagnosis/interruption.js';
import type { Instance } from '../../../../src/core/ports/ec2.js';
import type { Runner } from '../../../../src/core/ports/github.js';

const TAKEN = 'Server.SpotInstanceTermination: Spot instance termination';
const POWERED_OFF = 'Client.InstanceInitiatedShutdown: Instance initiated shutdown';
const at = (time: string) => `2026-11-27T${time}.000Z`;
const phase = (name: string, time: string, detail = '') =>
  `[  9.1] ci-actions phase=${name} uptime=9.10 at=${at(time)}${detail && ` ${detail}`}\n`;
const NOTICE = phase('interrupted', '20:08:03', `terminate at ${at('20:10:00').replace('.000', '')}`);
const LISTENING = phase('listening', '20:01:00');
const JOB = phase('job', '20:02:00', 'build (amd64)');
const end = (result: string, time: string, name = 'build (amd64)', runner = 'runner') =>
  `ci-actions ${runner}: 2026-11-27 ${time}Z: Job ${name} completed with result: ${result}\n`;

interface Case {
  readonly instance?: Partial<Instance>;
  readonly console?: string;
  readonly runners?: readonly Partial<Runner>[];
  readonly areJobsOver?: boolean;
}

async function judge({ instance = {}, console = '', runners = [], areJobsOver = false }: Case) {
  const found = {
    instance: {
      id: 'i-01',
      state: 'terminated',
      stateReason: TAKEN,
      type: 't3.xlarge',
      market: 'spot',
      launchedAt: Date.parse(at('20:00:00')),
      imageId: 'ami-1',
      ...instance,
      tags: { 'ci-actions:label': 'a-label', 'ci-actions:runner-name': 'ec2-a', ...instance.tags },
    } satisfies Instance,
    region: 'us-east-1',
    ageMs: 0,
    runners: runners.map((one) => ({ id: 7, name: 'ec2-a', status: 'offline', busy: false, labels: [], ...one })),
  };
  const output = await readConsoleOutput(found.instance, { readConsole: async () => console }, () => true);
  return judgeInterruption(found, { ...output, areJobsOver });
}

test('names the machine, and the times of the notice', async () => {
  expect(await judge({ console: LISTENING + JOB + NOTICE })).toEqual({
    instanceId: 'i-01',
    label: 'a-label',
    runners: ['ec2-a'],
    job: 'lost',
    lostJobs: ['build (amd64)'],
    noticedAt: Date.parse(at('20:08:03')),
    endsAt: Date.parse(at('20:10:00')),
  });
});

test.each<[string, Case]>([
  ['that is no spot machine', { instance: { market: 'on-demand' }, console: NOTICE }],
  ['that powered itself off without a notice', { instance: { stateReason: POWERED_OFF }, console: LISTENING + JOB }],
  ['that this stop ended', { instance: { state: 'running', stateReason: undefined as never }, console: JOB }],
])('No interruption is found of a machine %s', async (_, given) => {
  expect(await judge(given)).toBeUndefined();
});

describe('The job of a machine that EC2 took away', () => {
  const own = { stateReason: POWERED_OFF };
  const OFF = phase('power-off', '20:08:30', 'spot interruption');
  test.each<[string, Case, string, string[]]>([
    ['that was running', { console: LISTENING + JOB + NOTICE }, 'lost', ['build (amd64)']],
    ['that was running, without a notice', { console: LISTENING + JOB }, 'lost', ['build (amd64)']],
    ['that ended before the notice', { console: JOB + end('Failed', '20:07:00') + NOTICE }, 'finished', []],
    ['that passed after the notice', { console: JOB + NOTICE + end('Succeeded', '20:09:59') }, 'finished', []],
    ['that failed by itself after the notice', { console: JOB + NOTICE + end('Failed', '20:09:00') }, 'finished', []],
    ['that a user canceled after it', { console: JOB + NOTICE + end('Canceled', '20:08:40') }, 'finished', []],
    ['that failed by the shutdown', { console: JOB + NOTICE + end('Failed', '20:10:02') }, 'lost', ['build (amd64)']],
    ['that the shutdown canceled', { console: JOB + NOTICE + end('Canceled', '20:10:00') }, 'lost', ['build (amd64)']],
    [
      'that ended before the machine powered itself off',
      { instance: own, console: JOB + NOTICE + end('Succeeded', '20:08:20') + OFF },
      'finished',
      [],
    ],
    [
      'that the shutdown canceled, without a notice',
      { console: JOB + end('Canceled', '20:08:20') + phase('power-off', '20:08:22', 'stopped by a signal') },
      'lost',
      ['build (amd64)'],
    ],
    [
      'that failed long before the shutdown, without a notice',
      { console: JOB + end('Failed', '20:06:20') + phase('power-off', '20:08:22', 'stopped by a signal') },
      'finished',
      [],
    ],
    ['that never began', { instance: own, console: LISTENING + NOTICE + OFF }, 'none', []],
    ['that never began, without a console', { runners: [{}] }, 'none', []],
    ['that GitHub still lists as busy, without a console', { runners: [{ busy: true }] }, 'lost', []],
    ['of which nothing is known', {}, 'unknown', []],
    ['of which the workflow knows the end, without a console', { areJobsOver: true }, 'finished', []],
    [
      'of which the workflow knows the end, and the console does not',
      { console: JOB, areJobsOver: true },
      'finished',
      [],
    ],
  ])('%s', async (_, given, job, lostJobs) => {
    expect(await judge(given)).toMatchObject({ job, lostJobs });
  });

  test('is judged for each of several runners', async () => {
    const instance = { tags: { 'ci-actions:runner-name': 'ec2-a-0 -1 -2' } };
    const began = ['1 build: a', '3 test: a', '3 test: b', '2: c'].map((detail) => phase('job', '20:02:00', detail));
    const console = [
      ...began,
      end('Succeeded', '20:07:00', 'a', 'runner 3 (test)'),
      NOTICE,
      end('Succeeded', '20:09:00', 'c', 'runner 2'),
    ].join('');
    expect(await judge({ instance, console })).toMatchObject({ job: 'lost', lostJobs: ['a', 'b'] });
  });
});
