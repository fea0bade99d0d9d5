import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect } from '@jest/globals';
import { createCertificate } from '../worlds/certificate.js';
import { packRunner, scenario, shim, type Machine } from './boot-machine.js';

const folder = mkdtempSync(join(tmpdir(), 'boot-environment-'));
afterAll(() => rmSync(folder, { recursive: true }));

const download = packRunner(`linux-${process.arch}`);
const certificate = new X509Certificate(createCertificate('ca.example').cert);
const der = certificate.raw;

const asked: string[] = [];
const proxy = createServer((request, response) => {
  asked.push(request.url ?? '');
  response.end(download.bytes);
});
await once(proxy.listen(0, '127.0.0.1'), 'listening');
const { port } = proxy.address() as AddressInfo;
afterAll(() => void proxy.close());

describe('an environment in the payload', () => {
  const environment = { HTTPS_PROXY: 'http://u:p@proxy:3128/', user: 'a b', EMPTY: '', QUOTED: `"it's"` };
  const given = {
    payload: { settings: { environment }, preRunnerScript: 'env >"$CI_ACTIONS_ROOT/script-env"; cat .env' },
  };
  scenario('reaches the pre-runner script, the runner and its .env', given, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    for (const file of ['script-env', 'runner-env']) {
      expect((await machine.read(file)).split('\n')).toEqual(expect.arrayContaining(lines));
    }
    expect(await machine.read('opt/actions-runner/.env')).toBe(`${lines.join('\n')}\n`);
    expect(await machine.read('console')).toContain('ci-actions pre-runner-script: HTTPS_PROXY=http://u:p@proxy:3128/');
  });

  const recorded = { PATH: shim('echo "$*" >>"$CI_ACTIONS_ROOT/systemctl"; exit 0', 'systemctl') };
  const proxied = { inTheWay: 'etc/sudoers.d', environment: recorded, payload: { settings: { environment } } };
  scenario(
    'is passed to sudo, and to no service of the host if the root is a folder of the host',
    proxied,
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      expect(await machine.read('etc/sudoers.d/ci-actions-environment')).toContain('HTTPS_PROXY');
      expect(await machine.read('systemctl')).toBe('');
    },
  );

  const none = { payload: { preRunnerScript: 'ls -A' } };
  scenario('that is absent leaves no .env behind', none, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(existsSync(join(machine.root, 'opt/actions-runner/.env'))).toBe(false);
  });

  const url = `http://downloads.invalid/${download.file}`;
  const behind = {
    runner: null,
    payload: {
      settings: { environment: { http_proxy: `http://127.0.0.1:${port}` } },
      runnerDownload: { url, sha256: download.sha256 },
    },
  };
  scenario('is used for the download of the runner, not for the metadata service', behind, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(asked).toEqual([url]);
  });
});

describe('a machine without curl', () => {
  // All programs of this machine except curl, which apt-get installs.
  const programs = join(folder, 'bin');
  linkAll(programs, ['curl', 'apt-get']);
  const apt = `#!/bin/bash\necho "$http_proxy: $*" >>"$CI_ACTIONS_ROOT/apt"\nln -sf '${findProgram('curl')}' '${programs}/curl'\n`;
  writeFileSync(join(programs, 'apt-get'), apt, { mode: 0o755 });
  const bare = {
    environment: { PATH: programs },
    payload: { settings: { environment: { http_proxy: 'http://proxy:3128' } } },
  };
  scenario("reads its payload without curl, and installs curl through the payload's proxy", bare, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect((await machine.read('apt')).split('\n')[0]).toBe('http://proxy:3128: -q update');
    expect(await machine.read('stderr')).toBe('');
  });

  const without = join(folder, 'without');
  linkAll(without, ['curl']);
  const mute = { userData: null, environment: { PATH: without } };
  scenario('reports the status of the metadata service', mute, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toMatch(
      /^payload unreadable: metadata service: HTTP\/1\.\d 404 Not Found/,
    );
  });
});

describe('CA certificates in the payload', () => {
  const updater = '#!/bin/bash\nls "$CI_ACTIONS_ROOT/usr/local/share/ca-certificates"; echo updated\n';
  const trusting = {
    runner: null,
    download,
    programs: { 'usr/sbin/update-ca-certificates': updater },
    payload: { settings: { caCertificates: [der, der] }, preRunnerScript: 'cat "$NODE_EXTRA_CA_CERTS"' },
  };
  scenario('are trusted before anything is downloaded, also by Node.js', trusting, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    const text = await machine.read('console');
    expect(text).toMatch(/ci-actions-1\.crt\n[^]* ci-actions-2\.crt\n[^]*: updated\n[^]*phase=runner-install/);
    const pem = await machine.read('opt/ci-actions/ca-certificates.pem');
    expect(pem).toBe(certificate.toString().repeat(2));
    expect(await machine.read('usr/local/share/ca-certificates/ci-actions-2.crt')).toBe(pem.slice(pem.length / 2));
    expect(text).toContain('ci-actions pre-runner-script: -----BEGIN CERTIFICATE-----');
    expect(await machine.read('runner-env')).toContain(
      `NODE_EXTRA_CA_CERTS=${machine.root}/opt/ci-actions/ca-certificates.pem\n`,
    );
  });

  const fedora = { ...trusting, programs: { 'usr/bin/update-ca-trust': '#!/bin/bash\necho updated\n' } };
  scenario('are installed where Fedora and Amazon Linux expect them', fedora, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('console')).toContain('environment: updated\n');
    expect(await machine.read('etc/pki/ca-trust/source/anchors/ci-actions-1.crt')).toContain('BEGIN CERTIFICATE');
  });

  scenario(
    'are trusted by Node.js even if the image cannot install them',
    { ...trusting, programs: {} },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('runner exited');
      expect(await machine.read('opt/ci-actions/ca-certificates.pem')).toBe(certificate.toString().repeat(2));
    },
  );

  const refused = { ...trusting, programs: { 'usr/sbin/update-ca-certificates': '#!/bin/bash\necho no; exit 3\n' } };
  scenario('that cannot be installed power the machine off', refused, async (machine) => {
    expect(await machine.reasonOfPowerOff()).toBe('CA certificates could not be installed');
    expect(await machine.phases()).not.toContain('runner-install');
  });
});

describe('apt, while the first boot holds one of its locks,', () => {
  const path = join(folder, 'locked');
  // The messages of apt 2.6 and dpkg 1.21, in English and German.
  const lists = 'E: Could not get lock /var/lib/apt/lists/lock. It is held by process 712 (apt-get)';
  const archives =
    'E: Sperre /var/cache/apt/archives/lock konnte nicht bekommen werden. Sie wird von Prozess 7 gehalten.';
  const old = 'E: Could not get lock /var/lib/dpkg/lock-frontend - open (11: Resource temporarily unavailable)';
  const dpkg = 'dpkg: error: dpkg frontend lock was locked by another process with pid 1337';
  linkAll(path, ['apt-get', 'apt', 'dpkg', 'ldconfig']);
  for (const name of ['apt-get', 'apt', 'dpkg', 'ldconfig'])
    writeFileSync(join(path, name), locked(name), { mode: 0o755 });
  const environment = { PATH: path };

  const uses: [name: string, message: string, script: string][] = [
    ['the lists', lists, 'apt-get -q update'],
    ['the archives', archives, 'apt install -y jq'],
    ['dpkg', old, 'apt-get -qy install jq'],
    ['dpkg, without apt', dpkg, 'dpkg -i some.deb'],
  ];
  for (const [name, message, use] of uses) {
    const preRunnerScript = `echo '${message}' >"$CI_ACTIONS_ROOT/lock"; ${use}; echo "then it goes on"`;
    scenario(
      `waits in the pre-runner script: ${name}`,
      { environment, payload: { preRunnerScript } },
      async (machine) => {
        await free(machine);
        expect(await machine.reasonOfPowerOff()).toBe('runner exited');
        expect(await machine.read('console')).toContain(
          `pre-runner-script: did ${use}\nci-actions pre-runner-script: then`,
        );
      },
    );
  }

  const installs = `#!/bin/bash\necho '${lists}' >"$CI_ACTIONS_ROOT/lock"; apt-get update && apt-get install -y libicu72\n`;
  const installing = { environment, runner: null, download: packRunner(`linux-${process.arch}`, installs) };
  scenario('waits in the installation of the runner', installing, async (machine) => {
    await free(machine);
    expect(await machine.reasonOfPowerOff()).toBe('runner exited');
    expect(await machine.read('console')).toContain('runner-install: did apt-get install -y libicu72\n');
    expect(readdirSync(join(machine.root, 'opt/actions-runner')).toSorted()).toEqual(['bin', 'run.sh']);
  });

  const impatient = { ...environment, CI_ACTIONS_APT_PATIENCE: '1' };
  const stuck = `echo '${lists}' >"$CI_ACTIONS_ROOT/lock"; apt-get -q update`;
  scenario(
    'does not wait without end',
    { environment: impatient, payload: { preRunnerScript: stuck } },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('pre-runner script failed with 100');
      expect(await machine.read('console')).toContain(`pre-runner-script: ${lists}\n`);
    },
  );

  const denied = 'E: Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)';
  const forbidden = `echo '${denied}' >"$CI_ACTIONS_ROOT/lock"; apt-get -q update`;
  scenario(
    'does not wait where waiting cannot help',
    { environment, payload: { preRunnerScript: forbidden } },
    async (machine) => {
      expect(await machine.reasonOfPowerOff()).toBe('pre-runner script failed with 100');
      expect((await machine.read('tries')).trim()).toBe('1');
    },
  );

  async function free(machine: Machine): Promise<void> {
    await machine.until(async () => (await machine.read('tries')).length > 1);
    await rm(join(machine.root, 'lock'));
  }
});

/** Fails with the text of the lock file while the file exists. Otherwise prints its arguments. */
function locked(name: string): string {
  if (name === 'ldconfig') return '#!/bin/bash\n';
  return [
    '#!/bin/bash',
    'echo 1 >>"$CI_ACTIONS_ROOT/tries"',
    'if says=$(cat "$CI_ACTIONS_ROOT/lock" 2>/dev/null); then echo "$says" >&2; exit 100; fi',
    `echo "did ${name} $*"`,
    '',
  ].join('\n');
}

/** A folder with all programs of this machine except some. */
function linkAll(path: string, without: readonly string[]): void {
  mkdirSync(path);
  const folders = (process.env['PATH'] ?? '').split(':').filter((one) => existsSync(one));
  const programs = new Map(
    folders.toReversed().flatMap((one) => readdirSync(one).map((name) => [name, join(one, name)] as const)),
  );
  for (const [name, target] of programs) if (!without.includes(name)) symlinkSync(target, join(path, name));
}

function findProgram(name: string): string {
  return (
    (process.env['PATH'] ?? '')
      .split(':')
      .map((one) => join(one, name))
      .find((path) => existsSync(path)) ?? name
  );
}
