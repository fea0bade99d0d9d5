import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { OwnCopy } from '../worlds/own-copy.js';
import { ownRepository } from '../worlds/own-repository.js';

/** `npm run print` builds all bundles. */
jest.setTimeout(600_000);

const TAG = 'v7.1.0';
const UNRELEASED = '## Unreleased\n\n- A change of the rehearsal.\n\n## Before\n';
const CONTINUES = 'The rehearsal';

let copy: OwnCopy;
let start: string;
const read = (...path: string[]): string => readFileSync(join(...path), 'utf8').trim();
/** As GitHub's checkout of a tag. */
const checkOut = (ref: string): string => copy.git('checkout', '--quiet', '--force', ref);

beforeAll(() => {
  copy = new OwnCopy();
  // Version 7 of the rehearsal is also what the files name.
  for (const path of copy.git('grep', '-lE', `${ownRepository}/[^ ]*@v1`, '--', ':!test', ':!docs/adr').split('\n'))
    copy.write(path, copy.read(path).replaceAll(new RegExp(`(${ownRepository}/[^ ]*)@v1`, 'g'), '$1@v7'));
  copy.write('CHANGELOG.md', copy.read('CHANGELOG.md').replace('## Unreleased\n', UNRELEASED));
  start = copy.commit(CONTINUES);
  copy.git('push', '--quiet', 'origin', 'main');
});
afterAll(() => copy.remove());

describe('npm run release refuses', () => {
  beforeEach(() => {
    checkOut('main');
    copy.git('reset', '--quiet', '--hard', start);
    copy.git('clean', '--quiet', '-fd');
  });

  const release = async (...args: string[]): Promise<string> => {
    const { code, output } = await copy.run('scripts/release.ts', ...args);
    expect(code).toBe(2);
    expect(output).toContain('Nothing was done.');
    expect(copy.git('rev-parse', 'main')).toBe(start);
    return output;
  };

  test('everything at once: changes, another branch, a low version, nothing to say', async () => {
    copy.git('switch', '--quiet', '--create', 'feature');
    copy.write('CHANGELOG.md', copy.read('CHANGELOG.md').replace('\n- A change of the rehearsal.\n', ''));
    copy.write('new.txt', 'new');
    const output = await release('0.9.0');
    expect(output).toContain('There are changes that are not committed; allowed: none.');
    expect(output).toContain(' M CHANGELOG.md\n?? new.txt');
    expect(output).toContain('The branch feature is checked out; allowed: main.');
    expect(output).toMatch(
      /0\.9\.0 is lower than \d+\.\d+\.\d+, the version of package\.json; allowed: a higher one\./,
    );
    expect(output).toContain('"Unreleased" in CHANGELOG.md is empty.');
    expect(output).toContain('@v7, which a release 0.9.0 does not move.');
  });

  test('a version with a tag or a section', async () => {
    copy.git('tag', 'v7.0.9');
    expect(await release('7.0.9')).toContain('The tag v7.0.9 exists already.');
    copy.git('tag', '--delete', 'v7.0.9');
    copy.write('CHANGELOG.md', `${copy.read('CHANGELOG.md')}\n## [7.0.8](https://x) - 2026-01-01\n`);
    expect(await release('7.0.8')).toContain('CHANGELOG.md has a section for 7.0.8 already.');
  });

  test('what the remote has and this clone does not: a tag, a commit', async () => {
    const commit = copy.git('commit-tree', '-p', start, '-m', 'Of another', 'HEAD^{tree}');
    copy.git('push', '--quiet', 'origin', `${commit}:refs/heads/main`, `${start}:refs/tags/v7.0.9`);
    copy.git('reflog', 'expire', '--expire=now', '--all');
    copy.git('update-ref', '-d', 'refs/remotes/origin/main');
    const output = await release('7.0.9');
    expect(output).toContain('origin has the tag v7.0.9 already.');
    expect(output).toContain('origin has commits of main that are not here. Get them first: git pull origin main');
    copy.git('push', '--quiet', '--force', 'origin', `${start}:refs/heads/main`, ':refs/tags/v7.0.9');
  });

  test('without an answer of the remote', async () => {
    copy.git('remote', 'set-url', 'origin', join(copy.base, 'nowhere'));
    expect(await release('7.1.0')).toContain('origin did not say which versions it has:');
    copy.git('remote', 'set-url', 'origin', copy.bare);
  });

  test('what is no version', async () => {
    expect(await release('v1.1')).toContain('`VERSION` is "v1.1"; allowed: a version such as `1.2.3`');
  });
});

describe('npm run release', () => {
  test('changes nothing with --dry-run, and shows the notes', async () => {
    const { code, output } = await copy.run('scripts/release.ts', '7.1.0', '--dry-run');
    expect({ code, changes: copy.git('status', '--porcelain') }).toEqual({ code: 0, changes: '' });
    expect(output).toContain('- A change of the rehearsal.');
  });

  test('takes everything back when printing fails', async () => {
    copy.write('workflows/environments.yml', `${copy.read('workflows/environments.yml')}broken: [\n`);
    const broken = copy.commit('A source that cannot be printed');
    const { code, output } = await copy.run('scripts/release.ts', '7.1.0');
    expect(code).toBe(1);
    expect(output).toContain('The release was not made. Nothing was changed.');
    expect([copy.git('status', '--porcelain'), copy.git('rev-parse', 'HEAD')]).toEqual(['', broken]);
    expect(copy.git('tag', '--list', 'v7.*')).toBe('');
    copy.git('reset', '--quiet', '--hard', start);
  });

  test('takes everything back when it is interrupted', async () => {
    const changed = new Promise<void>((resolve) => {
      const look = setInterval(() => {
        if (!copy.read('package.json').includes('"version": "7.1.0"')) return;
        clearInterval(look);
        resolve();
      }, 5);
    });
    const { ended, child } = copy.start('scripts/release.ts', '7.1.0');
    await changed;
    child.kill('SIGINT');
    const { code, output } = await ended;
    expect(code).toBe(1);
    expect(output).toContain('Interrupted by SIGINT. Nothing was changed.');
    expect([copy.git('status', '--porcelain'), copy.git('rev-parse', 'HEAD')]).toEqual(['', start]);
  });
});

describe('A release, rehearsed', () => {
  const assets = (): string => join(copy.base, 'assets');
  /** The fields of a release on GitHub. */
  const readRelease = (id: string): Record<string, unknown> => {
    const folder = join(copy.hub, 'releases', id);
    const fields = readdirSync(folder).filter((name) => name !== 'assets');
    return {
      ...Object.fromEntries(fields.map((name) => [name, read(folder, name)])),
      assets: readdirSync(join(folder, 'assets')),
    };
  };

  test('is prepared, checked, packed, published and found by v7', async () => {
    const prepared = await copy.run('scripts/release.ts', '7.1.0');
    expect(prepared.output).toContain(`To publish: git push --atomic origin main ${TAG}`);
    expect(JSON.parse(copy.read('package-lock.json'))).toMatchObject({
      version: '7.1.0',
      packages: { '': { version: '7.1.0' } },
    });
    expect(copy.git('cat-file', '-t', TAG)).toBe('tag');
    expect(copy.git('status', '--porcelain')).toBe('');
    copy.git('push', '--quiet', '--atomic', 'origin', 'main', TAG);

    checkOut(TAG);
    expect(await copy.run('scripts/release/check-tag.sh', TAG)).toEqual({ code: 0, output: '' });
    expect(await copy.run('scripts/release/assets.sh', TAG, assets())).toEqual({ code: 0, output: '' });
    expect(readdirSync(assets()).sort()).toEqual(['SHA256SUMS', 'ci-actions-7.1.0-dist.tar.gz']);
    execFileSync('tar', ['-xzf', 'ci-actions-7.1.0-dist.tar.gz'], { cwd: assets() });
    execFileSync('sha256sum', ['--check', '--strict', 'SHA256SUMS'], { cwd: assets(), stdio: 'pipe' });
    for (const name of readdirSync(join(copy.folder, 'dist/chunks')))
      expect(read(assets(), 'SHA256SUMS')).toContain(`  dist/chunks/${name}`);
    execFileSync('rm', ['-r', join(assets(), 'dist')]);

    const published = await copy.run('scripts/release/publish.sh', TAG, assets());
    expect(published).toEqual({ code: 0, output: `Published ${TAG}.\n` });
    expect(readRelease('1')).toEqual({
      tag_name: TAG,
      name: TAG,
      body: '- A change of the rehearsal.',
      draft: 'false',
      prerelease: 'false',
      make_latest: 'true',
      assets: readdirSync(assets()),
    });

    const moved = await copy.run('scripts/release/move-major.sh', TAG);
    expect(moved).toEqual({ code: 0, output: 'v7 is at v7.1.0 now. It was nowhere.\n' });
    expect(copy.git('ls-remote', 'origin', 'refs/tags/v7')).toContain(copy.git('rev-parse', `${TAG}^{}`));
  });

  test('can be run again, and changes nothing', async () => {
    const before = read(copy.hub, 'calls');
    const published = await copy.run('scripts/release/publish.sh', TAG, assets());
    expect(published).toEqual({ code: 0, output: `${TAG} is published already, and is left alone.\n` });
    expect(read(copy.hub, 'calls').slice(before.length)).not.toMatch(/--method/);
    const moved = await copy.run('scripts/release/move-major.sh', TAG);
    expect(moved).toEqual({ code: 0, output: 'v7 is at v7.1.0 already.\n' });
  });

  test('is red for one changed byte of dist, and names the file', async () => {
    const path = 'dist/chunks/start-runner.js';
    copy.write(path, copy.read(path).replace(/a/, 'b'));
    copy.git('commit', '--quiet', '--all', '--message', 'One byte');
    const { code, output } = await copy.run('scripts/release/compare-dist.sh', 'HEAD');
    expect(code).toBe(1);
    // All other files are the same.
    expect(output.match(/^(Files|Only in) .*$/gm)).toEqual([expect.stringContaining(`${path} differ`)]);
    expect(output).toContain('::error title=dist is not built from these sources::');
    checkOut(TAG);
  });

  test('is refused for a tag without a section and with another version', async () => {
    const { code, output } = await copy.run('scripts/release/check-tag.sh', 'v7.2.0');
    expect(code).toBe(1);
    expect(output).toContain('package.json has the version 7.1.0, the tag is v7.2.0');
    expect(output).toContain('package-lock.json has the version 7.1.0, the tag is v7.2.0');
    expect(output).toContain('CHANGELOG.md has no section "7.2.0", or an empty one');
    expect((await copy.run('scripts/release/check-tag.sh', 'v7.1')).output).toContain('v7.1 is no version');
  });

  test('continues a draft after a failure at any step', async () => {
    checkOut(TAG);
    for (const part of ['PATCH', 'name=ci-actions', 'name=SHA256SUMS', 'draft=false']) {
      execFileSync('rm', ['-r', join(copy.hub, 'releases')]);
      writeFileSync(join(copy.hub, 'fail-once'), part);
      const failed = await copy.run('scripts/release/publish.sh', TAG, assets());
      expect([failed.code, failed.output]).toEqual([1, expect.stringContaining('HTTP 502')]);
      expect(readRelease('1')).toMatchObject({ draft: 'true' });
      const again = await copy.run('scripts/release/publish.sh', TAG, assets());
      expect(again.output).toBe(`Continues the draft of ${TAG}.\nPublished ${TAG}.\n`);
      expect(readRelease('1')).toMatchObject({ draft: 'false', assets: readdirSync(assets()) });
      expect(readdirSync(join(copy.hub, 'releases'))).toEqual(['1']);
    }
  });

  test('is not made when GitHub does not say whether it exists', async () => {
    writeFileSync(join(copy.hub, 'fail-once'), 'per_page');
    const { code, output } = await copy.run('scripts/release/publish.sh', TAG, assets());
    expect([code, output]).toEqual([1, expect.stringContaining('HTTP 502')]);
    expect(readdirSync(join(copy.hub, 'releases'))).toEqual(['1']);
  });

  test('of an older version leaves v7 and "latest" alone, and so does a pre-release', async () => {
    for (const tag of ['v7.0.1', 'v7.2.0-rc.1']) copy.git('tag', tag, start);
    copy.git('push', '--quiet', 'origin', 'v7.0.1', 'v7.2.0-rc.1');
    const older = await copy.run('scripts/release/move-major.sh', 'v7.0.1');
    expect(older.output).toBe('v7 stays at v7.1.0, which is later than v7.0.1.\n');
    const candidate = await copy.run('scripts/release/move-major.sh', 'v7.2.0-rc.1');
    expect(candidate.output).toBe('v7 stays: v7.2.0-rc.1 is a pre-release.\n');

    checkOut(start);
    const published = await copy.run('scripts/release/publish.sh', 'v7.2.0-rc.1', assets());
    expect(published.code).toBe(0);
    const unreleased = '- A change of the rehearsal.';
    expect(readRelease('2')).toMatchObject({ prerelease: 'true', make_latest: 'false', body: unreleased });
    copy.write('CHANGELOG.md', `${copy.read('CHANGELOG.md')}\n## [7.0.1](https://x) - 2026-01-01\n\n- Older.\n`);
    await copy.run('scripts/release/publish.sh', 'v7.0.1', assets());
    expect(readRelease('3')).toMatchObject({ prerelease: 'false', make_latest: 'false', body: '- Older.' });
    checkOut(TAG);
  });

  test('moves v7 forward from a release and from an adopted commit, and not from a foreign one', async () => {
    const commit = (message: string, parent: string): string =>
      copy.git('commit-tree', '-p', `${parent}^{}`, '-m', message, `${parent}^{tree}`);
    const [next, foreign] = [commit('Next', TAG), copy.git('commit-tree', '-m', 'Foreign', `${TAG}^{tree}`)];
    copy.git('push', '--quiet', 'origin', `${next}:refs/tags/v7.1.1`);
    const moved = await copy.run('scripts/release/move-major.sh', 'v7.1.1');
    expect(moved.output).toMatch(/^v7 is at v7\.1\.1 now\. It was at [0-9a-f]{40}\.\n$/);

    copy.git(
      'push',
      '--quiet',
      '--force',
      'origin',
      `${start}:refs/tags/v7`,
      ':refs/tags/v7.0.1',
      ':refs/tags/v7.2.0-rc.1',
    );
    expect((await copy.run('scripts/release/move-major.sh', 'v7.1.1')).output).toContain('v7 is at v7.1.1 now.');
    copy.git('push', '--quiet', '--force', 'origin', `${foreign}:refs/tags/v7`);
    const refused = await copy.run('scripts/release/move-major.sh', 'v7.1.1');
    expect([refused.code, refused.output]).toEqual([
      1,
      expect.stringContaining('neither a release nor part of v7.1.1'),
    ]);
    expect(refused.output).toContain("git push --force origin 'v7.1.1^{}:refs/tags/v7'");
  });

  test('says what to do when the token may not move the tag', async () => {
    const hook = join(copy.bare, 'hooks/pre-receive');
    const words = 'refusing to allow a GitHub App to create or update workflow `ci.yml` without `workflows` permission';
    writeFileSync(hook, `#!/bin/sh\necho '${words}' >&2\nexit 1\n`, { mode: 0o755 });
    copy.git('update-ref', '-d', 'refs/tags/v7');
    execFileSync('git', ['-C', copy.bare, 'update-ref', '-d', 'refs/tags/v7']);
    const { code, output } = await copy.run('scripts/release/move-major.sh', 'v7.1.1');
    expect(code).toBe(1);
    expect(output).toContain('The token may not move a tag to workflows that differ');
    expect(existsSync(hook)).toBe(true);
  });
});
