/** What the core asks of GitHub: the conventions are those of `ports.ts`. `src/github` implements it. */

import type { Purpose } from '../kernel/patience.js';

export type Architecture = 'x86_64' | 'arm64';

export interface RegisterRequest {
  readonly name: string;
  readonly label: string;
  /** A further label, where the name does not tell whose it is. */
  readonly origin?: string;
  readonly groupId: number;
  /** Relative to the runner's home. */
  readonly workFolder: string;
}

/** A runner that GitHub knows and that nothing has connected as yet. */
export interface RegisteredRunner {
  readonly id: number;
  readonly name: string;
  /** The secret that lets one machine be this runner once; masked by the adapter's caller. */
  readonly jitConfig: string;
}

export interface Runner {
  readonly id: number;
  readonly name: string;
  /** GitHub's words: `online`, `offline`. */
  readonly status: string;
  readonly busy: boolean;
  readonly labels: readonly string[];
  readonly version?: string;
}

export interface RunnerDownload {
  readonly url: string;
  readonly sha256: string;
  readonly version: string;
}

export interface RunnerGroup {
  readonly id: number;
  /** What could not be checked for want of a permission, as a sentence: no reason to give up. */
  readonly doubt?: string;
}

export interface GitHub {
  /**
   * Registers a just-in-time runner. A name conflict is a value, because a lost answer makes one:
   * the caller registers again under a new name and removes the twin.
   */
  registerRunner(
    request: RegisterRequest,
    signal?: AbortSignal,
  ): Promise<RegisteredRunner | 'name-taken' | 'unanswered'>;
  /** `undefined` only when GitHub answers that there is no such runner. */
  readRunner(id: number, purpose?: Purpose): Promise<Runner | undefined>;
  findRunnerByName(name: string): Promise<Runner | undefined>;
  /** Every page of the scope's listing. */
  listRunners(purpose?: Purpose): Promise<readonly Runner[]>;
  removeRunner(id: number): Promise<'removed' | 'absent' | 'busy'>;
  /**
   * By name or id, else the default group; a `Failure` names the groups there are. In an organization or enterprise a
   * group is refused that gives no job of this repository and workflow a runner.
   */
  resolveGroup(nameOrId: string | undefined): Promise<RunnerGroup>;
  /** The runner application for Linux on this architecture, with GitHub's own checksum. */
  findDownload(version: string, architecture: Architecture): Promise<RunnerDownload>;
  /** When GitHub stops accepting this runner version (epoch ms); `unknown` where it does not say (GHES). */
  readDeprecation(version: string): Promise<{ readonly refusedFrom?: number } | 'unknown'>;
  /** A file of the repository at a commit; `undefined` when it is not there. */
  readFile(path: string, ref: string): Promise<string | undefined>;
  /** Suggests how much slower than planned to poll, from the rate limit last seen: 1 is as planned. */
  readonly pace: number;
}

/** One job of a run. GitHub lists it when its `needs` are done, and not before. */
export interface RunJob {
  readonly id: number;
  /** As it is shown: with its matrix values, and with the names of the jobs that call its workflow. */
  readonly name: string;
  /** GitHub's words: `queued`, `in_progress`, `completed`, `waiting`, … */
  readonly status: string;
  /** Its `runs-on`. */
  readonly labels: readonly string[];
  /** Of the runner that took it. */
  readonly runnerName?: string;
  /** Epoch ms. */
  readonly completedAt?: number;
}

/** What only a stop needs of GitHub. */
export interface StopGitHub extends Pick<GitHub, 'listRunners' | 'readRunner' | 'removeRunner'> {
  /** Every page of the jobs of one attempt. @param repository `owner/repo` */
  listRunJobs(repository: string, runId: string, attempt: string): Promise<readonly RunJob[]>;
}

/** Whether a run attempt is over; `unknown`: GitHub has no such attempt (any more). */
export type AttemptState = 'active' | 'completed' | 'unknown';

/** What only the reaper needs of GitHub. */
export interface ReaperGitHub extends Pick<GitHub, 'listRunners' | 'readRunner' | 'removeRunner'> {
  /** @param repository `owner/repo`, which must be readable for anything to be `unknown` */
  readRunAttempt(repository: string, runId: string, attempt: string): Promise<AttemptState>;
}
