/** What the core needs of GitHub, with the conventions of process.ts. `src/github` implements it. */

import type { Purpose } from '../kernel/patience.js';

export type Architecture = 'x86_64' | 'arm64';

export interface RegisterRequest {
  readonly name: string;
  readonly label: string;
  /** Further labels. */
  readonly labels?: readonly string[];
  /** A last label that names the run and start, for a runner whose name does not. */
  readonly origin?: string;
  readonly groupId: number;
  /** Relative to the runner's home. */
  readonly workFolder: string;
}

/** A runner that is registered and has not connected yet. */
export interface RegisteredRunner {
  readonly id: number;
  readonly name: string;
  /** The secret with which one machine can be this runner, once. The adapter's caller masks it. */
  readonly jitConfig: string;
}

export interface Runner {
  readonly id: number;
  readonly name: string;
  /** GitHub's value: `online`, `offline`. */
  readonly status: string;
  readonly busy: boolean;
  readonly labels: readonly string[];
  readonly version?: string;
  /** It takes jobs until it is removed. Absent for a single-use runner, and when GitHub does not say. */
  readonly isReused?: true;
}

/** With it, an instance registers runners itself. */
export interface RegistrationToken {
  /** A secret: whoever has it can register runners in the scope. The adapter's caller masks it. */
  readonly token: string;
  /** The address of the scope, for the runner program. */
  readonly url: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

export interface RunnerDownload {
  readonly url: string;
  readonly sha256: string;
  readonly version: string;
}

export interface RunnerGroup {
  readonly id: number;
  /** Absent for a repository's only group, and when the groups cannot be read. */
  readonly name?: string;
  /** A sentence on what could not be checked because a permission is missing. The start goes on. */
  readonly doubt?: string;
}

export interface GitHub {
  /**
   * Registers a just-in-time runner. A name conflict is a value and no `Failure`, because a lost answer causes it: the
   * caller registers again under a new name and removes the first runner. `unanswered`: the runner may have been
   * registered.
   */
  registerRunner(
    request: RegisterRequest,
    signal?: AbortSignal,
  ): Promise<RegisteredRunner | 'name-taken' | 'unanswered'>;
  /** A token with which runners register in the scope, for an hour. */
  createRegistrationToken(signal?: AbortSignal): Promise<RegistrationToken>;
  /** `undefined` only if GitHub answers that there is no such runner. */
  readRunner(id: number, purpose?: Purpose): Promise<Runner | undefined>;
  findRunnerByName(name: string): Promise<Runner | undefined>;
  /** All runners of the scope, on all pages. */
  listRunners(purpose?: Purpose): Promise<readonly Runner[]>;
  removeRunner(id: number): Promise<'removed' | 'absent' | 'busy'>;
  /**
   * The group with this name or id, or the default group. In an organization or enterprise, a group that is closed to
   * this repository or workflow is refused.
   *
   * @throws Failure that names the existing groups if there is no such group; `runner-group-unusable`
   */
  resolveGroup(nameOrId: string | undefined): Promise<RunnerGroup>;
  /** The runner application for Linux on this architecture, with GitHub's own checksum. */
  findDownload(version: string, architecture: Architecture): Promise<RunnerDownload>;
  /** When GitHub stops accepting this runner version (epoch ms); `unknown` if the server does not say (GHES). */
  readDeprecation(version: string): Promise<{ readonly refusedFrom?: number } | 'unknown'>;
  /** A file of the repository at a commit; `undefined` if there is no such file. */
  readFile(path: string, ref: string): Promise<string | undefined>;
  /** The factor by which to poll more slowly, from the last rate limit that GitHub sent. 1: poll as planned. */
  readonly pace: number;
}

/** One job of a run. GitHub does not list a job before its `needs` are done. */
export interface RunJob {
  readonly id: number;
  /** The name that GitHub shows, with matrix values and the names of the jobs that call the job's workflow. */
  readonly name: string;
  /** GitHub's value: `queued`, `in_progress`, `completed`, `waiting`, … */
  readonly status: string;
  /** Its `runs-on`. */
  readonly labels: readonly string[];
  /** The name of the runner that took the job. */
  readonly runnerName?: string;
  /** GitHub's value for a completed job: `success`, `failure`, `cancelled`, `skipped`, … */
  readonly conclusion?: string;
  /** Epoch ms. */
  readonly startedAt?: number;
  /** Epoch ms. */
  readonly completedAt?: number;
}

/** The part of GitHub that only a stop needs. */
export interface StopGitHub extends Pick<GitHub, 'listRunners' | 'readRunner' | 'removeRunner'> {
  /** The jobs of one run attempt, on all pages. @param repository `owner/repo` */
  listRunJobs(repository: string, runId: string, attempt: string): Promise<readonly RunJob[]>;
}

/** Whether a run attempt is over. `unknown`: GitHub has no such attempt, or not any more. */
export type AttemptState = 'active' | 'completed' | 'unknown';

/** The part of GitHub that only the reaper needs. */
export interface ReaperGitHub extends Pick<GitHub, 'listRunners' | 'readRunner' | 'removeRunner'> {
  /**
   * @param repository `owner/repo`. If the repository cannot be read, the port throws instead of answering `unknown`
   */
  readRunAttempt(repository: string, runId: string, attempt: string): Promise<AttemptState>;
}
