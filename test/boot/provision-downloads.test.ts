import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Disk } from './disk.js';
import { publishInterpreters } from './interpreters.js';
import { ARCHIVE, publishPackages, stubDownloads, unit, type Package } from './packages.js';
import { findTree } from './stage.js';

// The steps with packages from outside the distribution, run to their end with the real apt, dpkg and apt-mark.
jest.setTimeout(600_000);

interface Versions {
  readonly python: { readonly versions: readonly string[] };
  readonly nvidia: { readonly driver: string; readonly 'container-toolkit': string };
}
const { nvidia, python } = JSON.parse(readFileSync('ami/versions.json', 'utf8')) as Versions;

let image: string;
beforeAll(() => void (image = findTree('amd64')));
let disk: Disk;
beforeEach(() => {
  disk = Disk.open(image);
  stubDownloads(disk.root);
});
afterEach(() => disk.close());

/** The state of every package whose name matches, such as `un nvidia-driver`. */
function listPackages(pattern: RegExp): string[] {
  const { output } = runInside(
    `dpkg-query -W -f '\${db:Status-Abbrev} \${Package}\\n' '*nvidia*' '*docker*' '*containerd*'`,
  );
  return output
    .split('\n')
    .filter((line) => pattern.test(line))
    .map((line) => line.replace(/\s+/g, ' ').trim());
}

function runInside(command: string): { code: number | null; output: string } {
  writeFileSync(join(disk.root, 'provision/provision/inside'), `#!/bin/bash\n${command}\n`, { mode: 0o755 });
  return disk.run('inside', {}, 'cuda');
}

describe('60-nvidia.sh', () => {
  const driver = `nvidia-driver-${nvidia.driver}-server-open`;
  const toolkit = [
    'nvidia-container-toolkit',
    'nvidia-container-toolkit-base',
    'libnvidia-container-tools',
    'libnvidia-container1',
  ];
  const version = nvidia['container-toolkit'].replace(/\*$/, '0') || '1.0-1';
  beforeEach(() => {
    publishPackages(disk.root, ARCHIVE, [
      {
        name: driver,
        relations: {
          Depends: `libnvidia-compute-${nvidia.driver}`,
          Conflicts: 'nvidia-driver-binary',
          Suggests: 'nvidia-settings',
        },
        files: { 'usr/lib/systemd/system/nvidia-persistenced.service': unit },
      },
      { name: `libnvidia-compute-${nvidia.driver}`, relations: { Replaces: 'libnvidia-legacy' } },
      { name: `linux-modules-nvidia-${nvidia.driver}-server-open-aws` },
    ]);
    publishPackages(
      disk.root,
      { address: 'nvidia.github.io/libnvidia-container/stable/deb/amd64' },
      toolkit.map((name) => packTool(name, version)),
    );
  });

  test('runs to its end, and holds the installed packages, not those that are only mentioned', () => {
    const { code, output } = disk.run('60-nvidia.sh', {}, 'cuda');
    expect(code === 0 ? '' : output).toBe('');
    const known = listPackages(/nvidia/);
    expect(known).toEqual(expect.arrayContaining(['un nvidia-driver-binary', `hi ${driver}`]));
    expect(known.filter((line) => !/^(un|hi) /.test(line))).toEqual([]);
    expect(readFileSync(join(disk.root, 'nvidia-ctk'), 'utf8')).toBe(
      'runtime configure --runtime=docker --cdi.enabled\n',
    );
  });

  test('waits for the lock of the package lists, also before 50-agent.sh', () => {
    const hold =
      'import fcntl, time; f = open("/var/lib/apt/lists/lock", "w"); fcntl.lockf(f, fcntl.LOCK_EX); time.sleep(4)';
    const { code, output } = runInside(
      `rm /usr/local/sbin/apt-get /usr/local/sbin/dpkg\npython3 -c '${hold}' &\nsleep 1\nexec bash /provision/provision/60-nvidia.sh cuda`,
    );
    expect(code === 0 ? '' : output).toBe('');
    expect(output).toContain('Could not get lock /var/lib/apt/lists/lock');
  });
});

function packTool(name: string, version: string): Package {
  const program = '#!/bin/bash\necho "$*" >/nvidia-ctk\n';
  const files = {
    'usr/bin/nvidia-ctk': program,
    'usr/lib/systemd/system/nvidia-cdi-refresh.service': unit,
    'usr/lib/systemd/system/nvidia-cdi-refresh.path': '[Path]\nPathChanged=/x\n[Install]\nWantedBy=multi-user.target\n',
  };
  return { name, version, ...(name === 'nvidia-container-toolkit-base' && { files }) };
}

test('20-docker.sh runs to its end with the packages of docker.com', () => {
  const units = (...names: string[]) =>
    Object.fromEntries(names.map((name) => [`usr/lib/systemd/system/${name}`, unit]));
  const socket = '[Socket]\nListenStream=/run/docker.sock\n[Install]\nWantedBy=sockets.target\n';
  const address = 'download.docker.com/linux/debian';
  publishPackages(disk.root, { address, index: 'dists/bookworm/stable/binary-amd64' }, [
    {
      name: 'docker-ce',
      version: '5:29.1.0-1',
      relations: { Conflicts: 'docker.io', Replaces: 'docker.io' },
      files: { ...units('docker.service'), 'usr/lib/systemd/system/docker.socket': socket },
    },
    { name: 'docker-ce-cli', version: '5:29.1.0-1', relations: { Conflicts: 'docker-cli', Replaces: 'docker-cli' } },
    {
      name: 'containerd.io',
      relations: { Conflicts: 'containerd, runc', Replaces: 'containerd, runc' },
      files: units('containerd.service'),
    },
    { name: 'docker-buildx-plugin' },
    { name: 'docker-compose-plugin' },
  ]);
  const { code, output } = disk.run('20-docker.sh');
  expect(code === 0 ? '' : output).toBe('');
  expect(listPackages(/docker|containerd/)).toEqual(
    expect.arrayContaining(['ii docker-ce', 'ii containerd.io', 'ii docker-buildx-plugin', 'ii docker-compose-plugin']),
  );
});

test('30-python.sh runs to its end with the interpreters of uv, and 80-record.sh lists each once', () => {
  const list = publishInterpreters(disk.root, python.versions);
  for (const [step, variables] of [
    ['30-python.sh', { UV_PYTHON_DOWNLOADS_JSON_URL: list }],
    ['80-record.sh', {}],
  ] as const) {
    const { code, output } = disk.run(step, variables);
    expect(code === 0 ? '' : output).toBe('');
  }
  const { output } = runInside(python.versions.map((version) => `python${version} --version`).join('\n'));
  expect(output.match(/^Python .*$/gm)).toEqual(python.versions.map((version) => `Python ${version}.5`));
  const bom = JSON.parse(readFileSync(join(disk.root, 'opt/ci-actions/sbom.json'), 'utf8')) as {
    components: { name: string; version: string }[];
  };
  const listed = bom.components.filter(({ name }) => name === 'cpython').map((one) => one.version);
  expect(listed.toSorted()).toEqual(python.versions.map((version) => `${version}.5`).toSorted());
});
