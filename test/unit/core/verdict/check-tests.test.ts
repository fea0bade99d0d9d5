import { describe, expect, test } from '@jest/globals';
import { checkAccess, composeLifetime, findMissingSecrets } from '../../../../src/core/verdict/check-tests.js';
import { chooseEnvironments } from '../../../../src/core/tox/choose-environments.js';
import { variables } from '../../../../src/core/inputs/environment-variables.js';
import { Failure } from '../../../../src/core/kernel/failure.js';
import { parseInputs } from '../../../../src/core/inputs/inputs.js';
import { resolveRef, type RefRequest, type Remote } from '../../../../src/core/tox/resolve-ref.js';

const known = ['unit', 'local_os', 'cuda'];

describe('A list of environments', () => {
  test.each([
    ['all', known],
    ['cuda', ['cuda']],
    ['cuda, unit', ['unit', 'cuda']],
    ['cuda\nunit cuda', ['unit', 'cuda']],
  ])('%j chooses %j, in the table’s order', (wanted, chosen) => {
    expect(chooseEnvironments(wanted, known)).toEqual({ chosen, problems: [] });
  });

  test.each([
    ['', '`environments` names none'],
    [' , ', '`environments` names none'],
    ['cude', 'there is no "cude"; did you mean `cuda`? (there are: unit, local_os, cuda, or `all` for all of them).'],
    ['all, cuda', '`all` beside other names'],
  ])('%j is refused, and nothing is chosen instead', (wanted, problem) => {
    const { chosen, problems } = chooseEnvironments(wanted, known);
    expect({ chosen, problems }).toEqual({ chosen: [], problems: [expect.stringContaining(problem)] });
  });
});

describe('The way in to AWS', () => {
  const none = { role: false, key: false, secretKey: false, withoutSecrets: false };

  test.each([{ role: true }, { key: true, secretKey: true }])('is %j', (given) => {
    expect(checkAccess({ ...none, ...given })).toEqual([]);
  });

  test.each([
    [{}, 'neither a role nor keys are given'],
    [{ withoutSecrets: true }, 'a pull request from a fork, to which GitHub gives no secrets'],
    [{ role: true, key: true, secretKey: true }, 'Both a role and AWS keys'],
    [{ role: true, secretKey: true }, 'Both a role and AWS keys'],
    [{ key: true }, 'only the first is given'],
    [{ secretKey: true }, 'only the second is given'],
  ])('is not %j', (given, problem) => {
    expect(checkAccess({ ...none, ...given })).toEqual([expect.stringContaining(problem)]);
  });
});

describe('Secrets that tests need', () => {
  test.each([
    [['A'], { A: 'x' }, ''],
    [[], undefined, ''],
    [['A'], undefined, 'The secret A is not set.'],
    [['A', 'B'], { C: 'x' }, 'The secrets A, B are not set.'],
  ])('%j in %j', (required, given, reason) => {
    expect(findMissingSecrets(required, given)).toBe(reason);
  });
});

describe('Environment variables', () => {
  const read = (text: string) => {
    const { values, problems } = parseInputs({ env: variables('Some.') }, { env: { text } });
    return problems[0] ?? values.env;
  };

  test('come as one object or several, of which the last wins', () => {
    expect(read('{"A": "1", "B": 2}')).toEqual({ A: '1', B: '2' });
    expect(read('[{"A": "1", "B": true}, {"A": "3"}]')).toEqual({ A: '3', B: 'true' });
  });

  test('that are null or empty are not given: so does a secret look that does not exist', () => {
    expect(read('[{}, {"A": null, "B": ""}]')).toEqual({});
  });

  test.each(['A=1', '[1]', '"A"', 'null'])('are not %j', (text) => {
    expect(read(text)).toContain('allowed: a JSON object of environment variables');
  });

  test.each(['{"A-B": "1"}', '{"": "1"}', '{"A": {"B": 1}}'])('are not in %j', (text) => {
    expect(read(text)).toMatch(/allowed: (names of|text, a number)/);
  });
});

describe('The machine’s lifetime', () => {
  test('goes beyond the tests’ time limit, and not beyond start-runner’s', () => {
    expect([composeLifetime(60), composeLifetime(7_000)]).toEqual([90, 7_030]);
    expect(composeLifetime(7_199)).toBe(7_200);
  });
});

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
    [undefined, a, 'the repository’s HEAD'],
    ['main', a, 'a branch'],
    ['v1', b, 'an annotated tag, which is not its own commit'],
    ['twice', a, 'a branch rather than a tag of the same name'],
    ['refs/tags/twice', b, 'exactly what is named in full'],
    [b, b, 'a commit that lies in a branch'],
    [b.toUpperCase(), b, 'a commit in capitals'],
  ])('%s is %s: %s', async (ref, sha, what) => {
    expect({ what, sha: await resolve(ref) }).toEqual({ what, sha });
  });

  test('that does not exist is red, and no other is taken in its place', async () => {
    expect(await resolve('nope')).toBe('ref-not-found');
    expect(await resolve('refs/heads/v1')).toBe('ref-not-found');
    expect(await resolve('a1b2c3d')).toBe('ref-not-found');
  });

  test('that only a fork has is red, unless forks are allowed', async () => {
    expect(await resolve(c)).toBe('ref-not-allowed');
    expect(await resolve('refs/pull/7/head')).toBe('ref-not-allowed');
    expect(await resolve(c, { allowForks: true })).toBe(c);
    expect(await resolve('refs/pull/7/head', { allowForks: true })).toBe(c);
  });

  test('that could not be asked for is not one that is not there', async () => {
    const down = new Failure('git-failed', 'git ls-remote failed.', { hint: 'Again.' });
    const server = { listRefs: () => Promise.reject(down), contains: () => Promise.reject(down) };
    expect(await resolve('main', {}, server)).toBe('git-failed');
    expect(await resolve(b, {}, server)).toBe('git-failed');
  });
});
