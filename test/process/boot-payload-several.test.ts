import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bootScripts, defaults, packRunner, scenario } from './boot-machine.js';
import { composePlaceholder } from '../../src/core/machine/jit-placeholder.js';
import { renderUserData, USER_DATA_LIMIT } from '../../src/core/machine/payload.js';
import { rolesFormat } from '../../src/core/machine/roles-format.js';
import {
  config,
  machineLines,
  node,
  obedient,
  packPlain,
  registration,
  untilAllListen,
  userDataOf,
} from './boot-several.js';

describe('a payload of format 4 is unreadable', () => {
  const jit = `#:jit-configs ${packPlain('QUJD')}`;
  const job = '#:runner-1 r1 build job l1';
  const run = '#:runner-2 r2 - run l2,cpouta';
  const good = ['#:format 4', job, run, jit, ...registration, ...machineLines()];
  const without = (key: string) => good.filter((line) => !line.startsWith(`#:${key} `));
  const instead = (line: string) => [...without(line.slice(2).split(' ')[0] ?? ''), line];
  const isNot = (key: string) => new RegExp(`^${key} is not what this agent reads \\(format 4\\)$`);
  const cases: readonly [string, readonly string[], RegExp][] = [
    ['without runners', good.filter((line) => !/^#:runner-\d/.test(line)), /^no runner-1$/],
    ['without a first runner', without('runner-1'), /^no runner-1$/],
    ['with a gap in the numbers', [...good, '#:runner-4 r4 build job l4'], /^no runner-3$/],
    ['with a 17th runner', [...good, '#:runner-17 r17 build job l17'], /^unknown key runner-17$/],
    ['with a runner 01', [...good, '#:runner-01 r1 build job l1'], /^unknown key runner-01$/],
    ['with a runner twice', [...good, job], /^runner-1 twice$/],
    ['with a runner without a label', instead('#:runner-1 r1 build job'), isNot('runner-1')],
    ['with a runner of another lifetime', instead('#:runner-1 r1 build day l1'), isNot('runner-1')],
    ['with a role that is no word', instead('#:runner-1 r1 bu/ld job l1'), isNot('runner-1')],
    ['with two blanks', instead('#:runner-1 r1  build job l1'), isNot('runner-1')],
    ['with an empty label', instead('#:runner-1 r1 build job l1,,l2'), isNot('runner-1')],
    ['with a job runner but no JIT configs', without('jit-configs'), /^no jit-configs$/],
    ['with a run runner but no URL', without('registration-url'), /^no registration-url$/],
    ['with a run runner but no token', without('registration-token'), /^no registration-token$/],
    ['with a JIT config of format 1', [...good, '#:jit-config QUJD'], /^unknown key jit-config$/],
    ['with a kind', [...good, '#:kind warm-up'], /^unknown key kind$/],
    ['if the format is not in the first line', [...good.slice(1), '#:format 4'], /^unknown key runner-1$/],
    ['with a work folder of no repository', [...good, '#:work-folder shared'], isNot('work-folder')],
    ['with a work folder above all others', [...good, '#:work-folder shared ..'], isNot('work-folder')],
    ['with a name of 65 characters', instead(`#:runner-1 ${'x'.repeat(65)} build job l1`), isNot('runner-1')],
    ['with another work folder', [...good, '#:work-folder shared a/b'], isNot('work-folder')],
    ['with a volume by another name', [...good, '#:data-volume sdf /var/lib/docker'], isNot('data-volume')],
    ['with a volume at a path with ..', [...good, '#:data-volume vol-12345678 /var/../etc'], isNot('data-volume')],
    ['with a volume at the root', [...good, '#:data-volume vol-12345678 /'], isNot('data-volume')],
    ['with a label of 17 characters', [...good, `#:data-volume label:${'x'.repeat(17)} /data`], isNot('data-volume')],
    ['that keeps the machine always in another word', [...good, '#:keep-always yes'], isNot('keep-always')],
    ['that keeps the machine for 0 s', [...good, '#:keep-on-failure-seconds 0'], isNot('keep-on-failure-seconds')],
  ];
  for (const [name, lines, why] of cases) {
    scenario(name, { userData: userDataOf(...lines) }, async (machine) => {
      const reason = await machine.reasonOfPowerOff();
      expect(reason).toMatch(/^payload unreadable: /);
      expect(reason.replace('payload unreadable: ', '')).toMatch(why);
      expect(await machine.phases()).toEqual(['agent', 'power-off']);
      expect(await machine.read('console')).not.toContain('A-TOKEN');
      expect(await machine.read('stderr')).toBe('');
    });
  }

  for (const key of [
    'runner-1 r1 - job l1',
    'registration-token T',
    'work-folder shared',
    'keep-on-failure-seconds 9',
    'keep-always 1',
  ]) {
    const old = ['#:format 3', '#:runner-name r', '#:label l', '#:jit-config QUJD', ...machineLines(), `#:${key}`];
    scenario(`if an older format has ${key}`, { userData: userDataOf(...old) }, async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe(`payload unreadable: unknown key ${key.split(' ')[0]}`);
    });
  }
});

describe('a stock image', () => {
  const jitConfigs = [1, 2, 3].map(composePlaceholder);
  const numbered = jitConfigs.map((jitConfig, index) => ({
    name: `r${index + 1}`,
    label: 'l',
    role: 'build',
    jitConfig,
  }));
  const download = packRunner(`linux-${process.arch}`, undefined, {
    'run.sh': obedient,
    'config.sh': config,
    'externals/node24/bin/node': node,
  });
  const stock = {
    boot: 'user-data',
    runner: null,
    download,
    payload: {
      runners: [...numbered, { name: 'r4', label: 'l4', role: 'more' }],
      registration: { url: 'https://github.example/o/r', token: 'T' },
    },
  } as const;
  scenario('gets the agent, and unpacks what our writer has packed', stock, async (machine) => {
    await untilAllListen(machine, 4);
    const expected = jitConfigs.map((jitConfig) => `ACTIONS_RUNNER_INPUT_JITCONFIG=${jitConfig}`);
    for (const [index, line] of expected.entries())
      expect((await machine.read(`env-${index + 1}`)).split('\n')).toContain(line);
    expect(readdirSync(join(machine.root, 'opt/ci-actions')).toSorted()).toEqual([
      'agent.sh',
      'apt-when-free.sh',
      'install-runner.sh',
      'partial',
      'unpack-jit-configs.mjs',
    ]);
    expect(await machine.read('stderr')).toBe('');
  });

  const image = 'opt/ci-actions/';
  const old = { [`${image}agent.sh`]: '#!/bin/bash\nexit 9\n', [`${image}partial`]: '' };
  scenario('made from an instance that got it so gets another one', { ...stock, programs: old }, async (machine) => {
    await untilAllListen(machine, 4);
    expect(readFileSync(join(machine.root, image, 'agent.sh'), 'utf8')).toContain('unpack-jit-configs');
  });

  test('gets only the parts of the agent that the payload needs', () => {
    const text = gunzipSync(renderUserData({ ...defaults }, bootScripts(), rolesFormat)).toString();
    const agent = /agent\.sh" <<'(.+)'\n([^]*?)\n\1\n/.exec(text)![2]!;
    expect(text).toContain('if [ ! -x "$agent" ] || [ -e "$partial" ]; then\n');
    for (const name of ['list_numbered', 'run_script', 'read_environment', 'warm_up']) {
      expect(agent).not.toContain(`${name}()`);
      expect(bootScripts().agent).toContain(`${name}()`);
    }
  });

  test('has room in its user data for 16 runners', () => {
    const runners = Array.from({ length: 16 }, (_, index) => ({
      name: `ci-7031-1-start-${index}`,
      label: 'ci-7031-1-start-build',
      role: 'build',
      jitConfig: composePlaceholder(index),
    }));
    expect(renderUserData({ ...defaults, runners }, bootScripts(), rolesFormat).length).toBeLessThan(USER_DATA_LIMIT);
  });
});
