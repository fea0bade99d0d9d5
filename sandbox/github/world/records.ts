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

/** Settable: what the caller has left. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** Seconds since the epoch. */
  resetAt: number;
}
