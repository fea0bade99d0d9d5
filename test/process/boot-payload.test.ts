import { randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { renderUserData, USER_DATA_LIMIT } from '../../src/core/machine/payload.js';
import { bootScripts, defaultRunner, defaults, packRunner, scenario, shim } from './boot-machine.js';

const platform = `linux-${process.arch}`;

describe('a stock image', () => {
  const stock = { boot: 'user-data', runner: null, download: packRunner(platform) } as const;
  scenario('gets the agent from its user data, and the runner from the agent', stock, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    const phases = [
      'agent',
      'payload',
      'runner-install',
      'runner-start',
      'listening',
      'job',
      'runner-exit',
      'power-off',
    ];
    expect(await machine.phases()).toEqual(phases);
    expect(statSync(join(machine.root, 'opt/ci-actions/agent.sh')).mode & 0o777).toBe(0o755);
    expect(readdirSync(join(machine.root, 'opt/actions-runner')).toSorted()).toEqual(['bin', 'run.sh']);
    expect(await machine.read('stderr')).toBe('');
  });

  const forged = { runner: null, download: { ...packRunner(platform), sha256: '0'.repeat(64) } };
  scenario('does not unpack an archive with a wrong checksum', forged, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner install failed with 1');
    expect(await machine.read('console')).toMatch(/^ci-actions runner-install: checksum of http\S+ is not 0{64}$/m);
    expect(readdirSync(join(machine.root, 'opt/actions-runner'))).toEqual([]);
  });

  const foreign = { runner: null, download: packRunner('linux-s390') };
  scenario('refuses a runner for another architecture before downloading it', foreign, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner install failed with 1');
    expect(await machine.read('console')).toContain(`linux-s390 is not for this machine, which is ${platform}`);
  });

  scenario('powers off if there is neither a runner nor a URL for it', { runner: null }, async (machine) => {
    const reason = await machine.reasonOfPowerOff();
    expect(reason).toBe(`no runner in ${machine.root}/opt/actions-runner, and no runner-url`);
  });

  test('leaves 4 KB of the user data to the pre-runner script, and no script ends its own embedding', () => {
    const jitConfig = randomBytes(3000).toString('base64');
    const bytes = renderUserData({ ...defaults, runners: [{ ...defaultRunner, jitConfig }] }, bootScripts());
    expect(bytes.length).toBeLessThan(USER_DATA_LIMIT - 4096);
    expect(Object.values(bootScripts()).join('')).not.toContain('END_OF_CI_ACTIONS_FILE');
  });
});

describe('a pre-runner script', () => {
  const curious = { payload: { preRunnerScript: 'stat -c %a "$0"; pwd; echo KEY=value >>.env\n' } };
  scenario(
    'runs before the runner, in the runner home, from a file that only its user can read',
    curious,
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      expect((await machine.phases()).slice(1, 4)).toEqual(['payload', 'pre-runner-script', 'runner-start']);
      expect(await machine.read('console')).toContain(
        `ci-actions pre-runner-script: 700\nci-actions pre-runner-script: ${machine.root}/opt/actions-runner\n`,
      );
      expect(await machine.read('opt/actions-runner/.env')).toBe('KEY=value\n');
    },
  );

  scenario(
    'that fails powers the machine off',
    { payload: { preRunnerScript: 'false\necho not reached\n' } },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('pre-runner script failed with 1');
      expect(await machine.read('console')).not.toContain('not reached');
    },
  );

  const preRunnerScript = 'exec >/dev/null 2>&1\ntrap "" INT TERM\nwhile :; do sleep 0.1; done\n';
  scenario(
    'that hangs and ignores signals is killed',
    { payload: { startupTimeoutSeconds: 1, preRunnerScript } },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('startup took longer than 1 s');
      expect(await machine.phases()).not.toContain('runner-start');
    },
  );

  const blocked = { payload: { preRunnerScript: 'true\n' }, inTheWay: 'run/ci-actions/pre-runner-script' };
  scenario('that cannot be written powers the machine off', blocked, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('pre-runner script could not be written');
  });

  const exporting = [
    '     #!/bin/bash',
    'set -eu',
    'export TOOL_SETTING=true USER=somebody LINES="one\ntwo" EMPTY= \'SPACED=a "b"\'',
    'export PATH=$PATH:/opt/tool/bin; secret() { :; }; export -f secret; export CI_ACTIONS_EVIL=1',
    'kept_to_itself=1; cd /; (export SUBSHELL=1)',
    '[ "${BASH_SOURCE[0]}" = "$0" ] && exit 0',
  ].join('\n');
  scenario(
    'hands what it exports to the jobs, but not what the agent sets itself',
    { payload: { preRunnerScript: exporting } },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      const variables = (await machine.read('runner-env')).split('\n');
      expect(variables).toEqual(expect.arrayContaining(['TOOL_SETTING=true', 'EMPTY=', 'LINES=one', 'two']));
      expect(variables.find((line) => line.startsWith('PATH='))).toMatch(/:\/opt\/tool\/bin$/);
      expect(variables.includes('USER=somebody')).toBe(process.getuid?.() === 0);
      expect(variables.filter((line) => /kept_to_itself|SUBSHELL|CI_ACTIONS_EVIL|^PWD=\/$/.test(line))).toEqual([]);
      // The next boot of a warm machine and the runner itself read this file.
      const file = await machine.read('opt/actions-runner/.env');
      expect(file).toMatch(/^TOOL_SETTING=true$/m);
      expect(file).not.toMatch(/LINES|two|CI_ACTIONS_EVIL/);
      expect(await machine.read('console')).toMatch(
        /^ci-actions pre-runner-script: exported to the jobs: .*TOOL_SETTING/m,
      );
      expect(await machine.read('console')).not.toContain('TOOL_SETTING=');
      expect(readdirSync(join(machine.root, 'run/ci-actions')).filter((file) => file.includes('script'))).toEqual([]);
    },
  );

  scenario('may leave a daemon behind', { payload: { preRunnerScript: 'sleep 20 &\n' } }, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });
});

describe('a payload is unreadable', () => {
  const good = [
    '#:format 1',
    '#:runner-name r',
    '#:label l',
    '#:jit-config QUJD',
    '#:runner-home-dir /opt/actions-runner',
    '#:run-as-user root',
    '#:startup-timeout-seconds 9',
    '#:idle-timeout-seconds 9',
    '#:max-lifetime-seconds 9',
  ];
  const warmUp = [
    '#:format 2',
    '#:kind warm-up',
    '#:runner-home-dir /opt/actions-runner',
    '#:run-as-user root',
    '#:max-lifetime-seconds 9',
  ];
  const userDataOf = (...lines: string[]) => gzipSync(['#!/bin/bash', ...lines, ''].join('\n'));
  const instead = (line: string) =>
    userDataOf(...good.map((old) => (old.split(' ')[0] === line.split(' ')[0] ? line : old)));
  const cases: [name: string, userData: Uint8Array | string | null, why: RegExp][] = [
    ['without user data', null, /^curl: \(22\) .*404/],
    ['in empty user data', '', /^no #! in its first line$/],
    ['in garbage', 'lorem\0ipsum', /^no #! in its first line$/],
    ['in half a gzip', userDataOf(...good).subarray(0, 60), /^broken gzip$/],
    ['in a script without a payload', userDataOf('echo hello'), /^no [a-z-]+$/],
    ['in format 5', userDataOf('#:format 5'), /^format is not what this agent reads \(format 4\)$/],
    ['with a kind in format 1', userDataOf(...good, '#:kind warm-up'), /^kind needs format 2$/],
    ['of an unknown kind', userDataOf('#:format 2', '#:kind nap'), /^kind is not what this agent reads \(format 4\)$/],
    [
      'with an environment in format 1',
      userDataOf(...good, '#:environment QT1i'),
      /^environment and ca-certificates need format 3$/,
    ],
    [
      'with an environment that is not base64 of NAME=value lines',
      userDataOf('#:format 3', ...good.slice(1), `#:environment ${Buffer.from('A=b\nmalformed').toString('base64')}`),
      /^environment has a line that is not NAME=value$/,
    ],
    ['of a warm-up without a lifetime', userDataOf(...warmUp.slice(0, -1)), /^no max-lifetime-seconds$/],
    ['with a line without a value', userDataOf('#:format 1', '#:label'), /^not '#:key value': line 3$/],
    ['with an unknown key', userDataOf(...good, '#:speed 9'), /^unknown key speed$/],
    ['with a key twice', userDataOf(...good, '#:label l'), /^label twice$/],
    ['without a label', userDataOf(...good.filter((line) => !line.startsWith('#:label'))), /^no label$/],
    ['with a lifetime of 0', instead('#:max-lifetime-seconds 0'), /^max-lifetime-seconds is not/],
    ['with a lifetime of 1e9', instead('#:max-lifetime-seconds 1e9'), /^max-lifetime-seconds is not/],
    ['with .. in the runner home', instead('#:runner-home-dir /opt/../etc'), /^runner-home-dir is not/],
    ['with a JIT config that is not base64', instead('#:jit-config $(id)'), /^jit-config is not/],
    [
      'with a download without checksum',
      userDataOf(...good, '#:runner-url http://h/f'),
      /^runner-url without runner-sha256$/,
    ],
  ];
  for (const [name, userData, why] of cases) {
    scenario(name, { userData }, async (machine) => {
      const reason = await machine.reasonOfPowerOff();
      expect(reason).toMatch(/^payload unreadable: /);
      expect(reason.replace('payload unreadable: ', '')).toMatch(why);
      expect(await machine.phases()).toEqual(['agent', 'power-off']);
      expect(await machine.read('stderr')).toBe('');
    });
  }

  const absent = { environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' } };
  scenario('if no metadata service answers', absent, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toMatch(/^payload unreadable: curl: \(7\) /);
  });

  const warned = { environment: { PATH: shim('echo "Warning: something" >&2', 'curl') } };
  scenario('but not because of a warning of curl', warned, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });

  const plain = { userData: ['#!/bin/bash', ...good, 'set -e', '#:format 2', ''].join('\n') };
  scenario('but not because it is not gzipped, or because of lines after the payload', plain, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
  });
});
