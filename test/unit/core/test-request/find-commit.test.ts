import { describe, expect, test } from '@jest/globals';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { resolveRef, type RefRequest, type Remote } from '../../../../src/core/test-request/find-commit.js';

describe('A ref', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(40)) as [string, string, string];
  const refs = new Map([
    ['HEAD', a],
    ['refs/heads/main', a],
    ['refs/heads/twice', a],
    ['refs/tags/twice', b],
    ['refs/tags/v1', c],
    ['refs/tags/v1^{}', b],
    ['refs/pull/7/head', c],
  ]);
  const remote: Remote = {
    listRefs: (_, names) => Promise.resolve(new Map([...refs].filter(([name]) => names.includes(name)))),
    contains: (_, sha) => Promise.resolve(sha !== c),
  };
  const resolve = (ref: string | undefined, more: Partial<RefRequest> = {}, server = remote) =>
    resolveRef({ repository: 'o/r', ref, allowForks: false, ...more }, server).catch((error: Failure) => error.code);

  test.each([
    [undefined, a, "the repository's HEAD"],
    ['main', a, 'a branch'],
    ['v1', b, 'an annotated tag, which is not its own commit'],
    ['twice', a, 'a branch rather than a tag of the same name'],
    ['refs/tags/twice', b, 'exactly what is named in full'],
    [b, b, 'a commit that lies in a branch'],
    [b.toUpperCase(), b, 'a commit in capitals'],
  ])('%s is %s: %s', async (ref, sha, what) => {
    expect({ what, sha: await resolve(ref) }).toEqual({ what, sha });
  });

  test('that does not exist is a failure, and no other ref replaces it', async () => {
    expect(await resolve('nope')).toBe('ref-not-found');
    expect(await resolve('refs/heads/v1')).toBe('ref-not-found');
    expect(await resolve('a1b2c3d')).toBe('ref-not-found');
  });

  test('that only a fork has is a failure, unless forks are allowed', async () => {
    expect(await resolve(c)).toBe('ref-not-allowed');
    expect(await resolve('refs/pull/7/head')).toBe('ref-not-allowed');
    expect(await resolve(c, { allowForks: true })).toBe(c);
    expect(await resolve('refs/pull/7/head', { allowForks: true })).toBe(c);
  });

  test('is not absent when the git server does not answer', async () => {
    const down = new Failure('git-failed', 'git ls-remote failed.', { hint: 'Again.' });
    const server = { listRefs: () => Promise.reject(down), contains: () => Promise.reject(down) };
    expect(await resolve('main', {}, server)).toBe('git-failed');
    expect(await resolve(b, {}, server)).toBe('git-failed');
  });
});
