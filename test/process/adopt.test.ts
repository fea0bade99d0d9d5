import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { OwnCopy, type Ran } from '../worlds/own-copy.js';

/** `npm run print` builds all bundles. */
jest.setTimeout(600_000);

const NAME = 'rehearsal-org/ci-actions';
let copy: OwnCopy;
let start: string;
const adopt = (...args: string[]): Promise<Ran> => copy.run('scripts/adopt.ts', ...args);
const calls = (): string => readFileSync(join(copy.hub, 'calls'), 'utf8');

beforeAll(() => {
  copy = new OwnCopy(NAME);
  start = copy.git('rev-parse', 'HEAD');
});
afterAll(() => copy.remove());

describe('npm run adopt', () => {
  test('lists what it would change, and changes nothing, with --dry-run', async () => {
    const { code, output } = await adopt(NAME, '--dry-run');
    expect({ code, changes: copy.git('status', '--porcelain') }).toEqual({ code: 0, changes: '' });
    expect(output).toMatch(/^ {2}workflows\/starter\/reap\.yml \(\d+ lines?\)$/m);
  });

  test('refuses changes that are not committed, and a publication without a remote, at once', async () => {
    copy.write('new.txt', 'new');
    for (const dryRun of [[], ['--dry-run']]) {
      const { code, output } = await adopt('nobody/ci-actions', '--publish', ...dryRun);
      expect(code).toBe(2);
      expect(output).toContain('There are changes that are not committed; allowed: none.');
      expect(output).toContain('No remote of this clone is nobody/ci-actions. Add it: git remote add copy');
    }
    copy.git('clean', '--quiet', '-fd');
  });

  test('refuses an address', async () => {
    const { code, output } = await adopt('https://github.com/my-org/ci-actions');
    expect([code, output]).toEqual([2, expect.stringContaining('allowed: the owner and the name of your copy')]);
  });

  test('writes the name everywhere, prints, and commits; the second time there is nothing to do', async () => {
    const { code, output } = await adopt(NAME);
    expect([code, output]).toEqual([0, expect.stringContaining(`Committed "Adopt ${NAME}"`)]);
    expect(copy.git('status', '--porcelain')).toBe('');
    expect(copy.git('log', '--format=%s', `${start}..`)).toBe(`Adopt ${NAME}`);
    for (const path of ['README.md', 'workflows/starter/reap.yml', 'workflows/starter/other-owner/tox-on-ec2.yml'])
      expect(copy.read(path)).toContain(`${NAME}/`);
    const old = copy.git(
      'grep',
      '-lE',
      '(^|[^-_.A-Za-z0-9])org/ci-actions',
      '--',
      ':!test',
      ':!tools',
      ':!docs/adr',
      ':!CHANGELOG.md',
    );
    expect(old.split('\n').sort()).toEqual(expect.arrayContaining(['package.json']));
    expect(old).not.toMatch(/\.(md|yml)$/m);

    const again = await adopt(NAME);
    expect([again.code, again.output]).toEqual([0, expect.stringContaining(`Everything names ${NAME} already.`)]);
    expect(copy.git('log', '--format=%s', `${start}..`)).toBe(`Adopt ${NAME}`);
  });
});

describe('npm run adopt --publish', () => {
  beforeEach(() => {
    copy.git('reset', '--quiet', '--hard', 'main');
  });

  test('pushes the branch and v1, and opens a private copy', async () => {
    copy.git('config', 'branch.main.remote', 'upstream');
    copy.git('config', 'branch.main.merge', 'refs/heads/main');
    const { code, output } = await adopt(NAME, '--publish');
    expect(code).toBe(0);
    expect(copy.git('config', 'branch.main.remote')).toBe('origin');
    expect(output).toContain(`Pushed main and v1 to ${NAME}.`);
    expect(output).toContain(`${NAME} is private: the other repositories of rehearsal-org may use its actions now.`);
    expect(calls()).toContain(`api --method PUT repos/${NAME}/actions/permissions/access -f access_level=organization`);
    const refs = copy.git('ls-remote', 'origin', 'refs/heads/main', 'refs/tags/v1').match(/^[0-9a-f]+/gm);
    expect(refs).toEqual([copy.git('rev-parse', 'HEAD'), copy.git('rev-parse', 'HEAD')]);
    expect((await adopt(NAME, '--publish')).output).toContain('has this commit as main and as v1 already.');
  });

  test('leaves a public copy as it is, and says so', async () => {
    writeFileSync(join(copy.hub, 'visibility'), 'public');
    writeFileSync(join(copy.hub, 'calls'), '');
    expect((await adopt(NAME, '--publish')).output).toContain(
      `${NAME} is public: every repository may use its actions.`,
    );
    expect(calls()).not.toContain('PUT');
  });

  test('says what to do when GitHub refuses', async () => {
    writeFileSync(join(copy.hub, 'fail-once'), 'api repos/rehearsal-org/ci-actions');
    const { code, output } = await adopt(NAME, '--publish');
    expect([code, output]).toEqual([1, expect.stringContaining(`GitHub did not open ${NAME}`)]);
    expect(output).toContain('gh: Server Error (HTTP 502)');
    expect(output).toContain(`https://github.com/${NAME}/settings/actions`);
  });

  test('moves v1 forward, and not away from a commit that the branch lacks', async () => {
    copy.commit('A change');
    expect((await adopt(NAME, '--publish')).output).toContain(`Pushed main and v1 to ${NAME}.`);
    const foreign = copy.git('commit-tree', '-m', 'Foreign', 'HEAD^{tree}');
    copy.git('push', '--quiet', '--force', 'origin', `${foreign}:refs/tags/v1`);
    const { code, output } = await adopt(NAME, '--publish');
    expect([code, output]).toEqual([
      1,
      expect.stringContaining('which this branch does not contain. Nothing was pushed.'),
    ]);
  });
});
