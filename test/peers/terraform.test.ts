/** The module in iam/terraform on the real Terraform: it must create what the template iam/ci-actions.yml creates. */
import { afterAll, describe, expect, test } from '@jest/globals';
import { deploy, readTemplate } from '../contract/iam.template.js';
import { TerraformWorld, type Applied, type Values, type Variables } from './terraform-world.js';

const world = new TerraformWorld();
afterAll(() => world.close());

type Parameters = Readonly<Record<string, string>>;

const template = readTemplate();
const octo = { Owner: 'octo-org', Repository: 'octo-repo', VpcId: 'vpc-0a1b2c3d' };
const ids = { OwnerId: '583231', RepositoryId: '1296269' };
const provider = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
const policies = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore,arn:aws:iam::123456789012:policy/jobs';

const SETS: Readonly<Record<string, Parameters>> = {
  'the defaults': octo,
  'ids, and one branch': { ...octo, ...ids, Subject: 'ref:refs/heads/main' },
  'everything, with the provider of the account': {
    ...octo,
    ...ids,
    Subject: 'environment:ci',
    OidcProviderArn: provider,
    Regions: 'us-west-2,eu-west-1',
    InstanceTypes: 't3.xlarge,m7i.*',
    MachinePolicyArns: policies,
    Pools: 'true',
    Sessions: 'true',
    DataVolumes: 'true',
    ExportBucket: 'ci-artifacts',
    ExportPrefix: 'octo-repo/runs',
    HistoryBucket: 'ci-results',
    HistoryKey: 'octo-repo/history.jsonl',
  },
  'all repositories of an owner': { ...octo, Repository: '*', OwnerId: '583231', RepositoryId: '*' },
  'pools, and machines without a role': { ...octo, ...ids, Pools: 'true', Regions: 'eu-west-1' },
  'sessions, and no other policy for machines': { ...octo, Sessions: 'true' },
  'a history in a bucket': { ...octo, ...ids, HistoryBucket: 'ci-results' },
  'exports to a bucket': { ...octo, ...ids, ExportBucket: 'ci-artifacts' },
  'data volumes': { ...octo, ...ids, DataVolumes: 'true' },
  'machines with a role, and no pools': { ...octo, MachinePolicyArns: policies, InstanceTypes: 'g5.*' },
};

/** The role resources, by the template's name and the module's. */
const ROLES = {
  StartStopRole: 'start_stop',
  ReapRole: 'reap',
  PoolRole: 'pool',
  ExportRole: 'export',
  HistoryRole: 'history',
  MachineRole: 'machine',
} as const;
const namesOf = (type: string) =>
  Object.entries(template.Resources).flatMap(([name, { Type }]) => (Type === type ? [name] : []));
const ATTACHED = namesOf('AWS::IAM::RolePolicy');

/** `OwnerId` becomes `owner_id`. */
function snake(name: string): string {
  return name.replace(/(?<=.)[A-Z]/g, '_$&').toLowerCase();
}

function toVariables(parameters: Parameters): Variables {
  const lists = Object.keys(parameters).filter((name) => template.Parameters[name]?.Type === 'CommaDelimitedList');
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [snake(name), lists.includes(name) ? value.split(',') : value]),
  );
}

/** What a role is and may do. Lists of one count as the one, as IAM reads them. */
interface Role {
  readonly description: unknown;
  readonly trust: unknown;
  /** How long a session may last, in seconds. IAM's default is an hour. */
  readonly longest: number;
  readonly policies: Readonly<Record<string, unknown>>;
  readonly managed: readonly string[];
}

const single = (_: string, value: unknown) =>
  Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
const readDocument = (text: unknown): unknown => JSON.parse(String(text), single) as unknown;
const asDocument = (value: unknown): unknown => readDocument(JSON.stringify(value));

function rolesOfTemplate(parameters: Parameters): Record<string, Role> {
  const attached = ATTACHED.flatMap((name): Values[] =>
    [(deploy(name, parameters) as Values | undefined) ?? []].flat(),
  );
  const found = Object.keys(ROLES).flatMap((name) => {
    const role = deploy(name, parameters) as Values | undefined;
    if (!role) return [];
    const own = (role['Policies'] as readonly Values[] | undefined) ?? [];
    const all = [...own, ...attached.filter(({ RoleName }) => RoleName === name)];
    return [
      [
        name,
        {
          description: role['Description'],
          trust: asDocument(role['AssumeRolePolicyDocument']),
          longest: Number(role['MaxSessionDuration'] ?? 3_600),
          policies: Object.fromEntries(all.map((one) => [one['PolicyName'], asDocument(one['PolicyDocument'])])),
          managed: (role['ManagedPolicyArns'] as readonly string[] | undefined) ?? [],
        },
      ] as const,
    ];
  });
  return Object.fromEntries(found);
}

function rolesOfModule({ resources }: Applied): Record<string, Role> {
  const of = (type: string, role: unknown) =>
    Object.entries(resources).flatMap(([address, one]) =>
      address.startsWith(`${type}.`) && one['role'] === role ? [one] : [],
    );
  const found = Object.entries(ROLES).flatMap(([name, own]) => {
    const role = resources[`aws_iam_role.${own}`] ?? resources[`aws_iam_role.${own}[0]`];
    if (!role) return [];
    return [
      [
        name,
        {
          description: role['description'],
          trust: readDocument(translate(role['assume_role_policy'])),
          longest: Number(role['max_session_duration'] ?? 3_600),
          policies: Object.fromEntries(
            of('aws_iam_role_policy', role['id']).map((one) => [one['name'], readDocument(translate(one['policy']))]),
          ),
          managed: of('aws_iam_role_policy_attachment', role['name']).map((one) => String(one['policy_arn'])),
        },
      ] as const,
    ];
  });
  return Object.fromEntries(found);
}

/** The answers of the stand-in become the names that the template has for the same things. */
function translate(text: unknown): string {
  return String(text)
    .replaceAll('aws_iam_openid_connect_provider.arn', 'OidcProvider')
    .replaceAll('aws_iam_role.arn of ci-actions-machine-', 'MachineRole.Arn');
}

describe.each(Object.entries(SETS))('With %s', (_, parameters) => {
  const applied = world.apply(toVariables(parameters));

  test('the roles are the same, with the same trust, policies and conditions', async () => {
    const roles = rolesOfModule(await applied);
    expect(roles).toEqual(rolesOfTemplate(parameters));
    expect(roles).toMatchObject({
      StartStopRole: { policies: { 'start-stop': {} } },
      ReapRole: { policies: { reap: {} } },
    });
  });

  test('there are no other roles and policies', async () => {
    const { resources } = await applied;
    const addresses = Object.keys(resources);
    const roles = rolesOfTemplate(parameters);
    const count = (type: string) => addresses.filter((one) => one.startsWith(`${type}.`)).length;
    const sum = (sizes: readonly number[]) => sizes.reduce((all, one) => all + one, 0);
    expect({
      roles: count('aws_iam_role'),
      policies: count('aws_iam_role_policy'),
      managed: count('aws_iam_role_policy_attachment'),
      ofPeople: count('aws_iam_policy'),
    }).toEqual({
      roles: Object.keys(roles).length,
      policies: sum(Object.values(roles).map((one) => Object.keys(one.policies).length)),
      managed: sum(Object.values(roles).map((one) => one.managed.length)),
      ofPeople: namesOf('AWS::IAM::ManagedPolicy').filter((name) => deploy(name, parameters)).length,
    });
  });

  test('the policy for people is the same', async () => {
    const { resources } = await applied;
    const policy = resources['aws_iam_policy.session_user[0]'];
    expect(
      policy && { Description: policy['description'], PolicyDocument: readDocument(translate(policy['policy'])) },
    ).toEqual(asDocument(deploy('SessionPolicy', parameters) ?? null) ?? undefined);
  });

  test('the provider, the security group and the profile of the machines are the same', async () => {
    const { resources } = await applied;
    const made = deploy('OidcProvider', parameters) as Values | undefined;
    const oidc = resources['aws_iam_openid_connect_provider.github[0]'];
    expect(oidc && { Url: oidc['url'], ClientIdList: oidc['client_id_list'] }).toEqual(made);
    const { GroupDescription, VpcId, ...rules } = deploy('SecurityGroup', parameters) as Values;
    const { description, vpc_id, ingress, egress } = resources['aws_security_group.machines']!;
    expect({ description, vpc_id }).toEqual({ description: GroupDescription, vpc_id: VpcId });
    // Without rules in the template EC2 allows nothing in, and everything out.
    expect(rules).toEqual({});
    expect(ingress).toEqual([]);
    expect(egress).toEqual([
      expect.objectContaining({ protocol: '-1', cidr_blocks: ['0.0.0.0/0'], ipv6_cidr_blocks: ['::/0'] }),
    ]);
    const profile = deploy('MachineProfile', parameters) as { Roles: readonly string[] } | undefined;
    const role = resources['aws_iam_instance_profile.machine[0]']?.['role'];
    expect(role && [role]).toEqual(profile?.Roles.map(() => resources['aws_iam_role.machine[0]']!['name']));
  });

  test('each output has its value', async () => {
    const { outputs, resources } = await applied;
    const first = (address: string) => resources[address] ?? resources[`${address}[0]`];
    expect(outputs).toEqual({
      start_stop_role_arn: first('aws_iam_role.start_stop')!['arn'],
      reap_role_arn: first('aws_iam_role.reap')!['arn'],
      pool_role_arn: first('aws_iam_role.pool')?.['arn'],
      export_role_arn: first('aws_iam_role.export')?.['arn'],
      history_role_arn: first('aws_iam_role.history')?.['arn'],
      security_group_id: first('aws_security_group.machines')!['id'],
      machine_profile_name: first('aws_iam_instance_profile.machine')?.['name'],
      session_policy_arn: first('aws_iam_policy.session_user')?.['arn'],
      oidc_provider_arn: parameters['OidcProviderArn'] ?? first('aws_iam_openid_connect_provider.github')!['arn'],
    });
  });
});

test('names, path, boundary and tags apply to everything that can have them', async () => {
  const boundary = 'arn:aws:iam::123456789012:policy/boundary';
  const given = { name_prefix: 'octo-', path: '/ci/', permissions_boundary: boundary, tags: { Team: 'search' } };
  const { resources } = await world.apply({
    ...toVariables(SETS['machines with a role, and no pools']!),
    pools: true,
    sessions: true,
    export_bucket: 'ci-artifacts',
    history_bucket: 'ci-results',
    ...given,
  });
  // A role's own policy has a name that is unique by its role.
  const all = Object.entries(resources).flatMap(([address, one]) =>
    address.startsWith('aws_iam_role_policy.') ? [] : [one],
  );
  const having = (name: string) => all.filter((one) => name in one);
  expect(having('permissions_boundary').map((one) => one['permissions_boundary'])).toEqual(Array(6).fill(boundary));
  expect(new Set(having('path').map((one) => one['path']))).toEqual(new Set(['/ci/']));
  expect(new Set(having('tags').map((one) => JSON.stringify(one['tags'])))).toEqual(new Set(['{"Team":"search"}']));
  expect(having('name_prefix').map((one) => one['name_prefix'])).toEqual(
    Array(9).fill(expect.stringMatching(/^octo-/)),
  );
});

describe('The variables are the parameters of the template:', () => {
  const ONLY_HERE = ['name_prefix', 'path', 'permissions_boundary', 'tags'];
  const BAD: Readonly<Record<string, string>> = {
    Owner: 'octo org',
    Repository: 'octo/repo',
    OwnerId: 'octo',
    RepositoryId: '12a',
    Subject: 'main',
    OidcProviderArn: 'arn:aws:iam::1:oidc-provider/example.org',
    ExportBucket: 'CI_artifacts',
    ExportPrefix: 'runs/',
    HistoryBucket: 'CI_results',
    HistoryKey: 'octo-repo/',
  };

  test('the same names', () => {
    const named = Object.keys(template.Parameters).map(snake);
    expect(world.variables().toSorted()).toEqual([...named, ...ONLY_HERE].toSorted());
  });

  test('what the template refuses, the module refuses, and names the variable', async () => {
    const patterns = Object.entries(template.Parameters).flatMap(([name, one]) => (one.AllowedPattern ? [name] : []));
    expect(patterns.sort()).toEqual(Object.keys(BAD).sort());
    for (const [name, value] of Object.entries(BAD)) {
      expect(value).not.toMatch(new RegExp(`^(?:${template.Parameters[name]!.AllowedPattern})$`));
    }
    const all = await world.refusal(toVariables({ ...octo, ...BAD }));
    for (const name of Object.keys(BAD)) expect(all).toContain(`" ${snake(name)} is`);
  });

  test.each([
    [{ OwnerId: '1' }, 'owner_id and repository_id need each other.'],
    [{ RepositoryId: '1' }, 'owner_id and repository_id need each other.'],
    [{ Repository: '*', OwnerId: '1', RepositoryId: '1' }, 'With repository * the repository_id must be *, too.'],
    [{ OwnerId: '1', RepositoryId: '*' }, 'repository_id * is allowed only with repository *.'],
  ])('the rules of the template: %j', async (given, message) => {
    expect(await world.refusal(toVariables({ ...octo, ...given }))).toContain(message);
  });

  test('and what AWS would refuse later', async () => {
    const bad = { vpc_id: 'default', instance_types: [], name_prefix: 'a-name-that-is-longer-than-27', path: 'ci' };
    const all = await world.refusal({ ...toVariables(octo), ...bad });
    expect(all).toContain('vpc_id is the id of a VPC');
    expect(all).toContain('instance_types needs at least one type');
    expect(all).toContain('name_prefix has at most 27');
    expect(all).toContain('path begins and ends with a slash');
  });
});

test('The provider of the account outlives the module: a destroy stops before it', async () => {
  const { stderr } = await world.destroy(toVariables(octo));
  expect(stderr).toMatch(/Instance cannot be destroyed/);
});

test('The module has the format of `terraform fmt`', async () => {
  expect(await world.ask('fmt', '-check', '-diff', '-no-color')).toEqual({ code: 0, stdout: '', stderr: '' });
});
