import type { Request } from '../options.js';
import { Findings, SetupError } from '../problems.js';
import type { Programs } from '../program.js';
import { checkStarter, readStarter } from '../starters.js';
import type { State } from '../state.js';
import { hasSpotRole, readAccount, readProvider, type AwsAccount } from './aws.js';
import { readCopy, type CopyFacts } from './copy.js';
import { chooseCredentials, type Credentials } from './credentials.js';
import { readGitHub, type GitHubFacts } from './github.js';
import { readImages, type ImageFacts } from './images.js';
import { readNetwork } from './network.js';
import { readProposal, type ProposalFacts } from './proposal.js';
import type { Problem } from '../problems.js';
import { checkQuotas } from './quotas.js';
import { isInProgress, readStack, type StackFacts } from './stack.js';
import { checkTools } from './tools.js';

/** What GitHub and AWS have, as far as a set-up is concerned. The steps follow from it. */
export interface Facts {
  readonly request: Request;
  readonly github: GitHubFacts;
  readonly copy: CopyFacts;
  readonly account: AwsAccount;
  readonly provider: { readonly arn: string | undefined };
  readonly spotRole: boolean;
  readonly vpc: string;
  readonly stack: StackFacts;
  readonly credentials: Credentials;
  readonly images: ImageFacts | undefined;
  readonly proposal: ProposalFacts;
  readonly remarks: readonly Problem[];
}

export interface World {
  readonly tools: Programs;
  readonly state: State;
  readonly isTerminal: boolean;
  readonly readToken: () => Promise<string | undefined>;
}

const NOTHING = 'Nothing was changed.';

/** Asks GitHub and AWS for everything. @throws SetupError with all problems at once */
export async function readFacts(request: Request, world: World): Promise<Facts> {
  const findings = new Findings();
  const stop = (): never => {
    throw new SetupError(findings.problems, NOTHING);
  };
  if (!(await checkTools(world.tools, findings))) stop();
  const { tools, state, isTerminal, readToken } = world;
  const ofRepository = async () => {
    const github = await readGitHub(tools, request.repository, findings);
    if (!github) return undefined;
    const [copy, credentials] = await Promise.all([
      readCopy(tools, { wanted: request.actions, repository: github.repository }, findings),
      chooseCredentials({ tools, github, request, created: state.readApp(), isTerminal, readToken }, findings),
    ]);
    return copy && credentials && { github, copy, credentials };
  };
  const [ours, theirs] = await Promise.all([ofRepository(), readAwsFacts(request, tools, findings)]);
  if (!ours || !theirs) return stop();
  const { account } = theirs;
  const { repository } = ours.github;
  const stack = await readStack(tools, { repository, region: account.region, name: request.stack }, findings);
  if (!stack || findings.problems.length > 0) return stop();
  if (isInProgress(stack)) findings.problem(...describeProgress(stack, account.region));
  if (findings.problems.length > 0) stop();
  const filling = {
    copy: ours.copy.name,
    region: account.region,
    subnet: request.subnet,
    app: ours.credentials.usesApp,
  };
  const starters = request.starters.map((name) => readStarter(name, filling));
  for (const one of starters) checkStarter(one, { ...filling, owner: repository.owner }, findings);
  if (findings.problems.length > 0) stop();
  const [proposal, images] = await Promise.all([
    readProposal(tools, { repository, starters }, findings),
    request.images ? readImages(tools, { copy: ours.copy, region: account.region }) : undefined,
  ]);
  return { request, ...ours, ...theirs, stack, images, proposal, remarks: findings.remarks };
}

async function readAwsFacts(request: Request, tools: Programs, findings: Findings) {
  const account = await readAccount(tools, request.region, findings);
  if (!account) return undefined;
  const { region } = account;
  const [vpc, provider, spotRole] = await Promise.all([
    readNetwork(tools, { region, subnet: request.subnet }, findings),
    readProvider(tools, region, findings),
    hasSpotRole(tools, region),
    checkQuotas(tools, region, findings),
  ]);
  return vpc && provider && { account, vpc, provider, spotRole };
}

/** The stack of a set-up that was interrupted, or of one on another machine. */
export function describeProgress({ name, status = '' }: StackFacts, region: string): [string, string] {
  const wait = status.startsWith('CREATE')
    ? 'create'
    : status.startsWith('DELETE')
      ? 'delete'
      : status.includes('ROLLBACK')
        ? 'rollback'
        : 'update';
  return [
    `Another set-up, or an interrupted one, is at work on the stack ${name} (${status}).`,
    `Wait with \`aws cloudformation wait stack-${wait}-complete --stack-name ${name} --region ${region}\`, then run this again.`,
  ];
}
