import { afterEach, expect, test } from '@jest/globals';
import { startGitHub, type GitHubSandbox } from '../worlds/sandbox/github.js';
import { removeRunners, runRunner, until } from './stand-in.js';

let sandbox: GitHubSandbox;

afterEach(async () => {
  await removeRunners();
  await sandbox.close();
});

test('a runner takes only jobs of the repositories that its group is for', async () => {
  const theirs = { id: 3, name: 'theirs', visibility: 'selected', selected: ['octo-org/other-repo'] } as const;
  sandbox = await startGitHub({ groups: [{ id: 1, name: 'Default' }, theirs] });
  const { data } = await sandbox.octokit().request('POST /orgs/{org}/actions/runners/generate-jitconfig', {
    org: 'octo-org',
    name: 'one',
    runner_group_id: 3,
    labels: ['one'],
  });
  runRunner({ jitConfig: data.encoded_jit_config });
  await until('online', () => sandbox.github.runners().some(({ status }) => status === 'online'));
  const ours = sandbox.github.queueJob({ labels: ['one'], steps: ['true'] });
  const repository = 'octo-org/other-repo';
  expect(await sandbox.github.queueJob({ labels: ['one'], steps: ['true'], repository }).finished).toBe('success');
  expect(ours.status).toBe('queued');
});

test('groups are listed by who may use them', async () => {
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
