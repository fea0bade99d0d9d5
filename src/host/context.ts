import { context } from '@actions/github';
import { Failure } from '../core/kernel/failure.js';
import type { Run } from '../core/kernel/identity.js';

/** The workflow run that this process belongs to, as GitHub describes it. */
export interface RunContext extends Run {
  /** `owner/repo` */
  readonly repository: string;
  /** The enterprise's slug, where the event tells of one. */
  readonly enterprise: string | undefined;
  /** The step's id, or a name that GitHub gave it. */
  readonly action: string;
  /** `RUNNER_NAME`: what GitHub calls the machine of this job. */
  readonly runnerName: string | undefined;
  readonly sha: string;
  readonly workflow: string;
  /** `owner/repo/.github/workflows/file.yml@refs/heads/main`, and its commit. '' where the runner does not say. */
  readonly workflowRef: string;
  readonly workflowSha: string;
  /** `undefined`: the event does not say, as a scheduled one. */
  readonly isPublic: boolean | undefined;
  readonly actor: string;
  /** Without a slash at the end, as `serverUrl`. */
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** The event is a pull request from a fork, to which GitHub gives no secrets. */
  readonly isFromFork: boolean;
  /** Where a checkout would be; it need not exist. */
  readonly workspace: string;
}

const required = ['GITHUB_REPOSITORY', 'GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB', 'GITHUB_SHA'] as const;

/** @throws Failure `bad-input` when this process was not started by GitHub Actions. */
export function readContext(): RunContext {
  const missing = required.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Failure('bad-input', `This is not a step of a workflow: ${missing.join(', ')} not set.`, {
      hint: 'Use the action in a workflow; to try it without one, run `npm run rehearse` in a clone of its repository.',
    });
  }
  const { owner, repo } = context.repo;
  return {
    owner,
    repo,
    repository: `${owner}/${repo}`,
    enterprise: (context.payload['enterprise'] as { slug?: string } | undefined)?.slug,
    runId: String(context.runId),
    runAttempt: String(context.runAttempt),
    job: context.job,
    action: context.action ?? '',
    runnerName: process.env['RUNNER_NAME'] || undefined,
    sha: context.sha,
    workflow: context.workflow ?? '',
    workflowRef: process.env['GITHUB_WORKFLOW_REF'] ?? '',
    workflowSha: process.env['GITHUB_WORKFLOW_SHA'] ?? '',
    isPublic: isPublic(context.payload.repository),
    actor: context.actor ?? '',
    apiUrl: withoutSlash(context.apiUrl),
    serverUrl: withoutSlash(context.serverUrl),
    isFromFork: isPullRequestFromFork(),
    workspace: process.env['GITHUB_WORKSPACE'] || process.cwd(),
  };
}

function isPublic(repository: Readonly<Record<string, unknown>> | undefined): boolean | undefined {
  const isPrivate = repository?.['private'];
  return typeof isPrivate === 'boolean' ? !isPrivate : undefined;
}

function isPullRequestFromFork(): boolean {
  const { head, base } = (context.payload.pull_request ?? {}) as Readonly<
    Record<'head' | 'base', { repo?: { full_name?: string } | null } | undefined>
  >;
  return head !== undefined && head.repo?.full_name !== base?.repo?.full_name;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
