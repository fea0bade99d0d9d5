import { describe, expect, test } from '@jest/globals';
import type { GitHubOptions } from '../../../src/github/connect.js';
import { connectScripted, ScriptedGitHub, type Reply } from '../../worlds/scripted-github.js';

type Group = Readonly<Record<string, unknown>>;

const LIST = 'GET /orgs/big/actions/runner-groups?per_page=100&page=1';
const VISIBLE = 'GET /orgs/big/actions/runner-groups?visible_to_repository=r&per_page=100&page=1';
const RUN = 'GET /repos/big/r/actions/runs/7?exclude_pull_requests=true';
const REPOSITORY = 'GET /repos/big/r';
const refused = { status: 403, json: { message: 'Resource not accessible by personal access token' } };

const DEFAULT = { id: 1, name: 'Default', default: true, visibility: 'all', allows_public_repositories: false };
const group = (changes: Group): Group => ({ ...DEFAULT, id: 5, name: 'GPU machines', default: false, ...changes });

function answer(groups: readonly Group[]): Reply {
  return { json: { total_count: groups.length, runner_groups: groups } };
}

/** The groups of the organization, and those that GitHub lists for this repository. */
function script(all: readonly Group[], visible = all): ScriptedGitHub {
  return new ScriptedGitHub().on(LIST, answer(all)).on(VISIBLE, answer(visible));
}

const JOB = {
  runId: '7',
  workflowRef: 'big/r/.github/workflows/ci.yml@refs/heads/main',
  workflowSha: 'c0ffee',
  isPublic: false,
} as const;

async function connect(on: ScriptedGitHub, job: Partial<NonNullable<GitHubOptions['job']>> = {}) {
  const scope = { kind: 'org', org: 'big' } as const;
  const repository = { owner: 'big', repo: 'r' };
  const { github } = await connectScripted(on, { scope, repository, job: { ...JOB, ...job } });
  return github;
}

describe('a runner group', () => {
  test('is found by name in any case, by id, or as the default group, with one request', async () => {
    for (const [wanted, id] of [
      ['gpu Machines', 5],
      ['5', 5],
      [undefined, 1],
      ['1', 1],
    ] as const) {
      const on = script([DEFAULT, group({})]);
      await expect((await connect(on)).resolveGroup(wanted)).resolves.toEqual({
        id,
        name: id === 1 ? 'Default' : 'GPU machines',
      });
      expect(on.lines).toEqual([VISIBLE]);
    }
  });

  test('may be the default group with another id and name', async () => {
    const github = await connect(script([group({ default: true })]));
    await expect(github.resolveGroup(undefined)).resolves.toEqual({ id: 5, name: 'GPU machines' });
  });

  test('that does not exist is a failure that lists up to twenty groups', async () => {
    const many = Array.from({ length: 25 }, (_, index) => group({ id: index + 1, name: `g${index + 1}` }));
    for (const wanted of ['nope', '4711']) {
      await expect((await connect(script(many))).resolveGroup(wanted)).rejects.toMatchObject({
        code: 'bad-input',
        message: `There is no runner group \`${wanted}\` in the organization big.`,
        hint: expect.stringMatching(/g20 and 5 more\.$/),
      });
    }
  });

  test('of a repository is Default or 1, without a request', async () => {
    const { github, script: on } = await connectScripted(new ScriptedGitHub());
    for (const wanted of [undefined, 'default', '1']) {
      await expect(github.resolveGroup(wanted)).resolves.toEqual({ id: 1 });
    }
    for (const other of ['2', 'GPU']) {
      await expect(github.resolveGroup(other)).rejects.toMatchObject({ code: 'bad-input' });
    }
    expect(on.requests).toEqual([]);
  });
});

describe('a runner group that this repository cannot use', () => {
  test('is refused when it is for other repositories, by name and by id', async () => {
    for (const wanted of ['GPU machines', '5']) {
      const github = await connect(script([DEFAULT, group({ visibility: 'selected' })], [DEFAULT]));
      await expect(github.resolveGroup(wanted)).rejects.toMatchObject({
        code: 'runner-group-unusable',
        message: expect.stringContaining(
          'it is for selected repositories or organizations, and big/r is not among them',
        ),
      });
    }
  });

  test('is refused when it is for private repositories', async () => {
    const hidden = group({ visibility: 'private', allows_public_repositories: true });
    const github = await connect(script([DEFAULT, hidden], [DEFAULT]), { isPublic: true });
    await expect(github.resolveGroup('5')).rejects.toMatchObject({
      code: 'runner-group-unusable',
      message: expect.stringContaining('closed to public repositories'),
    });
  });

  test('is not refused when GitHub does not list it and no reason is known', async () => {
    const github = await connect(script([DEFAULT, group({})], [DEFAULT]));
    expect(await github.resolveGroup('5')).toEqual({
      id: 5,
      name: 'GPU machines',
      doubt: 'GitHub does not list runner group GPU machines as usable by big/r.',
    });
  });

  test('is refused even if it is the default group, which no input names', async () => {
    const github = await connect(script([{ ...DEFAULT, visibility: 'selected' }], []));
    await expect(github.resolveGroup(undefined)).rejects.toMatchObject({ code: 'runner-group-unusable' });
  });

  test.each([true, undefined])(
    'is refused when it is closed to public repositories (public in the event: %s)',
    async (isPublic) => {
      const on = script([group({})]).on(REPOSITORY, { json: { private: false } });
      await expect((await connect(on, { isPublic })).resolveGroup('5')).rejects.toMatchObject({
        code: 'runner-group-unusable',
        message: expect.stringContaining('it is closed to public repositories, and big/r is one'),
      });
      expect(on.lines.includes(REPOSITORY)).toBe(isPublic === undefined);
    },
  );

  test('is not refused when it allows public repositories, or the repository is private', async () => {
    const open = script([group({ allows_public_repositories: true })]);
    await expect((await connect(open, { isPublic: true })).resolveGroup('5')).resolves.toEqual({
      id: 5,
      name: 'GPU machines',
    });
    const asked = script([group({})]).on(REPOSITORY, { json: { private: true } });
    await expect((await connect(asked, { isPublic: undefined })).resolveGroup('5')).resolves.toEqual({
      id: 5,
      name: 'GPU machines',
    });
  });
});

describe('a runner group for selected workflows', () => {
  const limited = (...selected: string[]) =>
    script([group({ restricted_to_workflows: true, selected_workflows: selected })]);
  const path = 'big/r/.github/workflows/ci.yml';
  const called = 'big/shared/.github/workflows/tox.yml';
  const calls = { json: { referenced_workflows: [{ path: `${called}@v1`, sha: 'beef', ref: 'refs/tags/v1' }] } };

  test.each([`${path}@refs/heads/main`, `${path}@main`, `${path}@c0ffee`, path, `BIG/r/.github/workflows/ci.yml@main`])(
    'takes %s',
    async (selected) => {
      const on = limited('big/r/.github/workflows/other.yml@main', selected);
      await expect((await connect(on)).resolveGroup('5')).resolves.toEqual({ id: 5, name: 'GPU machines' });
      expect(on.lines).toEqual([VISIBLE]);
    },
  );

  test.each([`${called}@v1`, `${called}@refs/tags/v1`, `${called}@beef`])(
    'takes %s, which this workflow calls',
    async (selected) => {
      const on = limited(selected).on(RUN, calls);
      await expect((await connect(on)).resolveGroup('5')).resolves.toEqual({ id: 5, name: 'GPU machines' });
    },
  );

  test.each([[`${path}@release`], [`${called}@v2`], ['big/r/.github/workflows/ci.yaml@main'], []])(
    'refuses when there is only %s',
    async (...selected) => {
      const on = limited(...selected.filter((one) => typeof one === 'string')).on(RUN, calls);
      await expect((await connect(on)).resolveGroup('5')).rejects.toMatchObject({
        code: 'runner-group-unusable',
        message: expect.stringContaining(selected[0] ?? '(none)'),
      });
    },
  );

  test('accepts any workflow when the group is not limited to workflows', async () => {
    const on = script([group({ restricted_to_workflows: false, selected_workflows: [`${path}@release`] })]);
    await expect((await connect(on)).resolveGroup('5')).resolves.toEqual({ id: 5, name: 'GPU machines' });
  });
});

describe('what the token cannot read of a group', () => {
  test.each([refused, { status: 404, json: { message: 'Not Found' } }])(
    'is told, and no obstacle: %j',
    async (reply) => {
      for (const [wanted, id] of [
        [undefined, 1],
        ['5', 5],
      ] as const) {
        const github = await connect(new ScriptedGitHub().on(VISIBLE, reply));
        expect(await github.resolveGroup(wanted)).toEqual({
          id,
          doubt: expect.stringMatching(/could not be checked: GitHub answered GET .*runner-groups with 40/),
        });
      }
    },
  );

  test('is a failure when a name must be resolved to an id', async () => {
    const github = await connect(new ScriptedGitHub().on(VISIBLE, refused));
    await expect(github.resolveGroup('GPU machines')).rejects.toMatchObject({ code: 'github-forbidden' });
  });

  test('may be the called workflows, or whether the repository is public', async () => {
    const limited = group({ restricted_to_workflows: true, selected_workflows: ['big/x/.github/workflows/y.yml@v1'] });
    const on = script([limited]).on(RUN, refused).on(REPOSITORY, refused);
    expect(await (await connect(on, { isPublic: undefined })).resolveGroup('5')).toEqual({
      id: 5,
      name: 'GPU machines',
      doubt: expect.stringMatching(
        /GPU machines could not be checked: whether the repository is public.*; whether .*workflow/,
      ),
    });
  });

  test('is not what GitHub could not answer', async () => {
    const github = await connect(new ScriptedGitHub().on(VISIBLE, { status: 503 }));
    await expect(github.resolveGroup(undefined)).rejects.toMatchObject({ code: 'github-unreachable' });
  });
});

test('the groups of an enterprise are filtered by organization', async () => {
  const on = new ScriptedGitHub()
    .on('GET /enterprises/huge/actions/runner-groups?visible_to_organization=big&per_page=100&page=1', answer([]))
    .on('GET /enterprises/huge/actions/runner-groups?per_page=100&page=1', answer([group({ visibility: 'selected' })]));
  const scope = { kind: 'enterprise', enterprise: 'huge' } as const;
  const { github } = await connectScripted(on, { scope, repository: { owner: 'big', repo: 'r' }, job: JOB });
  await expect(github.resolveGroup('5')).rejects.toMatchObject({
    code: 'runner-group-unusable',
    message: expect.stringContaining('and big is not among them'),
  });
});
