import type { OutputKey } from '../command.js';
import { oldStackNameOf, stackNameOf } from '../names.js';
import type { Findings } from '../problems.js';
import { askAws, valueOf, type Programs } from '../program.js';
import type { RepositoryFacts } from './github.js';

export interface StackFacts {
  readonly name: string;
  /** CloudFormation's; `undefined` if there is no stack. */
  readonly status: string | undefined;
  readonly parameters: ReadonlyMap<string, string>;
  readonly outputs: ReadonlyMap<OutputKey, string>;
  readonly tags: ReadonlyMap<string, string>;
}

interface StackAnswer {
  Stacks: {
    StackStatus: string;
    Parameters?: { ParameterKey: string; ParameterValue: string }[];
    Outputs?: { OutputKey: string; OutputValue: string }[];
    Tags?: { Key: string; Value: string }[];
  }[];
}

interface Wanted {
  readonly repository: RepositoryFacts;
  readonly region: string;
  /** The name that the user gave. */
  readonly name: string | undefined;
}

/** The repository's stack: of the given name, of its own name, or as docs/set-up.md named it once. */
export async function readStack(
  tools: Programs,
  { repository, region, name }: Wanted,
  findings: Findings,
): Promise<StackFacts | undefined> {
  const own = stackNameOf(repository.name, repository.id);
  if (name) return checkOwner(await describeStack(tools, { name, region }, findings), repository, findings);
  const stack = await describeStack(tools, { name: own, region }, findings);
  if (!stack || stack.status !== undefined) return checkOwner(stack, repository, findings);
  const old = await describeStack(tools, { name: oldStackNameOf(repository.name), region }, findings);
  return old?.status !== undefined && belongsTo(old, repository) ? old : stack;
}

/** @returns `undefined` after a problem */
export async function describeStack(
  tools: Programs,
  { name, region }: { readonly name: string; readonly region: string },
  findings?: Findings,
): Promise<StackFacts | undefined> {
  const args = ['cloudformation', 'describe-stacks', '--stack-name', name, '--region', region];
  // CloudFormation has one code for a missing stack and for a malformed request, which ours is not.
  const answer = await askAws<StackAnswer>(tools, args, ['ValidationError']);
  if (answer.kind === 'unknown') {
    const remedy = 'Use a login that may manage CloudFormation stacks and IAM roles, such as AdministratorAccess.';
    findings?.problem(`AWS does not show the stack ${name}: ${answer.why}`, remedy);
    return undefined;
  }
  const stack = valueOf(answer)?.Stacks[0];
  return {
    name,
    status: stack?.StackStatus,
    parameters: new Map(stack?.Parameters?.map((one) => [one.ParameterKey, one.ParameterValue])),
    outputs: new Map(stack?.Outputs?.map((one) => [one.OutputKey as OutputKey, one.OutputValue])),
    tags: new Map(stack?.Tags?.map(({ Key, Value }) => [Key, Value])),
  };
}

function belongsTo({ parameters }: StackFacts, { name, owner }: RepositoryFacts): boolean {
  const [theirs, repository] = [parameters.get('Owner'), parameters.get('Repository')];
  return (
    theirs?.toLowerCase() === owner.toLowerCase() && `${theirs}/${repository}`.toLowerCase() === name.toLowerCase()
  );
}

function checkOwner(
  stack: StackFacts | undefined,
  repository: RepositoryFacts,
  findings: Findings,
): StackFacts | undefined {
  if (!stack || stack.status === undefined || belongsTo(stack, repository)) return stack;
  const [owner, name] = ['Owner', 'Repository'].map((key) => stack.parameters.get(key) ?? '?');
  findings.problem(
    `The stack ${stack.name} exists, and is not of ${repository.name} (its parameters name ${owner}/${name}).`,
    'Give another name with `--stack`.',
  );
  return undefined;
}

/** A stack that CloudFormation is working on. `REVIEW_IN_PROGRESS` is one whose deployment never began. */
export function isInProgress({ status = '' }: StackFacts): boolean {
  return status.endsWith('_IN_PROGRESS') && status !== 'REVIEW_IN_PROGRESS';
}

/** A stack that can only be deleted. */
export function isBroken({ status = '' }: StackFacts): boolean {
  return ['ROLLBACK_COMPLETE', 'ROLLBACK_FAILED', 'CREATE_FAILED', 'DELETE_FAILED'].includes(status);
}
