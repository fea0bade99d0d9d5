import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { packRunner } from '../../sandbox/github/routes/downloads.js';
import { Disk, type Ended, type Variables } from './disk.js';
import { findTree } from './stage.js';

jest.setTimeout(600_000);

const versions = JSON.parse(readFileSync('ami/versions.json', 'utf8')) as { runner: { version: string } };
let image: string;
let stock: string;
beforeAll(() => {
  image = findTree('amd64');
  stock = findTree();
});

let disk: Disk;
let root: string;
afterEach(() => disk.close());

function open(tree: string): void {
  disk = Disk.open(tree);
  root = disk.root;
}

function run(...given: Parameters<Disk['run']>): Ended {
  return disk.run(...given);
}

/** Packs the stand-in runner. Returns the variables by which the provisioning finds it. */
async function bringRunner(): Promise<Variables> {
  const { bytes, sha256 } = await packRunner(versions.runner.version);
  const name = `actions-runner-linux-x64-${versions.runner.version}.tar.gz`;
  const file = join(root, 'provision', name);
  execFileSync('tee', [file], { input: bytes, stdio: ['pipe', 'ignore', 'inherit'] });
  return { CI_ACTIONS_RUNNER_URL: `file:///provision/${name}`, CI_ACTIONS_RUNNER_SHA256: sha256 };
}

/** The kind, mode, owner and content of a path. */
function describeFile(path: string): string {
  const { mode, uid, gid } = lstatSync(path);
  const isFile = (mode & 0o170000) === 0o100000;
  const content = isFile ? createHash('sha256').update(readFileSync(path)).digest('hex') : '';
  return [mode.toString(8), uid, gid, content].join(' ');
}

/** Every path that was changed, removed or added. */
function listDifferences(tree: string, path = ''): string[] {
  return readdirSync(join(disk.changes, path), { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    if (inner === 'provision') return [];
    const [before, after] = [join(tree, inner), join(root, inner)];
    const isHere = (one: string) => lstatSync(one, { throwIfNoEntry: false }) !== undefined;
    if (!isHere(before) && !isHere(after)) return [];
    const same = isHere(before) && isHere(after) && describeFile(before) === describeFile(after);
    return [...(same ? [] : [inner]), ...(entry.isDirectory() && isHere(after) ? listDifferences(tree, inner) : [])];
  });
}

/** Files that dpkg and systemd write at every run, in random order or with the time. */
const NOTES =
  /^var\/lib\/dpkg\/(status|available|diversions|statoverride|triggers|info)[^/]*(-old|\/Unincorp)?$|^var\/cache\/ldconfig\//;

describe('a second run', () => {
  test('of all steps changes nothing in an image', async () => {
    open(image);
    const { 'built-at': builtAt, commit } = readManifest();
    const { code, output } = run('all.sh', {
      ...(await bringRunner()),
      CI_ACTIONS_DOCKER_SOURCE: 'distribution',
      CI_ACTIONS_PYTHON: 'distribution',
      CI_ACTIONS_BUILT_AT: builtAt,
      CI_ACTIONS_COMMIT: commit,
    });
    expect(code === 0 ? '' : output).toBe('');
    expect(listDifferences(image).filter((path) => !NOTES.test(path))).toEqual([]);
  });
});

interface Manifest {
  readonly 'built-at': string;
  readonly commit: string;
  readonly preset: string;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(root, 'opt/ci-actions/manifest.json'), 'utf8')) as Manifest;
}

describe('each step runs alone, on a machine without the other steps', () => {
  beforeEach(() => open(stock));

  test('40-runner.sh', async () => {
    const { code, output } = run('40-runner.sh', await bringRunner());
    expect(code === 0 ? '' : output).toBe('');
    expect(existsSync(join(root, 'opt/actions-runner/run.sh'))).toBe(true);
  });

  test('50-agent.sh, 70-boot.sh and 90-clean.sh', () => {
    for (const step of ['50-agent.sh', '70-boot.sh', '90-clean.sh']) {
      const { code, output } = run(step);
      expect(code === 0 ? '' : output).toBe('');
    }
    expect(existsSync(join(root, 'opt/ci-actions/agent.sh'))).toBe(true);
    expect(readFileSync(join(root, 'etc/machine-id'), 'utf8')).toBe('');
  });

  test('80-record.sh lists every installed package', () => {
    const { code, output } = run('80-record.sh', { CI_ACTIONS_COMMIT: 'abc' });
    expect(code === 0 ? '' : output).toBe('');
    expect(readManifest()).toMatchObject({ preset: 'amd64', commit: 'abc', 'runner-version': versions.runner.version });
    const bom = JSON.parse(readFileSync(join(root, 'opt/ci-actions/sbom.json'), 'utf8')) as {
      components: { name: string; version: string; purl: string }[];
    };
    const status = readFileSync(join(root, 'var/lib/dpkg/status'), 'utf8');
    const installed = status.match(/^Status: .* installed$/gm) ?? [];
    expect(bom.components.filter(({ purl }) => purl.startsWith('pkg:deb/'))).toHaveLength(installed.length);
    const systemd = bom.components.find(({ name }) => name === 'systemd');
    expect(status).toContain(`Version: ${systemd?.version}\n`);
  });
});

describe('invalid input', () => {
  test('a step that fails is reported with its exit code, its log is kept, and no other step runs', async () => {
    open(image);
    const { code, output } = run('all.sh', { CI_ACTIONS_DOCKER_SOURCE: 'docker-hub' });
    expect(output).toContain("failed: CI_ACTIONS_DOCKER_SOURCE is 'docker-hub'; allowed: docker.com distribution");
    expect(output).toContain('20-docker.sh failed with exit code 2; log: /var/log/ci-actions-provision.log');
    expect(output).not.toContain('30-python.sh');
    expect(code).toBe(2);
    expect(readFileSync(join(root, 'var/log/ci-actions-provision.log'), 'utf8')).toContain('docker-hub');
  });

  test.each([
    ['an unknown preset', 'all.sh', 'gpu', "usage: all.sh amd64|arm64|cuda, not 'gpu'"],
    ['a preset of another architecture', '50-agent.sh', 'arm64', 'preset arm64 needs aarch64, this machine is x86_64'],
    ['a GPU driver for a preset without', '60-nvidia.sh', 'amd64', 'preset amd64 has no GPU'],
  ])('%s', (_, script, preset, message) => {
    open(stock);
    const { code, output } = run(script, {}, preset);
    expect(output).toContain(message);
    expect(code).toBe(2);
  });

  test('a runner without a checksum, or with another one, is refused', async () => {
    open(stock);
    const { CI_ACTIONS_RUNNER_URL = '' } = await bringRunner();
    const unknown = { ...versions, runner: { ...versions.runner, sha256: { x64: '', arm64: '' } } };
    writeFileSync(join(root, 'provision/versions.json'), JSON.stringify(unknown));
    const cases: [Variables, string][] = [
      [{}, `has no checksum of runner ${versions.runner.version} for x64`],
      [{ CI_ACTIONS_RUNNER_URL }, "is '', not 64 hexadecimal digits"],
      [{ CI_ACTIONS_RUNNER_URL, CI_ACTIONS_RUNNER_SHA256: '0'.repeat(64) }, `is not ${'0'.repeat(64)}`],
    ];
    for (const [variables, message] of cases) {
      const { code, output } = run('40-runner.sh', variables);
      expect(output).toContain(message);
      expect(code).not.toBe(0);
    }
    expect(existsSync(join(root, 'opt/actions-runner/run.sh'))).toBe(false);
  });
});
