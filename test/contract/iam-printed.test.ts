import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { formatAs } from '../../scripts/print/formatted.js';
import { composePolicyFiles } from '../../scripts/print/policies.js';
import { readPolicy, VALUES } from './iam.roles.js';
import { deploy, readTemplate } from './iam.template.js';

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));
const read = (name: string) => readFileSync(path(name), 'utf8');

/** The values of `VALUES`, as parameters of the template. */
const parameters = {
  Owner: 'octo-org',
  OwnerId: '583231',
  Repository: 'octo-repo',
  RepositoryId: '1296269',
  VpcId: 'vpc-1',
  InstanceTypes: '*.xlarge',
};
const provider = `arn:aws:iam::${VALUES['<ACCOUNT>']}:oidc-provider/token.actions.githubusercontent.com`;

interface Role {
  readonly AssumeRolePolicyDocument: unknown;
  readonly Policies: readonly { readonly PolicyDocument: unknown }[];
}

interface Attached {
  readonly RoleName: string;
  readonly PolicyDocument: unknown;
}

test.each(Object.entries(composePolicyFiles(read)))('%s is what `npm run print` prints', async (name, text) => {
  expect(read(name)).toBe(await formatAs(path(name), text));
});

describe('A stack of the template has the printed policies:', () => {
  const spread = (document: unknown) => JSON.parse(JSON.stringify(document), listOfOne) as unknown;

  test.each([
    ['StartStopRole', 'start-stop'],
    ['ReapRole', 'reap'],
    ['PoolRole', 'pool-fill'],
    ['ExportRole', 'export'],
    ['HistoryRole', 'history'],
  ] as const)('%s', (resource, policy) => {
    const buckets = {
      ExportBucket: 'ci-artifacts',
      HistoryBucket: 'ci-results',
      HistoryKey: 'octo-repo/history.jsonl',
    };
    const given = { ...parameters, ...buckets, Pools: 'true', OidcProviderArn: provider };
    const role = deploy(resource, given) as Role;
    expect(spread(role.Policies.map(({ PolicyDocument }) => PolicyDocument))).toEqual([spread(readPolicy(policy))]);
    expect(role.AssumeRolePolicyDocument).toEqual(readPolicy('trust'));
  });

  test('ClaimFromPools, for the role that starts', () => {
    const claim = deploy('ClaimFromPools', { ...parameters, Pools: 'true' }) as Attached;
    expect(spread(claim.PolicyDocument)).toEqual(spread(readPolicy('pool-claim')));
    expect(claim.RoleName).toBe('StartStopRole');
  });

  test('ExportRole, only with a bucket, and for sessions as long as IAM allows', () => {
    const role = deploy('ExportRole', { ...parameters, ExportBucket: 'ci-artifacts' });
    expect(role).toMatchObject({ MaxSessionDuration: 12 * 3_600 });
    expect(deploy('ExportRole', parameters)).toBeUndefined();
  });

  test('HistoryRole, only with a bucket', () => {
    expect(deploy('HistoryRole', { ...parameters, HistoryBucket: 'ci-results' })).toBeDefined();
    expect(deploy('HistoryRole', parameters)).toBeUndefined();
  });

  test('UseDataVolumes, for the role that starts', () => {
    const use = deploy('UseDataVolumes', { ...parameters, DataVolumes: 'true' }) as Attached;
    expect(spread(use.PolicyDocument)).toEqual(spread(readPolicy('volumes')));
    expect(use.RoleName).toBe('StartStopRole');
    expect(deploy('UseDataVolumes', parameters)).toBeUndefined();
  });

  test.each([
    ['KeepFailedMachines', 'keep-failed', 'StartStopRole'],
    ['TakeSessions', 'session-host', 'MachineRole'],
    ['SessionPolicy', 'session-user', undefined],
  ] as const)('%s, only with sessions', (resource, policy, role) => {
    const found = deploy(resource, { ...parameters, Sessions: 'true' }) as Attached;
    expect(spread(found.PolicyDocument)).toEqual(spread(readPolicy(policy)));
    expect(found.RoleName).toBe(role);
    expect(deploy(resource, parameters)).toBeUndefined();
  });

  test.each([
    ['PassMachineRole', 'StartStopRole'],
    ['PassMachineRoleToPools', 'PoolRole'],
  ])('%s, for the role of this stack', (resource, role) => {
    const given = { ...parameters, Pools: 'true', MachinePolicyArns: 'arn:aws:iam::aws:policy/A' };
    const policy = deploy(resource, given) as Attached;
    const printed = JSON.stringify(readPolicy('pass-role')).replace(/"arn:[^"]*role[^"]*"/, '"MachineRole.Arn"');
    expect(policy.PolicyDocument).toEqual(JSON.parse(printed));
    expect(policy.RoleName).toBe(role);
  });
});

describe('A stack', () => {
  const subjects = (given: Readonly<Record<string, string>>) =>
    (JSON.stringify(deploy('StartStopRole', { ...parameters, ...given })).match(/"repo:[^"]*"/g) ?? []).map(
      (one) => JSON.parse(one) as string,
    );

  test('without ids trusts names alone', () => {
    expect(subjects({ OwnerId: '', RepositoryId: '' })).toEqual(['repo:octo-org/octo-repo:*']);
  });

  test('with ids trusts both formats, for the jobs in its parameters', () => {
    expect(subjects({ Subject: 'environment:ci' })).toEqual([
      'repo:octo-org/octo-repo:environment:ci',
      'repo:octo-org@583231/octo-repo@1296269:environment:ci',
    ]);
  });

  test("creates GitHub's provider only if there is none, and trusts it", () => {
    expect(deploy('OidcProvider', { ...parameters, OidcProviderArn: provider })).toBeUndefined();
    expect(deploy('OidcProvider', parameters)).toMatchObject({ ClientIdList: ['sts.amazonaws.com'] });
    expect(JSON.stringify(deploy('ReapRole', parameters))).toContain('"Federated":"OidcProvider"');
  });

  test('gives instances no role unless a parameter has its policies', () => {
    expect(['MachineRole', 'MachineProfile', 'PassMachineRole'].map((one) => deploy(one, parameters))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('gives instances a role for sessions, without any other policy', () => {
    const role = deploy('MachineRole', { ...parameters, Sessions: 'true' });
    expect(role).toMatchObject({ AssumeRolePolicyDocument: {} });
    expect(Object.values(role as object)).not.toContainEqual(['']);
    expect(deploy('PassMachineRole', { ...parameters, Sessions: 'true' })).toBeDefined();
  });

  test.each([
    ['nothing', {}, []],
    ['a role and the permission to claim, on request,', { Pools: 'true' }, ['PoolRole', 'ClaimFromPools']],
    ['nothing, although instances have a role,', { MachinePolicyArns: 'arn:aws:iam::aws:policy/A' }, []],
  ])('creates %s for pools', (_, poolParameters, created) => {
    const resources = ['PoolRole', 'ClaimFromPools', 'PassMachineRoleToPools'];
    expect(resources.filter((one) => deploy(one, { ...parameters, ...poolParameters }) !== undefined)).toEqual(created);
  });

  test('allows instances in its own region, or in those of its parameter', () => {
    const regions = (given: object) => JSON.stringify(deploy('StartStopRole', { ...parameters, ...given }));
    expect(regions({})).toContain('"aws:RequestedRegion":"us-east-1"');
    expect(regions({ Regions: 'eu-west-1,eu-north-1' })).toContain('"aws:RequestedRegion":["eu-west-1","eu-north-1"]');
  });

  test('has a security group without inbound rules', () => {
    expect(Object.keys(deploy('SecurityGroup', parameters) as object)).toEqual(['GroupDescription', 'VpcId']);
  });
});

describe('The template refuses', () => {
  const refuses = (name: string, value: string) =>
    !new RegExp(`^(?:${readTemplate().Parameters[name]!.AllowedPattern})$`).test(value);

  test.each([
    ['Owner', 'octo-org/octo-repo'],
    ['Owner', '*'],
    ['Owner', ''],
    ['Repository', 'octo-org/octo-repo'],
    ['Repository', 'octo-*'],
    ['OwnerId', '*'],
    ['RepositoryId', 'octo-repo'],
    ['Subject', 'main'],
    ['Subject', ''],
    ['OidcProviderArn', 'arn:aws:iam::123456789012:oidc-provider/example.org'],
  ])('%s %j', (name, value) => {
    expect(refuses(name, value)).toBe(true);
  });

  test.each([
    ['Owner', 'octo-org'],
    ['Repository', 'octo.repo_2'],
    ['Repository', '*'],
    ['RepositoryId', ''],
    ['Subject', 'ref:refs/heads/main'],
    ['OidcProviderArn', provider],
  ])('and accepts %s %j', (name, value) => {
    expect(refuses(name, value)).toBe(false);
  });
});

/** In IAM a string stands for a list of one. The template always has lists. */
function listOfOne(_key: string, value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 && typeof value[0] === 'string' ? value[0] : value;
}
