import { describe, expect, test } from '@jest/globals';
import type { SandboxOptions } from '../../sandbox/sandbox.js';
import { errorOf, inSandbox } from '../worlds/sandbox/scene.js';

type Groups = NonNullable<NonNullable<SandboxOptions['github']>['groups']>;

const org = { 'runner-scope': 'org', 'wait-for': 'launched' };
const DEFAULT = { id: 1, name: 'Default' };
const PUBLIC = [{ id: 1296269, name: 'octo-org/octo-repo', defaultBranch: 'main', private: false }];
const elsewhere = { visibility: 'selected', selected: ['octo-org/other-repo'] } as const;
const limited = { selectedWorkflows: ['octo-org/octo-repo/.github/workflows/release.yml@main'] };

interface Closed {
  readonly groups: Groups;
  readonly group?: string;
  readonly reason: RegExp;
  readonly repositories?: typeof PUBLIC;
}

describe('a runner that this job could never use is not started', () => {
  test.concurrent.each<[string, Closed]>([
    [
      'by name',
      { groups: [DEFAULT, { id: 3, name: 'theirs', ...elsewhere }], group: 'Theirs', reason: /selected repositories/ },
    ],
    [
      'by id',
      { groups: [DEFAULT, { id: 3, name: 'theirs', ...elsewhere }], group: '3', reason: /selected repositories/ },
    ],
    ['the default group', { groups: [{ ...DEFAULT, ...elsewhere }], reason: /selected repositories/ }],
    ['closed to public ones', { groups: [DEFAULT], repositories: PUBLIC, reason: /closed to public repositories/ }],
    [
      'for another workflow',
      { groups: [DEFAULT, { id: 3, name: 'w', ...limited }], group: 'w', reason: /release\.yml@main/ },
    ],
  ])('%s', (_, { groups, group, reason, repositories }) =>
    inSandbox({ machines: false, github: { groups, ...(repositories && { repositories }) } }, async (scene) => {
      const main = await scene.start({ ...org, ...(group !== undefined && { 'runner-group': group }) });
      expect(errorOf(main)).toMatch(reason);
      expect(errorOf(main)).toContain('Code: runner-group-unusable');
      expect(scene.count(/generate-jitconfig/)).toBe(0);
      expect(scene.count('RunInstances')).toBe(0);
    }),
  );

  test.concurrent('but the workflow that this one calls may use it', () => {
    const called = 'octo-org/shared/.github/workflows/tox.yml@v1';
    const groups = [DEFAULT, { id: 3, name: 'w', selectedWorkflows: [called] }];
    return inSandbox({ machines: false, github: { groups, calls: [called] } }, async (scene) => {
      expect(await scene.start({ ...org, 'runner-group': 'w' })).toMatchObject({ code: 0 });
      expect(scene.count(/runner-groups/)).toBe(1);
    });
  });
});

test.concurrent('a group that the token may not read is logged, and the start continues', () =>
  inSandbox({ machines: false }, async (scene) => {
    scene.sandbox.intercept = ({ operation }) =>
      operation.endsWith('/runner-groups') ? { kind: 'status', status: 403 } : undefined;
    const main = await scene.start(org);
    expect(main.code).toBe(0);
    expect(main.lines.join('\n')).toMatch(/Whether runner group 1 may be used here could not be checked/);
  }),
);

test.concurrent('runners of a repository cost no request about groups', () =>
  inSandbox({ machines: false }, async (scene) => {
    expect(await scene.start({ 'wait-for': 'launched' })).toMatchObject({ code: 0 });
    expect(scene.count(/runner-groups/)).toBe(0);
  }),
);
