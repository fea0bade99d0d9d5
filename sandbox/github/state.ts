import type { JobBoard } from './jobs.js';
import type { RunnerRegistry } from './runners.js';
import type { SecondaryLimit } from './secondary-limit.js';
import type { Switchboard } from './switchboard.js';
import type { App, TokenStore } from './tokens.js';

export interface Repository {
  readonly id: number;
  /** `owner/name`. */
  readonly name: string;
  readonly defaultBranch: string;
  readonly private: boolean;
}

/** A workflow run as far as tests care. Its jobs are those of the job board. */
export interface Run {
  readonly id: number;
  readonly repository: string;
  attempt: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: 'success' | 'failure' | 'cancelled' | null;
  readonly headSha: string;
  readonly headBranch: string;
  readonly createdAt: number;
  /** The reusable workflows it calls, as `owner/name/path@ref`. */
  readonly calls?: readonly string[];
}

/** Of organizations and the enterprise, with GitHub's own defaults. */
export interface RunnerGroup {
  readonly id: number;
  readonly name: string;
  /** Default: `all`. */
  readonly visibility?: 'all' | 'selected' | 'private';
  /** With `selected`: `owner/name` of repositories, or names of organizations. */
  readonly selected?: readonly string[];
  /** Default: false. */
  readonly allowsPublicRepositories?: boolean;
  /** `owner/name/path@ref`; absent: not restricted to any. */
  readonly selectedWorkflows?: readonly string[];
}

/** When GitHub stops speaking with a version of the runner, as ISO 8601; absent: not known to end. */
export interface Deprecation {
  readonly registration?: string;
  readonly runtime?: string;
}

/** All there is in this GitHub: what the routes read and change. */
export interface State {
  readonly registry: RunnerRegistry;
  readonly board: JobBoard;
  readonly switchboard: Switchboard;
  readonly tokens: TokenStore;
  /** The one App that is known here. */
  app(): App;
  readonly repositories: readonly Repository[];
  readonly runs: Map<number, Run>;
  readonly groups: readonly RunnerGroup[];
  /** Text by path, or by `ref:path` for one commit, branch or tag only. */
  readonly files: Map<string, string>;
  /** Commit by branch or tag. */
  readonly refs: Map<string, string>;
  readonly registrationTokens: Map<string, { readonly scope: string; readonly expiresAt: number }>;
  /** The newest runner version there is. */
  readonly runnerVersion: string;
  /** Tags of the newest releases of other projects, by `owner/repo`. */
  readonly otherReleases: Map<string, string>;
  /** The releases of the runner. */
  readonly versions: ReadonlyMap<string, Deprecation>;
  /** False for a server (GHES) that does not know the question for a version's end. */
  readonly tellsDeprecations: boolean;
  readonly rateLimit: RateLimit;
  /** Absent: GitHub takes whatever comes, however fast. */
  readonly secondaryLimit: SecondaryLimit | undefined;
}

/** Settable: what the caller has left. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** Seconds since the epoch. */
  resetAt: number;
}
