import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createS3Place } from '../../src/core/history/s3-place.js';
import { createBranchPlace } from '../../src/host/history-branch.js';
import { createFilePlace } from '../../src/host/history-file.js';
import { FakeS3 } from '../worlds/fake-store.js';
import { describeHistory } from './history.suite.js';

function openFolder(): { readonly folder: string; readonly close: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'history-'));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
}

function git(folder: string, ...args: string[]): string {
  const env = {
    ...process.env,
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@b',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@b',
  };
  return execFileSync('git', ['-C', folder, ...args], { env, encoding: 'utf8' });
}

function openRepository() {
  const { folder, close } = openFolder();
  git(folder, 'init', '--quiet', '--bare', 'owner/repo.git');
  const about = { serverUrl: `file://${folder}`, repository: 'owner/repo', token: undefined };
  const place = createBranchPlace({ ...about, branch: 'figures', file: 'bench/history.jsonl' });
  return { repository: join(folder, 'owner/repo.git'), place, close };
}

describeHistory('HistoryPlace: S3, on the fake', async () => {
  const s3 = new FakeS3();
  await s3.raw.createBucket('b');
  return { place: createS3Place(await s3.open('b'), 'history.jsonl'), close: () => undefined };
});

describeHistory('HistoryPlace: a file', () => {
  const { folder, close } = openFolder();
  return { place: createFilePlace(join(folder, 'a/history.jsonl')), close };
});

describeHistory('HistoryPlace: a git branch', openRepository);

test('the other files of a branch stay, and each write is a commit after the last one', async () => {
  const { repository, place, close } = openRepository();
  try {
    await place.replace(Buffer.from('1\n'), undefined);
    const blob = git(repository, 'rev-parse', 'figures:bench/history.jsonl').trim();
    const tree = execFileSync('git', ['-C', repository, 'mktree'], {
      input: `100644 blob ${blob}\tREADME.md\n`,
      encoding: 'utf8',
    }).trim();
    git(
      repository,
      'update-ref',
      'refs/heads/figures',
      git(repository, 'commit-tree', tree, '-p', 'figures', '-m', 'page').trim(),
    );
    const stored = (await place.read(100))!;
    expect(Buffer.from(stored.bytes).toString()).toBe('');
    expect(await place.replace(Buffer.from('2\n'), stored.version)).toBe(true);
    expect(git(repository, 'ls-tree', '-r', '--name-only', 'figures').trim().split('\n')).toEqual([
      'README.md',
      'bench/history.jsonl',
    ]);
    expect(git(repository, 'log', '--format=%s', 'figures').trim().split('\n')).toEqual([
      'Add figures',
      'page',
      'Add figures',
    ]);
  } finally {
    close();
  }
});

test('a repository that cannot be reached is a failure, and no empty history', async () => {
  const place = createBranchPlace({
    serverUrl: 'file:///nowhere',
    repository: 'a/b',
    token: undefined,
    branch: 'c',
    file: 'd',
  });
  await expect(place.read(100)).rejects.toMatchObject({ code: 'git-failed' });
  await expect(place.replace(Buffer.from('1\n'), undefined)).rejects.toMatchObject({ code: 'git-failed' });
});

test('the lock of a writer that was killed is taken over after a minute, and not before', async () => {
  const { folder, close } = openFolder();
  try {
    const path = join(folder, 'history.jsonl');
    const place = createFilePlace(path);
    writeFileSync(`${path}.lock`, '');
    expect(await place.replace(Buffer.from('1\n'), undefined)).toBe(false);
    expect(await place.replace(Buffer.from('1\n'), undefined)).toBe(false);
    const long = new Date(Date.now() - 61_000);
    utimesSync(`${path}.lock`, long, long);
    expect(await place.replace(Buffer.from('1\n'), undefined)).toBe(false);
    expect(await place.replace(Buffer.from('1\n'), undefined)).toBe(true);
    expect(readFileSync(path, 'utf8')).toBe('1\n');
  } finally {
    close();
  }
});

test('a history that is larger than a reader takes is a failure: of a file, and of a branch', async () => {
  const { folder, close } = openFolder();
  const branch = openRepository();
  try {
    for (const place of [createFilePlace(join(folder, 'history.jsonl')), branch.place]) {
      await place.replace(Buffer.from('12\n'), undefined);
      await expect(place.read(2)).rejects.toMatchObject({ code: 'history-too-large' });
      expect((await place.read(3))?.bytes).toHaveLength(3);
    }
  } finally {
    close();
    branch.close();
  }
});
