import { context } from '@actions/github';

/** Which branch or tag a run belongs to, for the history of its figures. */
export interface MeasuredRef {
  /** The name of the branch or tag. */
  readonly name: string;
  /** Whether {@link name} is a tag. */
  readonly isTag: boolean;
  /** The base branch of the event's pull request, or merge group. */
  readonly base?: string;
  /** The repository's default branch, if the event names it. */
  readonly defaultBranch?: string;
  /** The number of the pull request that the event is about. */
  readonly pullRequest?: number;
  /** Whether what runs is the ref itself, and not something that a pull request or a comment asks for. */
  readonly isOwn: boolean;
}

/** Events whose commit is that of the ref. */
const OWN: readonly string[] = ['push', 'schedule', 'release', 'workflow_dispatch'];

/** Shape: GitHub's webhook payloads. */
interface Payload {
  readonly pull_request?: { readonly number: number; readonly base?: { readonly ref?: string } };
  readonly merge_group?: { readonly base_ref?: string };
  readonly issue?: { readonly number: number; readonly pull_request?: unknown };
  readonly repository?: { readonly default_branch?: string };
}

export function readMeasuredRef(env = process.env): MeasuredRef {
  const { pull_request: pull, merge_group: group, issue, repository } = context.payload as Payload;
  const base = env['GITHUB_BASE_REF'] || pull?.base?.ref || group?.base_ref?.replace('refs/heads/', '');
  const number = pull?.number ?? (issue?.pull_request ? issue.number : undefined);
  const defaultBranch = repository?.default_branch;
  return {
    name: env['GITHUB_HEAD_REF'] || env['GITHUB_REF_NAME'] || '',
    isTag: env['GITHUB_REF_TYPE'] === 'tag',
    ...(base && { base }),
    ...(defaultBranch !== undefined && { defaultBranch }),
    ...(number !== undefined && { pullRequest: number }),
    isOwn: OWN.includes(env['GITHUB_EVENT_NAME'] ?? ''),
  };
}
