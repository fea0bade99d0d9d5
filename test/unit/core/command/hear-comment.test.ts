import { describe, expect, test } from '@jest/globals';
import { hearComment, type HearRequest } from '../../../../src/core/command/hear-comment.js';
import type { Comment, Permission, PullRequest } from '../../../../src/core/ports/pull-requests.js';

const SHA = '1a2b3c4d5e6f7a8b9c0d1a2b3c4d5e6f7a8b9c0d';
const HERE = 'octo-org/octo-repo';
const WRITTEN_AT = Date.parse('2026-11-27T12:00:00Z');
const ENVIRONMENTS = ['unit', 'local_os', 'dind_os', 's2search', 'arm64', 'cuda'];

interface Situation {
  readonly permission?: Permission;
  /** null: a deleted account. */
  readonly author?: string | null;
  readonly permissions?: Readonly<Record<string, Permission>>;
  readonly pull?: Partial<PullRequest>;
  /** The comment as GitHub has it now; null: deleted. */
  readonly now?: string | null;
  readonly files?: Readonly<Record<string, string>>;
  readonly request?: Partial<Omit<HearRequest, 'comment' | 'options'>>;
  readonly options?: Partial<HearRequest['options']>;
}

/** Hears a comment of octocat on pull request #7. */
async function hear(text: string, situation: Situation = {}) {
  const { permission = 'write', permissions = {}, pull = {}, now = text, files = {} } = situation;
  const asked: string[] = [];
  let accepted = 0;
  const comment = { id: 1, number: 7, text, posted: text, createdAt: WRITTEN_AT };
  const author = situation.author === null ? {} : { author: situation.author ?? 'octocat' };
  const hearing = await hearComment(
    {
      comment: { ...comment, ...author },
      permission: 'write',
      forks: 'by-commit',
      repository: HERE,
      files: {},
      ...situation.request,
      options: {
        testNames: [],
        language: 'both',
        presets: [],
        overrides: [],
        environments: ENVIRONMENTS,
        otherArguments: 'refuse',
        phases: [],
        machine: {},
        ...situation.options,
      },
    },
    {
      readPermission: async (login) => (asked.push(`permission of ${login}`), permissions[login] ?? permission),
      readPullRequest: async (number) => {
        asked.push(`pull ${number}`);
        const usual = {
          number,
          state: 'open',
          headSha: SHA,
          headRepository: HERE,
          author: 'octocat',
          body: '',
        } as const;
        return { ...usual, pushedAt: WRITTEN_AT - 1, ...pull };
      },
      readComment: async (id): Promise<Comment | undefined> => {
        asked.push(`comment ${id}`);
        return now === null ? undefined : { ...comment, body: now, isOnPullRequest: true };
      },
      readFile: async (path, ref) => (asked.push(`${path} at ${ref}`), files[path]),
    },
    () => (accepted += 1),
  );
  return { hearing, asked, accepted };
}

async function planOf(text: string, situation?: Situation) {
  const { hearing } = await hear(text, situation);
  if (hearing.kind !== 'plan') throw new Error(JSON.stringify(hearing));
  return hearing.plan;
}

async function refusalOf(text: string, situation?: Situation): Promise<string> {
  const { hearing } = await hear(text, situation);
  return hearing.kind === 'refused' ? hearing.problems.join(' ') : JSON.stringify(hearing);
}

describe('A comment', () => {
  test.each([
    ['/test all', ENVIRONMENTS],
    ['/test cuda', ['cuda']],
    ['/test cuda\r\n', ['cuda']],
    ['/Test CUDA', ['cuda']],
    ['  /test unit', ['unit']],
    ['/test unit arm64', ['unit', 'arm64']],
    ['/test unit,arm64', ['unit', 'arm64']],
    ['/test unit, arm64, unit', ['unit', 'arm64']],
    ['/test unit all', ENVIRONMENTS],
    ['```/test all```\n/test unit', ['unit']],
    ['Looks good to me.\n\n/test local_os\n\nThanks!', ['local_os']],
    ['/test unit\r\n/test cuda\r\n', ['unit', 'cuda']],
    [`/test all ${SHA}`, ENVIRONMENTS],
    [`/test all ${SHA.slice(0, 7)}`, ENVIRONMENTS],
    [`/test cuda ${SHA.slice(0, 10).toUpperCase()}`, ['cuda']],
  ])('%j tests the head commit that GitHub names', async (text, environments) => {
    expect(await planOf(text)).toMatchObject({ mode: 'test', sha: SHA, environments });
  });

  test.each([
    'please look at src/test/a.py',
    '/testing all',
    '/tests all',
    'I would write /test all here',
    '> /test all',
    '```\n/test all\n```',
    '',
  ])('%j is no command: GitHub gets no request', async (text) => {
    const { hearing, asked } = await hear(text);
    expect([hearing.kind, asked]).toEqual(['none', []]);
  });

  test('is acknowledged once its author may run it, before the files are read', async () => {
    const request = { files: { config: 'a.yaml' } };
    const { accepted, asked } = await hear('/test unit', { request });
    expect(accepted).toBe(1);
    expect(asked).toEqual(['permission of octocat', 'pull 7', 'comment 1', `a.yaml at ${SHA}`]);
    expect((await hear('/test unit', { permission: 'read' })).accepted).toBe(0);
  });

  test.each(['none', 'read', 'triage'] as const)(
    'of an author with the permission %s runs nothing',
    async (permission) => {
      expect(await refusalOf('/test nosuch', { permission })).toBe(
        `\`/test\` is for people who may push to this repository; your permission is \`${permission}\`.`,
      );
    },
  );

  test('is refused below the permission that is asked for, whatever the author is', async () => {
    const request = { permission: 'maintain' } as const;
    expect(await refusalOf('/test unit', { request })).toContain('people with the permission `maintain`');
    expect(await planOf('/test unit', { request, permission: 'admin' })).toMatchObject({ environments: ['unit'] });
  });

  test('of a deleted account is refused', async () => {
    const { hearing, asked } = await hear('/test unit', { author: null });
    expect(hearing.kind).toBe('refused');
    expect(asked).toEqual(['pull 7', 'comment 1']);
  });

  test('that was edited meanwhile is refused, and one that was deleted is none', async () => {
    expect(await refusalOf('/test unit', { now: '/test cuda' })).toContain('edited after it was posted');
    expect(await planOf('/test unit\r\n', { now: '/test unit' })).toMatchObject({ environments: ['unit'] });
    expect((await hear('/test unit', { now: null })).hearing).toMatchObject({
      kind: 'none',
      why: expect.stringContaining('deleted'),
    });
  });

  test('on a closed pull request is refused', async () => {
    expect(await refusalOf('/test unit', { pull: { state: 'closed' } })).toBe('This pull request is closed.');
  });

  test('with a wrong word is refused with what may be written', async () => {
    const { hearing } = await hear('/test unti');
    expect(hearing).toMatchObject({
      kind: 'refused',
      problems: [expect.stringContaining('did you mean `unit`?')],
      usage: 'Write `/test all`, or `/test` and some of: unit, local_os, dind_os, s2search, arm64, cuda.',
    });
  });

  test.each([
    ['/test', /^The command names no environment; allowed: `all`, `unit`, /],
    ['/test nosuch', /`nosuch` is not an environment/],
    ['/test unit please', /`please` is not an environment/],
    ['/test ?', /`\?` is not an environment/],
    ['/test `$(id)` $HOME', /`'\$\(id\)'` is not an environment[^]*`\$HOME` is not an environment/],
    [`/test all ${SHA} ${'b'.repeat(40)}`, /two commits/],
  ])('%j is refused', async (text, problem) => {
    const { hearing } = await hear(text);
    expect(hearing).toMatchObject({ kind: 'refused', usage: expect.stringContaining('`/test all`') });
    expect(await refusalOf(text)).toMatch(problem);
  });

  test('with mistakes in several lines is refused with all of them', async () => {
    const request = { files: { config: 'c.yaml' } };
    const options = { environments: ['unit'], phases: ['build'] };
    const refusal = await refusalOf('/test unti\n/var a=1\n/var b.c: 1\n/skip biuld', {
      request,
      options,
      files: { 'c.yaml': 'a: 1' },
    });
    for (const mistake of ['`unti` is', '`/var a=1` has `=`', '`b.c` does not exist', '`biuld` is not a phase'])
      expect(refusal).toContain(mistake);
  });

  test('with a misspelled test is answered, if its author may run tests at all', async () => {
    const options = { testName: 'shop', testNames: ['shop', 'cart'] };
    expect(await refusalOf('/test shpo', { options })).toContain('did you mean `shop`?');
    expect((await hear('/test shpo', { options, permission: 'read' })).hearing.kind).toBe('none');
    expect((await hear('/test cart', { options })).asked).toEqual([]);
  });
});

describe('The files of the commit', () => {
  const request = { files: { config: 'ci/a.yaml', template: { path: 't.json' }, payload: { value: { a: { b: 2 } } } } };
  const options = { environments: [], testName: 'x' };

  test('make the plan', async () => {
    const files = { 'ci/a.yaml': 'a: {b: 1}', 't.json': '{"a": {"b": 1, "c": 3}}' };
    const plan = await planOf('/test x\n/var a.b: 5', { request, options, files });
    expect(plan).toMatchObject({ config: { a: { b: 5 } }, composeOverride: { a: { b: 2, c: 3 } } });
  });

  test('that do not exist or are no YAML are all named', async () => {
    const refusal = await refusalOf('/test x', { request, options, files: { 't.json': '{"a":\n[' } });
    expect(refusal).toContain(`\`config\` is "ci/a.yaml", which is no file in ${HERE} at ${SHA}. Add it there,`);
    expect(refusal).toMatch(/`template`: t\.json, line \d: /);
  });
});

describe('For a fork', () => {
  const FORK = { headRepository: 'somebody/octo-repo', author: 'somebody' };

  test('a comment without a commit is refused with the command that names it', async () => {
    expect(await refusalOf('/test unit cuda', { pull: FORK })).toBe(
      `This pull request comes from a fork. Read its code at ${SHA}, then write: \`/test unit cuda ${SHA}\``,
    );
    const options = { testName: 'x', environments: [] };
    expect(await refusalOf('/test x\n/skip a', { pull: FORK, options: { ...options, phases: ['a', 'b'] } })).toContain(
      `\`/test x ${SHA}\`, with the other lines of your comment`,
    );
  });

  test('a plan needs no commit', async () => {
    expect(await planOf('/plan unit', { pull: FORK })).toMatchObject({ mode: 'plan' });
  });

  test.each([SHA, SHA.slice(0, 7), SHA.slice(0, 12).toUpperCase()])('%s names the commit', async (commit) => {
    expect(await planOf(`/test all ${commit}`, { pull: FORK })).toMatchObject({ sha: SHA });
  });

  test('six digits do not name the commit', async () => {
    expect(await refusalOf(`/test all ${SHA.slice(0, 6)}`, { pull: FORK })).toContain('1a2b3c');
  });

  test.each([
    ['of this repository', HERE],
    ['of a fork', 'somebody/octo-repo'],
  ])('and a pull request %s, another commit than the head is refused', async (_, headRepository) => {
    const refusal = await refusalOf('/test all 9999999', { pull: { headRepository } });
    expect(refusal).toBe(`The head commit is ${SHA}, not \`9999999\`. Look at it, then write: \`/test all ${SHA}\``);
  });

  // Anyone can make a commit whose hash begins with the same seven digits.
  test.each([WRITTEN_AT, WRITTEN_AT + 1, undefined])(
    'pushed to at %s, only the full hash is enough',
    async (pushedAt) => {
      const { pushedAt: _, ...pull } = { ...FORK, pushedAt };
      const when = { pull: pushedAt === undefined ? { ...pull, pushedAt: Number.NaN } : { ...pull, pushedAt } };
      expect(await refusalOf(`/test all ${SHA.slice(0, 12)}`, when)).toContain('pushed to while you wrote');
      expect(await planOf(`/test all ${SHA}`, when)).toMatchObject({ sha: SHA });
    },
  );

  test('that was deleted, the commit must be named, too', async () => {
    expect(await refusalOf('/test all', { pull: { headRepository: '' } })).toContain('comes from a fork');
  });

  test('nothing runs with `forks: never`', async () => {
    expect(await refusalOf(`/test all ${SHA}`, { pull: FORK, request: { forks: 'never' } })).toContain('forks: never');
  });
});

describe("The pull request's description", () => {
  const body = '/var a: 2';
  const request = { files: { config: 'c.yaml' } };
  const usual = { request, files: { 'c.yaml': 'a: 1' }, options: { environments: [], testName: 'x' } };
  const FORK = { headRepository: 'somebody/octo-repo', author: 'somebody', body };

  test('counts for a branch of this repository, and less than the comment', async () => {
    expect(await planOf('/test x', { ...usual, pull: { body } })).toMatchObject({ config: { a: 2 } });
    expect(await planOf('/test x\n/var a: 3', { ...usual, pull: { body } })).toMatchObject({ config: { a: 3 } });
  });

  // Who may read this repository can open a pull request of any branch that it has.
  test.each([FORK.headRepository, HERE])('of %s by an author who may not push does not count', async (from) => {
    const pull = { ...FORK, headRepository: from };
    const plan = await planOf(`/test x ${SHA}`, { ...usual, pull, permissions: { somebody: 'read' } });
    expect(plan).toMatchObject({ config: { a: 1 }, warnings: [expect.stringContaining('is not read')] });
  });

  test('of a fork whose author may push counts', async () => {
    const plan = await planOf(`/test x ${SHA}`, { ...usual, pull: FORK, permissions: { somebody: 'write' } });
    expect(plan).toMatchObject({ config: { a: 2 }, warnings: [] });
  });
});
