import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { noJob, oneJob, scenario, signal, type Machine } from './boot-machine.js';
import { several } from './boot-several.js';
import { withVolume } from './boot-volume-programs.js';

const keepFor = (seconds: number) => [`#:keep-on-failure-seconds ${seconds}`];
const failing = oneJob.replace('Succeeded', 'Failed');
const keepAlways = (seconds: number) => [...keepFor(seconds), '#:keep-always 1'];
const kept = async (machine: Machine) => {
  const [, at, until, name] =
    /phase=kept uptime=\S+ at=(\S+) until (\S+) after (.*)/.exec(await machine.read('console')) ?? [];
  return { seconds: (Date.parse(until ?? '') - Date.parse(at ?? '')) / 1000, name };
};

describe('a machine whose job failed', () => {
  scenario(
    'stays for so long',
    several({ runners: ['- job'], runner: failing, lines: keepFor(2) }),
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('kept for 2 s after a job that failed');
      const { seconds, name } = await kept(machine);
      expect(name).toBe('build (amd64)');
      expect(seconds).toBeGreaterThan(0.9);
      expect(seconds).toBeLessThan(3);
      expect((await machine.phases()).slice(-3)).toEqual(['runner-exit', 'kept', 'power-off']);
    },
  );

  const short = several({ runners: ['- job'], runner: failing, lines: keepFor(600), seconds: { lifetime: 4 } });
  scenario('stays no longer than its lifetime', short, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toMatch(/^kept for 600 s|^lifetime of 4 s is over$/);
    expect((await kept(machine)).seconds).toBeLessThan(5);
  });

  const idle = several({ runners: ['- job'], runner: failing, lines: keepFor(4), seconds: { idle: 1 } });
  scenario('does not end because it is idle', idle, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('kept for 4 s after a job that failed');
  });

  for (const result of ['Succeeded', 'Canceled', 'Skipped']) {
    const other = several({ runners: ['- job'], runner: oneJob.replace('Succeeded', result), lines: keepFor(60) });
    scenario(`does not stay after a job with the result ${result}`, other, async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      expect(await machine.phases()).not.toContain('kept');
    });
  }

  for (const result of ['Succeeded', 'SucceededWithIssues', 'Failed']) {
    const always = several({ runners: ['- job'], runner: oneJob.replace('Succeeded', result), lines: keepAlways(2) });
    scenario(`stays with keep-always after a job with the result ${result}`, always, async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('kept for 2 s after a job');
      expect((await kept(machine)).name).toBe('build (amd64)');
    });
  }

  const canceled = several({
    runners: ['- job'],
    runner: oneJob.replace('Succeeded', 'Canceled'),
    lines: keepAlways(60),
  });
  scenario('does not stay with keep-always after a job with the result Canceled', canceled, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });

  const twoJobs = several({
    runners: ['build job', 'test job'],
    runner: `case $PWD in */runner-2/*)
echo "Listening for Jobs"; until [ -e "$CI_ACTIONS_ROOT/finish" ]; do sleep 0.05; done
echo "Running job: other"; echo "Job other completed with result: Succeeded"; exit ;; esac\n${oneJob.slice(oneJob.indexOf('\n') + 1)}`,
    lines: keepAlways(2),
  });
  scenario('takes further jobs with keep-always, and stays after the last', twoJobs, async (machine) => {
    await machine.untilConsole('phase=runner-exit');
    await sleep(1000);
    expect(await machine.phases()).not.toContain('kept');
    await machine.write('finish', '');
    expect(await machine.reasonOfPowerOff()).toBe('kept for 2 s after a job');
    expect(await machine.read('console')).toContain('completed with result');
  });

  const roles = several({
    runners: ['build job', 'test run', 'test job'],
    runner: `case $PWD in */runner-2/*) ${noJob.split('\n').slice(1).join('\n')} ;; */runner-3/*)
echo "Listening for Jobs"; echo "Running job: other"; until [ -e "$CI_ACTIONS_ROOT/finish" ]; do sleep 0.05; done
echo "Job other completed with result: Succeeded"; exit ;; esac\n${failing.slice(failing.indexOf('\n') + 1)}`,
    lines: keepFor(2),
  });
  scenario('takes no more jobs, and finishes those that run', roles, async (machine) => {
    await machine.until(async () => (await machine.read('console')).match(/phase=runner-exit/g)?.length === 2);
    await sleep(1000);
    expect(await machine.phases()).not.toContain('kept');
    await machine.write('finish', '');
    expect(await machine.reasonOfPowerOff()).toBe('kept for 2 s after a job that failed');
    expect((await kept(machine)).name).toBe('build (amd64)');
    expect((await machine.read('console')).match(/phase=runner-start/g)).toHaveLength(3);
  });

  const watched = several({ runners: ['- job'], runner: failing, lines: keepFor(600) });
  scenario('ends on a signal', watched, async (machine) => {
    await machine.untilConsole('phase=kept');
    signal(machine.pid, 'SIGTERM');
    expect(await machine.reasonOfPowerOff()).toBe('stopped by a signal');
  });
  scenario('powers off if the agent is killed meanwhile', watched, async (machine) => {
    await machine.untilConsole('phase=kept');
    signal(machine.pid, 'SIGKILL');
    expect(await machine.reasonOfPowerOff()).toBe('agent died');
  });

  const interrupted = several({
    runners: ['- job'],
    runner: failing,
    lines: keepFor(600),
    metadata: {
      'instance-life-cycle': 'spot',
      'spot/instance-action': '{"action":"terminate","time":"2026-11-27T23:15:00Z"}',
    },
  });
  scenario('ends if EC2 takes it away', interrupted, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('spot interruption');
    expect((await machine.phases()).slice(-3)).toEqual(['kept', 'interrupted', 'power-off']);
  });

  scenario(
    'unmounts its volume only afterwards',
    withVolume({ runner: failing, lines: keepFor(1) }),
    async (machine) => {
      await machine.reasonOfPowerOff();
      expect((await machine.phases()).slice(-4)).toEqual(['runner-exit', 'kept', 'volume-closed', 'power-off']);
    },
  );
});
