import type { Command } from './command.js';
import { listMachines, readAccount } from './facts/aws.js';
import { describeProgress } from './facts/facts.js';
import { readGitHub, type GitHubFacts } from './facts/github.js';
import { isInProgress, readStack, type StackFacts } from './facts/stack.js';
import { checkTools } from './facts/tools.js';
import { BRANCH } from './names.js';
import type { Request } from './options.js';
import { Findings, SetupError } from './problems.js';
import { askGitHub, type Programs } from './program.js';
import { APP_ID, APP_KEY, TOKEN } from './starters.js';
import { deleteStack, gh, OUTPUT_VARIABLES } from './steps/aws.js';
import type { Step } from './steps/step.js';

export interface Removal {
  readonly repository: string;
  readonly stack: StackFacts;
  readonly region: string;
  readonly steps: readonly Step[];
  /** What a person has to remove, and what stays. */
  readonly duties: readonly string[];
}

/** The set-up's steps reversed. Only what this repository's stack or its names show to be of the set-up is removed. */
export async function planRemoval(request: Request, tools: Programs): Promise<Removal> {
  const findings = new Findings();
  const stop = (): never => {
    throw new SetupError(findings.problems, 'Nothing was changed.');
  };
  if (!(await checkTools(tools, findings))) stop();
  const [github, account] = await Promise.all([
    readGitHub(tools, request.repository, findings),
    readAccount(tools, request.region, findings),
  ]);
  if (!github || !account) return stop();
  const { region } = account;
  const { repository } = github;
  const stack = await readStack(tools, { repository, region, name: request.stack }, findings);
  if (!stack) return stop();
  if (isInProgress(stack)) findings.problem(...describeProgress(stack, region));
  await checkMachines(tools, { repository: repository.name, region, stack }, findings);
  if (findings.problems.length > 0) stop();
  const hasBranch = (await askGitHub(tools, `repos/${repository.name}/git/ref/heads/${BRANCH}`)).kind === 'value';
  const steps = listSteps({ github, stack, region, hasBranch });
  return { repository: repository.name, stack, region, steps, duties: listDuties(github) };
}

/** Without its roles, nothing could end machines that still run, and their security group cannot be deleted. */
async function checkMachines(
  tools: Programs,
  { repository, region, stack }: { readonly repository: string; readonly region: string; readonly stack: StackFacts },
  findings: Findings,
): Promise<void> {
  if (stack.status === undefined) return;
  const machines = await listMachines(tools, repository, region);
  if (typeof machines === 'string')
    findings.problem(`AWS does not list the machines in ${region}: ${machines}`, 'Use a login that may read EC2.');
  else if (machines.length > 0)
    findings.problem(
      `${machines.length} ${machines.length === 1 ? 'machine' : 'machines'} of ${repository} still exist: ${machines.slice(0, 5).join(', ')}`,
      `Let their jobs end, or run \`aws ec2 terminate-instances --region ${region} --instance-ids ${machines.join(' ')}\`.`,
    );
}

interface Present {
  readonly github: GitHubFacts;
  readonly stack: StackFacts;
  readonly region: string;
  readonly hasBranch: boolean;
}

function listSteps({ github, stack, region, hasBranch }: Present): readonly Step[] {
  const { repository, variables, secrets } = github;
  const place = `repos/${repository.name}`;
  const step = (title: string, ...commands: Command[]): Step => ({ title, isDone: false, commands });
  const isOurs = (name: string, value: string | undefined) => value !== undefined && variables.get(name) === value;
  const outputs = OUTPUT_VARIABLES.filter(([name, key]) => isOurs(name, stack.outputs.get(key))).map(([name]) => name);
  // The region and the App belong to the set-up as long as one of its roles is there.
  const others = [...(outputs.length > 0 && isOurs('AWS_REGION', region) ? ['AWS_REGION'] : []), APP_ID];
  const doomed = [...others.filter((name) => variables.has(name)), ...outputs];
  return [
    ...(hasBranch
      ? [
          step(
            `Delete the branch ${BRANCH}, and close its pull request`,
            gh('api', '-X', 'DELETE', '--silent', `${place}/git/refs/heads/${BRANCH}`),
          ),
        ]
      : []),
    ...[APP_KEY, TOKEN]
      .filter((name) => secrets.has(name))
      .map((name) => step(`Delete the secret ${name}`, gh('secret', 'delete', name, '--repo', repository.name))),
    ...doomed.map((name) =>
      step(`Delete the variable ${name}`, gh('variable', 'delete', name, '--repo', repository.name)),
    ),
    ...(stack.status === undefined
      ? []
      : [step(`Delete the stack ${stack.name}: its roles and its security group`, ...deleteStack(stack.name, region))]),
  ];
}

function listDuties({ repository, variables, webUrl }: GitHubFacts): readonly string[] {
  const place = repository.isOrganization ? `organizations/${repository.owner}/settings/apps` : 'settings/apps';
  const app = variables.get(APP_ID);
  return [
    ...(app ? [`Delete the GitHub App ${app}, if nothing else uses it: ${webUrl}/${place} (Edit, Advanced)`] : []),
    `Delete the workflows that were merged into ${repository.name} and use ci-actions.`,
    "What stays, because others may use it: GitHub's OpenID Connect provider and EC2's role for spot in the AWS account.",
  ];
}
