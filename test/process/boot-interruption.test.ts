import { describe, expect } from '@jest/globals';
import { noJob, oneJob, scenario, signal, type Machine } from './boot-machine.js';
import { several } from './boot-several.js';

const TIME = '2026-11-27T23:15:00Z';
const market = (life: string) => ({ 'instance-life-cycle': life });
const notice = { 'spot/instance-action': JSON.stringify({ action: 'terminate', time: TIME }) };

const interruption = async (machine: Machine) =>
  /phase=interrupted \S+ \S+ (.*)/.exec(await machine.read('console'))?.[1];

/** Runs its job until the file `finish` exists. Ctrl-C ends it before. */
const working = `#!/bin/bash
echo "$$" >"$CI_ACTIONS_ROOT/runner-pid"
echo "Listening for Jobs"; echo "Running job: long"
until [ -e "$CI_ACTIONS_ROOT/finish" ]; do sleep 0.05; done
echo "Job long completed with result: Succeeded"
`;

describe('an interruption of a spot instance', () => {
  const idle = { runner: noJob, metadata: { ...market('spot'), ...notice } };
  scenario('ends a machine without a job', idle, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('spot interruption');
    expect(await interruption(machine)).toBe(`terminate at ${TIME}`);
    const phases = ['agent', 'payload', 'runner-start', 'listening', 'interrupted', 'runner-exit', 'power-off'];
    expect(await machine.phases()).toEqual(phases);
    expect(await machine.read('stderr')).toBe('');
  });

  const busy = { runner: working, metadata: { ...market('spot'), ...notice } };
  scenario('leaves a job alone', busy, async (machine) => {
    await machine.untilConsole('phase=interrupted');
    expect(await machine.read('power-off')).toBe('');
    // Any step of the job may read when EC2 ends the machine.
    await machine.until(async () => (await machine.read('run/ci-actions/interrupted')) === `${TIME}\n`);
    await machine.write('finish', '');
    expect(await machine.reasonOfPowerOff()).toBe('spot interruption');
    expect(await machine.read('console')).toContain('Job long completed');
  });

  scenario('is the reason also if EC2 shuts the machine down', busy, async (machine) => {
    await machine.untilConsole('phase=interrupted');
    signal(machine.pid, 'SIGTERM');
    expect(await machine.reasonOfPowerOff()).toBe('spot interruption');
  });

  const three = several({
    runners: ['build job', 'test job', 'test run'],
    runner: `case $PWD in */runner-2/*) ;; *) ${noJob.split('\n').slice(1).join('\n')} ;; esac\n${working}`,
    metadata: busy.metadata,
  });
  scenario('stops the runners without a job, and they are not started again', three, async (machine) => {
    await machine.untilConsole('phase=interrupted');
    await machine.until(async () => (await machine.read('console')).match(/phase=runner-exit/g)?.length === 2);
    expect(await machine.read('power-off')).toBe('');
    await machine.write('finish', '');
    expect(await machine.reasonOfPowerOff()).toBe('spot interruption');
    expect((await machine.read('console')).match(/phase=runner-start/g)).toHaveLength(3);
  });

  const later = { runner: noJob, metadata: market('spot') };
  scenario('is found when it comes', later, async (machine) => {
    await machine.until(async () => machine.asked('/latest/meta-data/spot/instance-action') > 1);
    expect(await machine.phases()).not.toContain('interrupted');
    machine.announce('spot/instance-action', notice['spot/instance-action']);
    expect(await machine.reasonOfPowerOff()).toBe('spot interruption');
  });
});

describe('the metadata service', () => {
  scenario('is not asked for one on demand', { runner: noJob, metadata: market('on-demand') }, async (machine) => {
    await machine.until(async () => machine.asked('/latest/meta-data/instance-life-cycle') > 0);
    signal(machine.pid, 'SIGTERM');
    await machine.ended;
    expect(machine.asked('/latest/meta-data/spot/instance-action')).toBe(0);
    expect(machine.asked('/latest/meta-data/instance-life-cycle')).toBe(1);
  });

  scenario(
    'is not asked before a short job has ended',
    { runner: oneJob, metadata: market('spot') },
    async (machine) => {
      await machine.ended;
      expect(machine.asked('/latest/meta-data/instance-life-cycle')).toBe(0);
    },
  );
});
