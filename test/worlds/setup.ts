import { readFacts, type Facts } from '../../setup/facts/facts.js';
import { setupCommandLine, toRequest, type Request } from '../../setup/options.js';
import { SetupError } from '../../setup/problems.js';
import type { Programs, Ran } from '../../setup/program.js';
import type { CreatedApp, State } from '../../setup/state.js';
import { readCommandLine } from '../../src/terminal/command-line.js';

/** What `aws` and `gh` answer, by the text of their commands: JSON, or the stderr of a refusal. The first match counts. */
export type Script = Readonly<Record<string, unknown>>;

export class Refused {
  constructor(
    readonly stderr: string,
    readonly code = 1,
  ) {}
}

/** An answer that comes after those that are asked for at the same time. */
export class Late {
  constructor(readonly answer: unknown) {}
}

export const notFound = new Refused('gh: Not Found (HTTP 404)');
const noStack = new Refused(
  'An error occurred (ValidationError) when calling the DescribeStacks operation: Stack with id x does not exist',
  255,
);

const REPO = 'repos/octo-org/octo-repo';

/** A repository and an account in which nothing is set up, and nothing is in the way. */
const USUAL: Script = {
  'aws --version': 'aws-cli/2.31.0',
  'gh --version': 'gh version 2.80.0 (2026-01-01)',
  'gh api --include user': 'HTTP/2.0 200 OK\nX-Oauth-Scopes: gist, read:org, repo, workflow\n\n{"login":"octocat"}',
  'gh api user/memberships/orgs/octo-org': { role: 'admin' },
  [`gh api ${REPO}/git/ref/heads/main`]: { object: { sha: 'f83a356604ae3c5d03e1b46ef4d1ca77d64a90b0' } },
  [`gh api ${REPO}/actions/permissions`]: { enabled: true, allowed_actions: 'all' },
  [`gh api --paginate ${REPO}/actions/`]: '',
  [`gh api ${REPO}/pulls`]: [],
  [`gh api ${REPO}/`]: notFound,
  [`gh api ${REPO}`]: {
    id: 7,
    full_name: 'octo-org/octo-repo',
    owner: { id: 5, login: 'octo-org', type: 'Organization' },
    default_branch: 'main',
    permissions: { admin: true },
  },
  'gh api repos/octo-org/ci-actions/git/ref/tags/v1': {},
  'gh api repos/octo-org/ci-actions': {
    id: 8,
    full_name: 'octo-org/ci-actions',
    private: false,
    owner: { id: 5, login: 'octo-org' },
  },
  'aws ec2 describe-regions': { Regions: [{ OptInStatus: 'opt-in-not-required' }] },
  'aws sts get-caller-identity': { Account: '123456789012', Arn: 'arn:aws:iam::123456789012:user/mona' },
  'aws ec2 describe-subnets': { Subnets: [{ SubnetId: 'subnet-1', VpcId: 'vpc-1', MapPublicIpOnLaunch: true }] },
  'aws ec2 describe-route-tables': {
    RouteTables: [
      {
        Associations: [{ Main: true }],
        Routes: [{ DestinationCidrBlock: '0.0.0.0/0', State: 'active', GatewayId: 'igw-1' }],
      },
    ],
  },
  'aws iam list-open-id-connect-providers': { OpenIDConnectProviderList: [] },
  'aws iam list-roles': { Roles: [] },
  'aws service-quotas list-service-quotas': [],
  'aws cloudformation describe-stacks': noStack,
};

/** @param script replaces usual answers, and is looked at first */
export function scriptedPrograms(script: Script = {}): Programs & { readonly commands: string[] } {
  const commands: string[] = [];
  const answers = [...Object.entries(script), ...Object.entries(USUAL)];
  return {
    commands,
    async run(program, args): Promise<Ran> {
      const command = [program, ...args].join(' ');
      commands.push(command);
      const found = answers.find(([text]) => command.startsWith(text))?.[1];
      if (found instanceof Late) await new Promise((resolve) => setImmediate(resolve));
      const answer = found instanceof Late ? found.answer : found;
      if (answer === undefined) throw new Error(`The script has no answer to: ${command}`);
      if (answer instanceof Refused) return { code: answer.code, stdout: '', stderr: answer.stderr };
      return { code: 0, stdout: typeof answer === 'string' ? answer : JSON.stringify(answer), stderr: '' };
    },
  };
}

export function requestOf(...options: readonly string[]): Request {
  const argv = [
    '--repo',
    'octo-org/octo-repo',
    '--region',
    'us-east-1',
    '--actions',
    'octo-org/ci-actions',
    ...options,
  ];
  const input = readCommandLine(setupCommandLine, argv);
  if (input === 'help') throw new Error('These options ask for help.');
  return toRequest(input.values);
}

export interface Given {
  readonly options?: readonly string[];
  readonly script?: Script;
  readonly token?: string;
  readonly app?: CreatedApp;
  readonly isTerminal?: boolean;
}

/** The facts of a world, or everything that is wrong with it. */
export async function look(given: Given = {}): Promise<Facts | readonly string[]> {
  const { options = ['--starter', 'reap'], script, token, app, isTerminal = true } = given;
  const state: State = {
    readApp: () => app,
    saveApp: () => undefined,
    forgetApp: () => undefined,
    lock: () => undefined,
    unlock: () => undefined,
  };
  const tools = scriptedPrograms(script);
  try {
    return await readFacts(requestOf(...options), { tools, state, isTerminal, readToken: async () => token });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return error.problems.map(({ what, remedy }) => `${what} ${remedy}`);
  }
}
