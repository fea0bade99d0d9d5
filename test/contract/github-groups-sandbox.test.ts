import { afterEach, expect, test } from '@jest/globals';
import { startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';

let sandbox: GitHubSandbox;

afterEach(() => sandbox.close());

test('groups are listed by the repositories and organizations that may use them', async () => {
  const groups = [
    { id: 1, name: 'Default' },
    { id: 3, name: 'theirs', visibility: 'selected', selected: ['octo-org/other-repo'] },
    { id: 4, name: 'ours', visibility: 'selected', selected: ['octo-org'] },
    { id: 5, name: 'closed', visibility: 'private' },
  ] as const;
  const repositories = [
    { id: 1, name: 'octo-org/octo-repo', defaultBranch: 'main', private: false },
    { id: 2, name: 'octo-org/other-repo', defaultBranch: 'main', private: true },
  ];
  sandbox = await startGitHub({ groups, repositories });
  const list = async (path: string) => {
    const { data } = await sandbox.octokit().request(`GET ${path}`);
    return (data as { runner_groups: { name: string }[] }).runner_groups.map(({ name }) => name);
  };
  const org = '/orgs/octo-org/actions/runner-groups';
  expect(await list(org)).toEqual(['Default', 'theirs', 'ours', 'closed']);
  expect(await list(`${org}?visible_to_repository=octo-repo`)).toEqual(['Default', 'ours']);
  expect(await list(`${org}?visible_to_repository=other-repo`)).toEqual(['Default', 'theirs', 'ours', 'closed']);
  const enterprise = '/enterprises/octo-enterprise/actions/runner-groups?visible_to_organization=octo-org';
  expect(await list(enterprise)).toEqual(['Default', 'ours', 'closed']);
});
