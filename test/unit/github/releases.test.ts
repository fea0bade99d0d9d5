import { describe, expect, test } from '@jest/globals';
import { connectScripted, ScriptedGitHub } from '../../worlds/scripted-github.js';

const OFFERED = 'GET /repos/o/r/actions/runners/downloads';
const RELEASE = 'GET /repos/actions/runner/releases/tags/v2.330.0';
const SHA = '0123456789abcdef'.repeat(4);

function offer(os: string, architecture: string, version = '2.336.0', sha256_checksum: string | undefined = SHA) {
  const [filename, ending] = [`actions-runner-${os}-${architecture}-${version}`, os === 'win' ? 'zip' : 'tar.gz'];
  const download_url = `https://dl.example/${filename}.${ending}`;
  return { os, architecture, filename: `${filename}.${ending}`, download_url, sha256_checksum };
}

function asset(architecture: string, digest: string | null, version = '2.330.0') {
  const name = `actions-runner-linux-${architecture}-${version}.tar.gz`;
  return { name, browser_download_url: `https://dl.example/${name}`, digest };
}

describe('the latest runner', () => {
  test.each([
    ['x86_64', 'x64'],
    ['arm64', 'arm64'],
  ] as const)('for %s is the Linux archive that GitHub offers', async (architecture, wanted) => {
    const json = [
      offer('osx', 'arm64'),
      offer('linux', 'arm'),
      offer('linux', 'x64'),
      offer('linux', 'arm64'),
      offer('win', 'x64'),
    ];
    const { github } = await connectScripted(new ScriptedGitHub().on(OFFERED, { json }));
    const url = `https://dl.example/actions-runner-linux-${wanted}-2.336.0.tar.gz`;
    await expect(github.findDownload('latest', architecture)).resolves.toEqual({
      url,
      sha256: SHA,
      version: '2.336.0',
    });
  });

  test('without a checksum is refused', async () => {
    for (const checksum of [undefined, '', 'abc']) {
      const json = [{ ...offer('linux', 'x64'), sha256_checksum: checksum }];
      const { github } = await connectScripted(new ScriptedGitHub().on(OFFERED, { json }));
      await expect(github.findDownload('latest', 'x86_64')).rejects.toMatchObject({
        code: 'github-not-found',
        message: expect.stringContaining('lists no SHA-256'),
      });
    }
  });

  test('that is not offered for this architecture is a failure that lists the offered archives', async () => {
    const { github } = await connectScripted(new ScriptedGitHub().on(OFFERED, { json: [offer('linux', 'x64')] }));
    await expect(github.findDownload('latest', 'arm64')).rejects.toMatchObject({
      code: 'github-not-found',
      about: { details: ['Offered: actions-runner-linux-x64-2.336.0.tar.gz.'] },
    });
  });
});

describe('a pinned runner version', () => {
  test('comes from the releases of actions/runner, with their digest', async () => {
    const json = { assets: [asset('arm64', `sha256:${SHA.toUpperCase()}`), asset('x64', `sha256:${'f'.repeat(64)}`)] };
    for (const version of ['2.330.0', 'v2.330.0']) {
      const { github } = await connectScripted(new ScriptedGitHub().on(RELEASE, { json }));
      const url = 'https://dl.example/actions-runner-linux-arm64-2.330.0.tar.gz';
      await expect(github.findDownload(version, 'arm64')).resolves.toEqual({ url, sha256: SHA, version: '2.330.0' });
    }
  });

  test('without a digest, as in old releases, is refused', async () => {
    const { github } = await connectScripted(
      new ScriptedGitHub().on(RELEASE, { json: { assets: [asset('x64', null)] } }),
    );
    await expect(github.findDownload('2.330.0', 'x86_64')).rejects.toMatchObject({
      message: expect.stringContaining('lists no SHA-256'),
    });
  });

  test('that was never released is a failure', async () => {
    const script = new ScriptedGitHub().on(RELEASE, { status: 404, json: { message: 'Not Found' } });
    const { github } = await connectScripted(script);
    await expect(github.findDownload('2.330.0', 'x86_64')).rejects.toMatchObject({
      code: 'github-not-found',
      hint: expect.stringContaining('github.com/actions/runner'),
    });
  });

  test.each([
    ['https://ghe.example/api/v3', '/api/v3'],
    ['https://api.octocorp.ghe.com', ''],
  ])('at %s must be the offered version', async (apiUrl, prefix) => {
    const line = OFFERED.replace('GET ', `GET ${prefix}`);
    const script = new ScriptedGitHub().on(line, { json: [offer('linux', 'x64')] });
    const { github } = await connectScripted(script, { apiUrl });
    await expect(github.findDownload('2.336.0', 'x86_64')).resolves.toMatchObject({ version: '2.336.0' });
    await expect(github.findDownload('2.330.0', 'x86_64')).rejects.toMatchObject({
      code: 'github-not-found',
      hint: expect.stringContaining('This server offers only one version'),
    });
  });
});

describe('the date until which a runner version is accepted', () => {
  const LINE = 'GET /repos/o/r/actions/runners/deprecations/2.330.0';
  const dates = (registration: string | null, runtime: string | null) => ({
    json: { runner_version: '2.330.0', registration_deprecates_at: registration, runtime_deprecates_at: runtime },
  });

  test('is the earlier of the end of registration and the end of running jobs', async () => {
    const [early, late] = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'];
    for (const reply of [dates(early, late), dates(late, early), dates(null, early), dates(early, null)]) {
      const { github } = await connectScripted(new ScriptedGitHub().on(LINE, reply));
      await expect(github.readDeprecation('2.330.0')).resolves.toEqual({ refusedFrom: Date.UTC(2026, 2, 1) });
    }
  });

  test('is absent when no end is planned', async () => {
    const { github } = await connectScripted(new ScriptedGitHub().on(LINE, dates(null, null)));
    await expect(github.readDeprecation('2.330.0')).resolves.toEqual({});
  });

  test('is unknown when GitHub does not report it', async () => {
    const script = new ScriptedGitHub().on(LINE, { status: 404, json: { message: 'Not Found' } });
    const { github } = await connectScripted(script);
    await expect(github.readDeprecation('2.330.0')).resolves.toBe('unknown');
  });
});
