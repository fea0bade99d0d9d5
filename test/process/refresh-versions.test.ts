import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { packRunner } from '../../sandbox/github/routes/downloads.js';
import { seed, startSandbox, type Sandbox } from '../../sandbox/sandbox.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
let folder: string;
let file: string;
let sandbox: Sandbox;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'refresh-versions-'));
  file = join(folder, 'versions.json');
  copyFileSync(join(root, 'ami/versions.json'), file);
  sandbox = await startSandbox({ machines: false });
  for (const [repository, tag] of Object.entries(RELEASES)) sandbox.github.otherReleases.set(repository, tag);
});

afterEach(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

const RELEASES = {
  'astral-sh/uv': '99.1.2',
  'pypa/pipx': '99.2.0',
  'tox-dev/tox': '99.3.1',
  'NVIDIA/nvidia-container-toolkit': 'v99.4.0',
};

function refresh(...args: string[]): Promise<{ code: number; text: string }> {
  const env = { ...process.env, NODE_OPTIONS: '', GITHUB_API_URL: sandbox.githubUrl, GITHUB_TOKEN: sandbox.token };
  const command = ['--import', 'tsx', join(root, 'ami/cli.ts'), 'refresh', '--file', file, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, command, { cwd: root, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, text: stdout + stderr }),
    );
  });
}

const read = () => JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;

describe('npm run ami -- refresh', () => {
  test('writes the newest versions and the checksums of the runner, keeps the rest, and then finds nothing to change', async () => {
    const before = read();
    const { code, text } = await refresh();
    expect({ code, text }).toEqual({ code: 0, text: expect.stringMatching(/^python\.uv +\S+ → 99\.1\.2$/m) });
    const { sha256 } = await packRunner(seed.RUNNER_VERSION);
    const python = before['python'] as object;
    expect(read()).toEqual({
      ...before,
      runner: { ...(before['runner'] as object), version: seed.RUNNER_VERSION, sha256: { x64: sha256, arm64: sha256 } },
      python: { ...python, uv: '99.1.2', pipx: '99.2.0', tox: '99.3.1' },
      nvidia: { ...(before['nvidia'] as object), 'container-toolkit': '99.4.0-1' },
    });
    const again = await refresh();
    expect(again).toEqual({ code: 0, text: expect.stringContaining('Everything is up to date.') });
  });

  test("writes a file that passes the repository's own check", async () => {
    writeFileSync(file, JSON.stringify(read()));
    await refresh();
    await expect(
      run(
        process.execPath,
        [join(root, 'node_modules/prettier/bin/prettier.cjs'), '--check', '--config', join(root, '.prettierrc'), file],
        { cwd: root },
      ),
    ).resolves.toBeDefined();
  });

  test('only prints what would change, with --dry-run', async () => {
    const before = readFileSync(file, 'utf8');
    expect(await refresh('--dry-run')).toEqual({ code: 0, text: expect.stringContaining('99.1.2') });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  test.each([
    ['that does not exist', undefined, 'GitHub has no release of pypa/pipx.'],
    ['whose tag is no version', 'nightly;reboot', 'The newest release of pypa/pipx is "nightly;reboot"'],
  ])('changes nothing because of a release %s', async (_, tag, says) => {
    if (tag === undefined) sandbox.github.otherReleases.delete('pypa/pipx');
    else sandbox.github.otherReleases.set('pypa/pipx', tag);
    writeFileSync(file, '{ "runner": { "version": "1.0.0" } }\n');
    expect(await refresh()).toEqual({ code: 1, text: expect.stringContaining(says) });
    expect(readFileSync(file, 'utf8')).toBe('{ "runner": { "version": "1.0.0" } }\n');
  });
});
