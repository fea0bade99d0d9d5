import { context } from '@actions/github';
import { Failure } from '../core/kernel/failure.js';
import type { Run } from '../core/kernel/identity.js';

/** The workflow run of this process, as GitHub describes it. */
export interface RunContext extends Run {
  /** `owner/repo` */
  readonly repository: string;
  /** The slug of the enterprise; `undefined` when the event names none. */
  readonly enterprise: string | undefined;
  /** The id of the step, or the name that GitHub generated. */
  readonly action: string;
  /** `RUNNER_NAME`: the name of the runner of this job. */
  readonly runnerName: string | undefined;
  readonly sha: string;
  readonly workflow: string;
  /** `owner/repo/.github/workflows/file.yml@refs/heads/main`, and its commit. '' when the runner does not set them. */
  readonly workflowRef: string;
  readonly workflowSha: string;
  /** `undefined` when the event has no repository, such as a scheduled event. */
  readonly isPublic: boolean | undefined;
  readonly actor: string;
  /** Without a slash at the end, like `serverUrl`. */
  readonly apiUrl: string;
  readonly serverUrl: string;
  /** The event is a pull request from a fork, which gets no secrets from GitHub. */
  readonly isFromFork: boolean;
  /** The folder of a checkout. It may not exist. */
  readonly workspace: string;
}

const required = ['GITHUB_REPOSITORY', 'GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB', 'GITHUB_SHA'] as const;

/** @throws Failure `bad-input` when GitHub Actions did not start this process */
export function readContext(): RunContext {
  const missing = required.filter((name) => !process.env[name]);
  if (missing.length > 0) {
    throw new Failure('bad-input', `This is not a step of a workflow: ${missing.join(', ')} not set.`, {
      hint: 'Use the action in a workflow. To try it without a workflow, run `npm run rehearse` in a clone of its repository.',
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

/** The values of the context `github` that GitHub also gives as environment variables, such as `run_id`. */
export function readGitHubValues(): Readonly<Record<string, string>> {
  const own = Object.entries(process.env).filter(([name, value]) => name.startsWith('GITHUB_') && value);
  return Object.fromEntries(own.map(([name, value]) => [name.slice('GITHUB_'.length).toLowerCase(), value!]));
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
