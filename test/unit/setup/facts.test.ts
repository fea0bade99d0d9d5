import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../../setup/facts/facts.js';
import { STARTERS } from '../../../setup/options.js';
import { planSteps } from '../../../setup/plan.js';
import { hashTemplate } from '../../../setup/steps/aws.js';
import { Late, look, notFound, Refused, type Given } from '../../worlds/setup.js';

const REPO = 'gh api repos/octo-org/octo-repo';
const forbidden = new Refused('gh: Resource not accessible by personal access token (HTTP 403)');

async function facts(given?: Given): Promise<Facts> {
  const found = await look(given);
  if (!('github' in found)) throw new Error(found.join('\n'));
  return found;
}

async function stepsOf(given?: Given): Promise<readonly string[]> {
  return planSteps(await facts(given)).map(({ title, isDone }) => `${isDone ? 'done' : 'to do'}: ${title}`);
}

function stack(status: string, more: object = {}) {
  const Parameters = Object.entries({
    Owner: 'octo-org',
    OwnerId: '5',
    Repository: 'octo-repo',
    RepositoryId: '7',
    VpcId: 'vpc-1',
    OidcProviderArn: 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com',
  }).map(([ParameterKey, ParameterValue]) => ({ ParameterKey, ParameterValue }));
  const Tags = [{ Key: 'ci-actions:template', Value: hashTemplate() }];
  return { Stacks: [{ StackStatus: status, Parameters, Outputs: [], Tags, ...more }] };
}

test('Nothing is in the way of a new repository, and nothing is done yet', async () => {
  expect(await stepsOf()).toEqual([
    "to do: Register GitHub's OpenID Connect provider in the AWS account",
    "to do: Create EC2's role for spot machines",
    'to do: Deploy the stack ci-actions-octo-org-octo-repo-7: roles and a security group',
    'to do: Set the variable AWS_REGION',
    'to do: Set the variable AWS_ROLE',
    'to do: Set the variable AWS_REAP_ROLE',
    'to do: Set the variable AWS_SECURITY_GROUP',
    'to do: Create a GitHub App and install it: two clicks',
    'to do: Set the variable RUNNER_APP_ID',
    "to do: Save the App's key as the secret RUNNER_APP_PRIVATE_KEY",
    'to do: Create the branch ci-actions-setup',
    'to do: Write .github/workflows/reap.yml on the branch ci-actions-setup',
    'to do: Open the pull request',
  ]);
});

describe('What is wrong is reported with what to do:', () => {
  const wrong: readonly (readonly [string, Given, readonly RegExp[]])[] = [
    [
      'a gh without `gh variable`',
      { script: { 'gh --version': 'gh version 2.23.0' } },
      [/gh 2\.23 is too old.*cli\.github/],
    ],
    [
      'a login without the scope for workflows',
      { script: { 'gh api --include user': 'X-Oauth-Scopes: gist, repo\n\n{"login":"octocat"}' } },
      [/lacks the scope `workflow`.*gh auth refresh --scopes workflow/],
    ],
    [
      'an empty repository',
      { script: { [`${REPO}/git/ref/heads/main`]: new Refused('gh: Git Repository is empty. (HTTP 409)') } },
      [/no commit yet.*Push one/],
    ],
    [
      'variables that a policy forbids',
      { script: { 'gh api --paginate repos/octo-org/octo-repo/actions/variables': forbidden } },
      [/does not let you manage the Actions variables.*HTTP 403/],
    ],
    [
      'Actions switched off',
      { script: { [`${REPO}/actions/permissions`]: { enabled: false } } },
      [/Actions is switched off/],
    ],
    [
      'a member who may not create Apps',
      { script: { 'gh api user/memberships/orgs/octo-org': { role: 'member' } } },
      [/is no owner of octo-org.*--token/],
    ],
    [
      'no copy of ci-actions',
      { script: { 'gh api repos/octo-org/ci-actions': notFound } },
      [/no repository octo-org\/ci-actions.*npm run adopt/],
    ],
    [
      'a copy without v1',
      { script: { 'gh api repos/octo-org/ci-actions/git/ref/tags/v1': notFound } },
      [/has no tag v1.*git tag v1/],
    ],
    ['no terminal and no way to register', { isTerminal: false }, [/Give `--app`.*or `--token`/]],
    [
      'a region that is not opted in, and a repository that is not seen',
      { script: { 'aws ec2 describe-regions': { Regions: [{ OptInStatus: 'not-opted-in' }] }, [REPO]: notFound } },
      [/sees no repository octo-org\/octo-repo/, /us-east-1 is not enabled.*enable-region/],
    ],
    [
      'no default VPC',
      { script: { 'aws ec2 describe-subnets': { Subnets: [] } } },
      [/no default VPC.*create-default-vpc.*--subnet/],
    ],
    [
      'no default VPC, and no rights in the repository, which is known earlier',
      {
        script: {
          'aws sts get-caller-identity': new Late({
            Account: '123456789012',
            Arn: 'arn:aws:iam::123456789012:user/mona',
          }),
          'aws ec2 describe-subnets': { Subnets: [] },
          [`${REPO}/`]: notFound,
          [REPO]: {
            id: 7,
            full_name: 'octo-org/octo-repo',
            owner: { id: 5, login: 'octo-org', type: 'Organization' },
            default_branch: 'main',
            permissions: { admin: false },
          },
        },
      },
      [/octocat is no administrator of octo-org\/octo-repo/, /no default VPC/],
    ],
    [
      'no way out',
      {
        script: { 'aws ec2 describe-route-tables': { RouteTables: [{ Associations: [{ Main: true }], Routes: [] }] } },
      },
      [/No subnet has a route to the internet/],
    ],
    [
      'a subnet without public addresses',
      {
        script: {
          'aws ec2 describe-subnets': {
            Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-1', MapPublicIpOnLaunch: false }],
          },
        },
      },
      [/give machines no public address/],
    ],
    [
      'a stack that is being deployed',
      { script: { 'aws cloudformation describe-stacks': stack('CREATE_IN_PROGRESS') } },
      [/at work on the stack.*CREATE_IN_PROGRESS.*wait stack-create-complete/],
    ],
    [
      'a stack that CloudFormation does not show',
      {
        script: {
          'aws cloudformation describe-stacks': new Refused(
            'An error occurred (AccessDenied) when calling DescribeStacks: no',
            254,
          ),
        },
      },
      [/does not show the stack.*AdministratorAccess/],
    ],
    [
      'a token that may not register runners',
      {
        options: ['--starter', 'reap', '--token'],
        token: 'github_pat_x',
        script: { 'gh api -X POST --silent repos/octo-org/octo-repo/actions/runners/registration-token': forbidden },
      },
      [/may not register runners.*HTTP 403.*Administration: read and write/],
    ],
    ['a token that is none', { options: ['--starter', 'reap', '--token'], token: 'hunter2' }, [/does not begin with/]],
  ];
  test.each(wrong)('%s', async (_, given, patterns) => {
    const problems = await look(given);
    expect(problems).toHaveLength(patterns.length);
    for (const pattern of patterns) expect((problems as readonly string[]).join('\n')).toMatch(pattern);
  });
});

test("Another owner's workflow is refused, an action of it is not", async () => {
  const script = {
    'gh api repos/octo-org/ci-actions': {
      id: 8,
      full_name: 'other/ci-actions',
      private: false,
      owner: { id: 6, login: 'other' },
    },
    'gh api repos/other/ci-actions/git/ref/tags/v1': {},
  };
  const calls = readdirSync(STARTERS)
    .filter((name) => name.endsWith('.yml') && /uses: \S+\/\.github\//.test(readFileSync(`${STARTERS}${name}`, 'utf8')))
    .map((name) => name.replace('.yml', ''))[0]!;
  const calling = await look({ script, options: ['--starter', calls] });
  expect(calling).toEqual([expect.stringMatching(/calls a workflow of other\/ci-actions.*--starter command/)]);
  expect(await look({ script })).toHaveProperty('copy.name', 'other/ci-actions');
});

test('A NAT gateway is a way out for a private subnet, and a blackhole is none', async () => {
  const routes = (route: object) => ({
    'aws ec2 describe-subnets': { Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-1', MapPublicIpOnLaunch: false }] },
    'aws ec2 describe-route-tables': {
      RouteTables: [
        { Associations: [{ Main: true }], Routes: [] },
        { Associations: [{ SubnetId: 'subnet-1' }], Routes: [{ DestinationCidrBlock: '0.0.0.0/0', ...route }] },
      ],
    },
  });
  expect(await look({ script: routes({ State: 'active', NatGatewayId: 'nat-1' }) })).toHaveProperty('vpc', 'vpc-1');
  expect(await look({ script: routes({ State: 'blackhole', NatGatewayId: 'nat-1' }) })).toHaveLength(1);
});

test('A quota that no machine fits in is a remark with the page that raises it', async () => {
  const quotas = [
    { QuotaCode: 'L-1216C47A', Value: 5 },
    { QuotaCode: 'L-DB2E81BA', Value: 0 },
  ];
  const { remarks } = await facts({ script: { 'aws service-quotas list-service-quotas': quotas } });
  expect(remarks).toHaveLength(1);
  expect(remarks[0]?.what).toBe('The account may run 0 vCPUs of cuda on-demand in us-east-1; a machine has 4.');
  expect(remarks[0]?.remedy).toContain('servicequotas/home/services/ec2/quotas/L-DB2E81BA');
});

describe('The stack', () => {
  const deploying = (steps: readonly string[]) => steps.filter((title) => title.includes('stack'));
  const withStack = (status: string) => ({ script: { 'aws cloudformation describe-stacks': stack(status) } });

  test('is deleted first if its first deployment failed', async () => {
    expect(deploying(await stepsOf(withStack('ROLLBACK_COMPLETE')))).toEqual([
      expect.stringMatching(/^to do: Delete what a failed deployment left/),
      expect.stringMatching(/^to do: Deploy the stack/),
    ]);
  });

  test('is done with the same template and parameters, and deployed again with others', async () => {
    expect(deploying(await stepsOf(withStack('UPDATE_COMPLETE')))).toEqual([expect.stringMatching(/^done: Deploy/)]);
    const older = { script: { 'aws cloudformation describe-stacks': stack('UPDATE_COMPLETE', { Tags: [] }) } };
    expect(deploying(await stepsOf(older))).toEqual([expect.stringMatching(/^to do: Deploy/)]);
    const pools = { ...withStack('UPDATE_COMPLETE'), options: ['--starter', 'reap', '--pools'] };
    expect(deploying(await stepsOf(pools))).toEqual([expect.stringMatching(/^to do: Deploy/)]);
  });

  test('whose deployment never began is deployed', async () => {
    expect(deploying(await stepsOf(withStack('REVIEW_IN_PROGRESS')))).toEqual([
      expect.stringMatching(/^to do: Deploy/),
    ]);
  });

  test('of another repository is not touched', async () => {
    const Parameters = [
      { ParameterKey: 'Owner', ParameterValue: 'octo' },
      { ParameterKey: 'Repository', ParameterValue: 'org-octo-repo' },
    ];
    const script = { 'aws cloudformation describe-stacks': stack('CREATE_COMPLETE', { Parameters }) };
    expect(await look({ script })).toEqual([
      expect.stringMatching(/is not of octo-org\/octo-repo.*octo\/org-octo-repo.*--stack/),
    ]);
  });

  test('that was made by hand is found under its old name', async () => {
    const old = 'aws cloudformation describe-stacks --stack-name ci-actions-octo-org-octo-repo --region';
    expect((await facts({ script: { [old]: stack('CREATE_COMPLETE') } })).stack.name).toBe(
      'ci-actions-octo-org-octo-repo',
    );
  });
});

describe('The pull request', () => {
  const file = (text: string) => ({ sha: 'abc', content: Buffer.from(text).toString('base64') });
  const onMain = `${REPO}/contents/.github/workflows/reap.yml?ref=main`;
  const proposing = (steps: readonly string[]) => steps.filter((title) => /branch|pull/.test(title));

  test("leaves a user's own file alone", async () => {
    const found = await facts({ script: { [onMain]: file('on: push\n') } });
    expect(found.remarks).toEqual([expect.objectContaining({ what: expect.stringContaining('is yours') })]);
    expect(proposing(planSteps(found).map(({ title }) => title))).toEqual([]);
  });

  test('replaces an older starter, naming the file that it replaces', async () => {
    const found = await facts({ script: { [onMain]: file('uses: octo-org/ci-actions/reap-runners@v0\n') } });
    expect(found.proposal.missing).toMatchObject([{ replaces: 'abc' }]);
  });

  test('is opened after an interruption between its branch and itself', async () => {
    const { proposal } = await facts();
    const text = proposal.missing[0]!.starter.text;
    const script = {
      [`${REPO}/git/ref/heads/ci-actions-setup`]: {},
      [`${REPO}/contents/.github/workflows/reap.yml?ref=ci-actions-setup`]: file(text),
    };
    expect(proposing(await stepsOf({ script }))).toEqual([
      'done: Create the branch ci-actions-setup',
      'to do: Open the pull request',
    ]);
  });
});

test('An App whose key was not saved before the interruption is used, not created again', async () => {
  const app = { id: 9, name: 'runners', key: 'PEM', page: 'https://github.com/apps/runners' };
  expect(await stepsOf({ app })).toContain('to do: Wait until the GitHub App runners is installed');
});

test('A token or App that is there stays', async () => {
  const secrets = { 'gh api --paginate repos/octo-org/octo-repo/actions/secrets': '{"name":"RUNNER_TOKEN"}' };
  expect(await stepsOf({ script: secrets, isTerminal: false })).toContain(
    'done: Let runners be registered by the secret RUNNER_TOKEN',
  );
});
