import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { output, type Argument, type Command } from '../command.js';
import type { Facts } from '../facts/facts.js';
import { isBroken } from '../facts/stack.js';
import type { Step } from './step.js';

const TEMPLATE = 'iam/ci-actions.yml';
/** The stack's tag with the template that it was deployed from: a newer ci-actions may bring a newer one. */
const TEMPLATE_TAG = 'ci-actions:template';
const PROVIDER_URL = 'https://token.actions.githubusercontent.com';
/** The variable of each output. */
const VARIABLES = [
  ['AWS_ROLE', 'StartStopRoleArn'],
  ['AWS_REAP_ROLE', 'ReapRoleArn'],
  ['AWS_SECURITY_GROUP', 'SecurityGroupId'],
] as const;

type Words = Argument | readonly Argument[];

export function aws(...args: readonly Words[]): Command {
  return { program: 'aws', args: args.flat() };
}

export function gh(...args: readonly Words[]): Command {
  return { program: 'gh', args: args.flat() };
}

/** The account's provider and spot role, and the stack. */
export function planAws(facts: Facts): readonly Step[] {
  const { provider, spotRole, stack, account } = facts;
  const where = ['--region', account.region];
  return [
    {
      title: "Register GitHub's OpenID Connect provider in the AWS account",
      isDone: provider.arn !== undefined,
      commands: [
        aws(
          ['iam', 'create-open-id-connect-provider', '--url', PROVIDER_URL],
          ['--client-id-list', 'sts.amazonaws.com', ...where],
        ),
      ],
    },
    {
      title: "Create EC2's role for spot machines",
      isDone: spotRole,
      commands: [aws('iam', 'create-service-linked-role', '--aws-service-name', 'spot.amazonaws.com', ...where)],
    },
    ...(isBroken(stack)
      ? [
          {
            title: `Delete what a failed deployment left of the stack ${stack.name}`,
            isDone: false,
            commands: deleteStack(stack.name, account.region),
          },
        ]
      : []),
    { title: `Deploy the stack ${stack.name}: roles and a security group`, ...deployStack(facts) },
  ];
}

export function deleteStack(name: string, region: string): readonly Command[] {
  const names = ['--stack-name', name, '--region', region];
  return [
    aws('cloudformation', 'delete-stack', ...names),
    aws('cloudformation', 'wait', 'stack-delete-complete', ...names),
  ];
}

function deployStack(facts: Facts): Pick<Step, 'isDone' | 'commands'> {
  const { account, github, stack, vpc, request } = facts;
  const { repository } = github;
  const [owner, name] = repository.name.split('/') as [string, string];
  const parameters = {
    Owner: owner,
    OwnerId: `${repository.ownerId}`,
    Repository: name,
    RepositoryId: `${repository.id}`,
    VpcId: vpc,
    OidcProviderArn: providerArn(facts),
    ...(request.pools && { Pools: 'true' }),
  };
  const entries = Object.entries(parameters);
  const isDone =
    /^(CREATE|UPDATE|UPDATE_ROLLBACK)_COMPLETE$/.test(stack.status ?? '') &&
    stack.tags.get(TEMPLATE_TAG) === hashTemplate() &&
    entries.every(([key, value]) => stack.parameters.get(key) === value);
  const deploy = aws(
    ['cloudformation', 'deploy', '--stack-name', stack.name, '--region', account.region],
    ['--template-file', TEMPLATE, '--capabilities', 'CAPABILITY_IAM', '--no-fail-on-empty-changeset'],
    ['--tags', `ci-actions:set-up-for=${repository.name}`, `${TEMPLATE_TAG}=${hashTemplate()}`],
    ['--parameter-overrides', ...entries.map(([key, value]) => `${key}=${value}`)],
  );
  return { isDone, commands: [deploy] };
}

/** Tells versions of the template apart. */
export function hashTemplate(): string {
  const text = readFileSync(fileURLToPath(new URL(`../../${TEMPLATE}`, import.meta.url)));
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function providerArn({ provider, account }: Facts): string {
  const made = `arn:${account.partition}:iam::${account.account}:oidc-provider/token.actions.githubusercontent.com`;
  return provider.arn ?? made;
}

/** The variables that the workflows read. */
export function planVariables({ github, stack, account, request }: Facts): readonly Step[] {
  const { variables, repository } = github;
  const outputs = [...VARIABLES, ...(request.pools ? ([['AWS_POOL_ROLE', 'PoolRoleArn']] as const) : [])];
  const set = (name: string, body: Argument): Command =>
    gh('variable', 'set', name, '--repo', repository.name, '--body', body);
  const isDone = (name: string, value: string | undefined): boolean =>
    value !== undefined && variables.get(name) === value;
  const title = (name: string, value: string | undefined): string => {
    const before = variables.get(name);
    return `Set the variable ${name}${before !== undefined && before !== value ? ` (until now ${before})` : ''}`;
  };
  return [
    {
      title: title('AWS_REGION', account.region),
      isDone: isDone('AWS_REGION', account.region),
      commands: [set('AWS_REGION', account.region)],
    },
    ...outputs.map(([name, key]) => ({
      title: title(name, stack.outputs.get(key)),
      isDone: isDone(name, stack.outputs.get(key)),
      commands: [set(name, { before: '', value: output(key) })],
    })),
  ];
}

/** The names of all variables that a set-up may have made from the stack. */
export const OUTPUT_VARIABLES = [...VARIABLES, ['AWS_POOL_ROLE', 'PoolRoleArn']] as const;
