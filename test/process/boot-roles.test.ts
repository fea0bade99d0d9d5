import { describe, expect } from '@jest/globals';
import { lstatSync, readdirSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { scenario } from './boot-machine.js';
import { detailsOf, jitOf, order, several, untilAllListen } from './boot-several.js';

const trio = ['build job', '- job', 'test run'] as const;

describe('several runners', () => {
  scenario(
    'go through their phases side by side, until all have ended',
    several({ runners: trio }),
    async (machine) => {
      await untilAllListen(machine, 3);
      await order(machine, 1, 'job "build (amd64)"', 'exit');
      await order(machine, 2, 'job lint', 'exit 3');
      await order(machine, 3, 'job test-1', 'job test-2', 'exit 137');
      await machine.untilConsole('phase=job uptime=');
      await machine.until(async () => (await detailsOf(machine, 'runner-exit')).length >= 3);
      expect(await detailsOf(machine, 'payload')).toEqual(['r1 r2 r3']);
      expect((await detailsOf(machine, 'runner-start')).slice(0, 3)).toEqual(['1 build', '2', '3 test']);
      expect((await detailsOf(machine, 'listening')).toSorted()).toEqual(['1 build', '2', '3 test']);
      const jobs = ['1 build: build (amd64)', '2: lint', '3 test: test-1', '3 test: test-2'];
      expect((await detailsOf(machine, 'job')).toSorted()).toEqual(jobs);
      expect((await detailsOf(machine, 'runner-exit')).toSorted()).toEqual(['1 build: 0', '2: 3', '3 test: 137']);
      const text = await machine.read('console');
      expect(text).toMatch(/^ci-actions runner 1 \(build\): 2026-10-20 10:00:00Z: Listening for Jobs$/m);
      expect(text).toMatch(/^ci-actions runner 2: 2026-10-20 10:00:00Z: Listening for Jobs$/m);
      expect(await machine.read('stderr')).toBe('');
    },
  );

  const jobs = several({ runners: ['a job', 'b job', 'c job'] });
  scenario('power the machine off once, when the last one has ended', jobs, async (machine) => {
    await untilAllListen(machine, 3);
    for (const number of [1, 2]) await order(machine, number, 'job first', 'exit');
    await machine.until(async () => (await detailsOf(machine, 'runner-exit')).length === 2);
    expect(await machine.read('power-off')).toBe('');
    await order(machine, 3, 'job last', 'exit');
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    await machine.ended;
    expect(await machine.read('power-off')).toBe('off\n');
    expect(await machine.read('stderr')).toBe('');
  });

  const image = {
    'opt/actions-runner/.runner': 'of the machine that the image was made from',
    'opt/actions-runner/.credentials': 'of that machine',
    'opt/actions-runner/_diag/old.log': 'long ago',
  };
  scenario(
    'live in homes of their own, with their own configuration',
    several({ runners: trio, programs: image }),
    async (machine) => {
      await untilAllListen(machine, 3);
      const homes = ['opt/actions-runner', 'opt/runner-2/actions-runner', 'opt/runner-3/actions-runner'];
      for (const [index, home] of homes.entries()) {
        expect(await machine.read(`cwd-${index + 1}`)).toBe(`${join(machine.root, home)}\n`);
        expect(statSync(join(machine.root, home, 'bin/Runner.Listener')).nlink).toBe(3);
        expect(await machine.read(`${home}/.credentials`)).toBe('');
      }
      expect(readdirSync(join(machine.root, homes[1]!)).toSorted()).toEqual([
        'bin',
        'config.sh',
        'externals',
        'run.sh',
      ]);
      expect(readlinkSync(join(machine.root, homes[2]!, 'externals'))).toBe(join(machine.root, homes[0]!, 'externals'));
      for (const number of [1, 2]) {
        expect(await machine.read(`env-${number}`)).toContain(
          `\nACTIONS_RUNNER_INPUT_JITCONFIG=${jitOf(`r${number}`)}\n`,
        );
      }
      expect(await machine.read('env-3')).not.toContain('ACTIONS_RUNNER_INPUT');
    },
  );

  const script = {
    runners: trio,
    programs: { 'opt/actions-runner/.env': 'BAKED=1\n' },
    lines: [
      `#:environment ${Buffer.from('GIVEN=1').toString('base64')}`,
      `#:pre-runner-script ${Buffer.from('export EXPORTED=1; echo WRITTEN=1 >>.env').toString('base64')}`,
    ],
  };
  scenario(
    "have the payload's environment and what the pre-runner script exports",
    several(script),
    async (machine) => {
      await untilAllListen(machine, 3);
      for (const [number, home] of [
        [1, 'actions-runner'],
        [2, 'runner-2/actions-runner'],
        [3, 'runner-3/actions-runner'],
      ] as const) {
        expect(await machine.read(`env-${number}`)).toMatch(/^GIVEN=1$/m);
        expect(await machine.read(`env-${number}`)).toMatch(/^EXPORTED=1$/m);
        expect(await machine.read(`opt/${home}/.env`)).toBe('BAKED=1\nGIVEN=1\nWRITTEN=1\nEXPORTED=1\n');
      }
      expect((await detailsOf(machine, 'pre-runner-script')).length).toBe(1);
    },
  );

  const shared = several({ runners: trio, lines: ['#:work-folder shared repo'] });
  scenario('share the folder of the repository, and nothing else of their work folders', shared, async (machine) => {
    await untilAllListen(machine, 3);
    await order(
      machine,
      2,
      'mkdir "$OLDPWD/_work/repo/repo"; touch "$OLDPWD/_work/repo/repo/built" "$OLDPWD/_work/mine"; job build; exit',
    );
    await machine.untilConsole('phase=runner-exit');
    await order(machine, 3, 'ls "$OLDPWD/_work" "$OLDPWD/_work/repo/repo"; job test');
    await machine.untilConsole('ci-actions runner 3 (test): built');
    expect(readdirSync(join(machine.root, 'opt/runner-3/actions-runner/_work'))).toEqual(['repo']);
    expect(lstatSync(join(machine.root, 'opt/actions-runner/_work/repo')).isDirectory()).toBe(true);
  });
});

describe('JIT configs', () => {
  const blank = several({
    runners: ['a job', 'b job'],
    programs: { 'opt/actions-runner/externals/node24/bin/node': '' },
  });
  scenario(
    'need the Node of the runner',
    { ...blank, programs: { 'opt/actions-runner/bin/Runner.Listener': '' } },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe(`JIT configs could not be unpacked`);
      expect(await machine.phases()).not.toContain('runner-start');
    },
  );

  scenario('that cannot be unpacked power the machine off', blank, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('JIT configs could not be unpacked');
    expect(await machine.phases()).not.toContain('runner-start');
  });
});
