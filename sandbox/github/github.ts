import type { Handler } from '../http.js';
import { createPullRequestControls, type PullRequestControls } from './pull-requests.js';
import { createHandler } from './routes/server.js';
import { seed, ENTERPRISE, HEAD_SHA, RUN_ID, type GitHubOptions } from './seed.js';
import type { State } from './state.js';
import type { Conclusion, Job, JobRequest } from './world/jobs.js';
import type { RateLimit, Run } from './world/records.js';
import type { RunnerRecord } from './world/runners.js';
import type { RepositorySettings } from './world/settings.js';
import type { App, Token } from './world/tokens.js';

export type { GitHubEvent } from './world/events.js';
export type { Conclusion, Job, JobRequest } from './world/jobs.js';
export type { RunnerRecord } from './world/runners.js';
export type { WorkflowEvent } from './pull-requests.js';
export type { GitHubOptions } from './seed.js';
export type { CommentRecord, ReactionRecord, StatusRecord } from './world/discussions.js';
export type { Deprecation, RateLimit, Repository, Run, RunnerGroup } from './world/records.js';
export type { Pull } from './world/settings.js';
export type { AppOptions, Installation, Permissions, Token } from './world/tokens.js';

/** A GitHub: its REST API as a handler, and what tests and rehearsals read and change without the API. */
export interface GitHubWorld extends Handler, PullRequestControls {
  /** A token with all permissions. */
  readonly token: string;
  /** The only App. The key is PEM. */
  readonly app: { readonly id: number; readonly privateKey: string };
  /** `owner/name` of the repository whose workflow runs. */
  readonly repository: string;
  readonly repositoryId: number;
  readonly organization: string;
  readonly enterprise: string;
  readonly runId: number;
  readonly sha: string;
  /** Text by path, or by `ref:path`. */
  readonly files: Map<string, string>;
  /** Commit by branch or tag. */
  readonly refs: Map<string, string>;
  /** Tags of the newest releases of projects other than the runner, by `owner/repo`. */
  readonly otherReleases: Map<string, string>;
  readonly runs: Map<number, Run>;
  readonly rateLimit: RateLimit;
  /** The Apps that were created from a manifest, by slug. */
  readonly createdApps: ReadonlyMap<string, App>;
  /** Variables and secrets of a repository. */
  settings(repository: string): RepositorySettings;
  runners(): readonly RunnerRecord[];
  jobs(): readonly Job[];
  queueJob(request: JobRequest): Job;
  /** Starts a job of this run on a GitHub-hosted runner. It runs until `end` is called. */
  hostJob(name: string, runnerName?: string): HostedJob;
  /** Adds a run of the first repository, by default one of a push to main that is in progress. */
  addRun(run: NewRun): Run;
  /** Registers a runner of the first repository and keeps it online, as `connectRunner` does. */
  addRunner(runner: { name: string; labels: readonly string[]; busy?: boolean }): RunnerRecord;
  addToken(token: Token): Token;
  revokeToken(token: string): void;
  /** Keeps a runner online without a program. The runner takes no job; `busy` only changes what GitHub shows. */
  connectRunner(id: number, as?: { version?: string; os?: string; busy?: boolean }): { disconnect(): void };
  /** Removes an idle just-in-time runner. Its program gets a message and exits. @throws Error if it is busy */
  removeIdleRunner(id: number): void;
  /** Removes a runner without a message to its program, which then listens forever. */
  loseJob(id: number): void;
  /** Ends all waiting requests. The caller closes the server. */
  close(): void;
}

export interface NewRun {
  readonly event?: string;
  readonly branch?: string;
  readonly status?: Run['status'];
  /** Of a completed run. Default: success. */
  readonly conclusion?: Run['conclusion'];
}

/** A job on a GitHub-hosted runner. `end` reports its conclusion. */
export interface HostedJob {
  readonly id: number;
  /** The value of RUNNER_NAME in its steps. */
  readonly runnerName: string;
  end(conclusion?: Conclusion): void;
}

type JobControls = Pick<GitHubWorld, 'jobs' | 'queueJob' | 'hostJob'>;
type RunnerControls = Pick<GitHubWorld, 'runners' | 'addRunner' | 'connectRunner' | 'removeIdleRunner' | 'loseJob'>;

/** A GitHub in memory, with one organization, its repositories and a running workflow. */
export function createGitHub(options: GitHubOptions = {}): GitHubWorld {
  const { state, token, appPrivateKey } = seed(options);
  const { switchboard, tokens, files, refs, otherReleases, runs, rateLimit } = state;
  const repository = state.repositories[0];
  if (!repository) throw new Error('A GitHub needs a repository.');
  return {
    ...createHandler(state),
    ...createJobControls(state),
    ...createRunnerControls(state, repository.name),
    ...createPullRequestControls(state, repository),
    token,
    get app() {
      return { id: state.app().options.id, privateKey: appPrivateKey() };
    },
    repository: repository.name,
    repositoryId: repository.id,
    organization: repository.name.split('/')[0] ?? '',
    enterprise: ENTERPRISE,
    runId: RUN_ID,
    sha: HEAD_SHA,
    files,
    refs,
    otherReleases,
    runs,
    rateLimit,
    addRun: (run) => addRun(runs, repository.name, run),
    createdApps: state.createdApps,
    settings: (name) => state.settings.of(name),
    addToken: (added) => tokens.add(added),
    revokeToken: (revoked) => tokens.revoke(revoked),
    close: () => switchboard.stop(),
  };
}

function addRun(runs: Map<number, Run>, repository: string, wanted: NewRun): Run {
  const { event = 'push', branch = 'main', status = 'in_progress', conclusion = 'success' } = wanted;
  const run: Run = {
    id: Math.max(0, ...runs.keys()) + 1,
    repository,
    attempt: 1,
    event,
    status,
    conclusion: status === 'completed' ? conclusion : null,
    headSha: HEAD_SHA,
    headBranch: branch,
    createdAt: Date.now(),
  };
  runs.set(run.id, run);
  return run;
}

function createJobControls({ runs, board, switchboard }: State): JobControls {
  return {
    jobs: () => board.all(),
    queueJob(request) {
      const run = runs.get(request.runId ?? RUN_ID);
      if (!run) throw new Error(`There is no run ${request.runId}.`);
      const full = {
        ...request,
        repository: request.repository ?? run.repository,
        runId: run.id,
        runAttempt: run.attempt,
      };
      const job = board.add(full, (cancelled) => switchboard.cancel(cancelled));
      switchboard.assign();
      return job;
    },
    hostJob(name, runnerName) {
      const run = runs.get(RUN_ID)!;
      const request = { name, labels: ['ubuntu-latest'], steps: [], repository: run.repository, runId: run.id };
      const job = board.add({ ...request, runAttempt: run.attempt }, (cancelled) => board.end(cancelled, 'cancelled'));
      job.runner = { id: 1_000_000 + job.id, name: runnerName ?? `GitHub Actions ${job.id}`, groupId: 0 };
      board.start(job);
      return { id: job.id, runnerName: job.runner.name, end: (conclusion = 'success') => board.end(job, conclusion) };
    },
  };
}

function createRunnerControls({ registry, switchboard, runnerVersion }: State, repository: string): RunnerControls {
  const runnerOf = (id: number) => {
    const runner = registry.find(id);
    if (!runner) throw new Error(`There is no runner ${id}.`);
    return runner;
  };
  const connectRunner: RunnerControls['connectRunner'] = (id, settings = {}) => {
    const { version = runnerVersion, os = 'Linux', busy = false } = settings;
    const runner = runnerOf(id);
    const session = switchboard.connect(runner, { version, os, takesJobs: false });
    runner.busy = busy;
    return {
      disconnect: () => {
        runner.busy = false;
        switchboard.close(session, 'lost');
      },
    };
  };
  return {
    runners: () => registry.all(),
    addRunner({ name, labels, busy = false }) {
      const scope = `repos/${repository}`.toLowerCase();
      const runner = registry.register({ scope, name, labels, groupId: 1, workFolder: '_work', ephemeral: true });
      connectRunner(runner.id, { busy });
      return runner;
    },
    connectRunner,
    removeIdleRunner(id) {
      const runner = runnerOf(id);
      if (runner.busy) throw new Error(`Runner ${runner.name} is busy.`);
      switchboard.remove(runner, 'idle for too long');
    },
    loseJob: (id) => void registry.forget(runnerOf(id), 'its job was lost'),
  };
}
