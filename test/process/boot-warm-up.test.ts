import { writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from '@jest/globals';
import { renderWarmUp, type WarmUp } from '../../src/core/machine/payload.js';
import { install, scenario, shim, type Machine } from './boot-machine.js';

const warmUp = (changes: Partial<WarmUp> = {}) =>
  renderWarmUp({ runnerHome: '/opt/actions-runner', runAsUser: 'root', maxLifetimeSeconds: 60, ...changes });

const reasons = async (machine: Machine) =>
  Array.from((await machine.read('console')).matchAll(/phase=power-off \S+ \S+ (.*)/g), ([, reason]) => reason);

describe('a warm-up', () => {
  const reading = {
    userData: warmUp(),
    environment: { PATH: shim('printf "%s\\n" "$@" >>"$CI_ACTIONS_ROOT/was-read"', 'cat') },
  };
  scenario('reads the files of the runner, starts no runner, and powers off', reading, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('warmed up');
    expect(await machine.phases()).toEqual(['agent', 'payload', 'warm-up', 'power-off']);
    expect((await machine.read('was-read')).split('\n')).toContain('./run.sh');
    expect(await machine.read('runner-pid')).toBe('');
    expect(await machine.read('power-off')).toBe('off\n');
    expect(await machine.read('stderr')).toBe('');
  });

  scenario('is followed by one job at the next boot', { userData: warmUp() }, async (machine) => {
    await machine.ended;
    await (
      await machine.bootAgain()
    ).ended;
    await (
      await machine.bootAgain()
    ).ended;
    expect(await reasons(machine)).toEqual(['warmed up', 'runner exited', 'machine restarted: a runner serves once']);
    expect((await machine.read('console')).match(/phase=runner-start/g)).toHaveLength(1);
  });

  scenario('runs again if the machine is started without a claim', { userData: warmUp() }, async (machine) => {
    await machine.ended;
    await (
      await machine.bootAgain({ userData: warmUp() })
    ).ended;
    expect(await reasons(machine)).toEqual(['warmed up', 'warmed up']);
  });

  const script = 'pwd; echo KEY=value >>.env; export EXPORTED=1\n';
  scenario("runs the pool's script in the runner home", { userData: warmUp({ script }) }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('warmed up');
    expect(await machine.read('console')).toContain(
      `ci-actions pre-runner-script: ${machine.root}/opt/actions-runner\n`,
    );
    expect(await machine.read('opt/actions-runner/.env')).toBe('KEY=value\nEXPORTED=1\n');
  });

  scenario('reports that the script failed', { userData: warmUp({ script: 'exit 3\n' }) }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('pre-runner script failed with 3');
  });

  for (const [state, status] of [
    ['running', 0],
    ['degraded', 1],
  ] as const) {
    // A systemd whose boot ends when the test ends it.
    const answer = `echo "$*" >"$CI_ACTIONS_ROOT/asked"; until [[ -e $CI_ACTIONS_ROOT/booted ]]; do sleep 0.05; done`;
    const environment = { PATH: shim(`${answer}; echo ${state}; exit ${status}`, 'systemctl') };
    const booting = { userData: warmUp({ script: 'echo the script\n' }), inTheWay: 'run/systemd/system', environment };
    scenario(`waits for the end of the boot: ${state}`, booting, async (machine) => {
      await machine.until(async () => (await machine.read('asked')) !== '');
      await sleep(500);
      expect(await machine.phases()).toEqual(['agent', 'payload', 'warm-up']);
      await writeFile(join(machine.root, 'booted'), '');
      expect(await machine.reasonOfPowerOff()).toBe('warmed up');
      expect(await machine.read('asked')).toBe('is-system-running --wait\n');
      expect(await machine.read('console')).toMatch(
        new RegExp(`^ci-actions boot: ${state}\n(.*\n)?ci-actions pre-runner-script: the script$`, 'm'),
      );
    });
  }

  const endless = {
    userData: warmUp({ maxLifetimeSeconds: 2 }),
    inTheWay: 'run/systemd/system',
    environment: { PATH: shim('exec sleep 60', 'systemctl') },
  };
  scenario('ends with its lifetime if the boot does not end', endless, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('lifetime of 2 s is over');
  });

  const slow = { userData: warmUp({ script: 'sleep 60\n', maxLifetimeSeconds: 2 }) };
  scenario('ends with its lifetime', slow, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('lifetime of 2 s is over');
  });

  scenario('reports that the image has no runner', { userData: warmUp(), runner: null }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe(`no runner in ${machine.root}/opt/actions-runner`);
  });

  scenario("runs the listener's warm-up in the runner home", { userData: warmUp() }, async (machine) => {
    await machine.ended;
    const listener = join(machine.root, 'opt/actions-runner/bin/Runner.Listener');
    await install(listener, '#!/bin/bash\necho "$USER $1 in $PWD" >"$CI_ACTIONS_ROOT/listener"\n');
    await (
      await machine.bootAgain({ userData: warmUp() })
    ).ended;
    expect(await machine.read('listener')).toBe(
      `${userInfo().username} warmup in ${machine.root}/opt/actions-runner\n`,
    );
  });
});
