export interface Repository {
  readonly id: number;
  /** `owner/name`. */
  readonly name: string;
  readonly defaultBranch: string;
  readonly private: boolean;
  /** False if the callers may read, but not administer it. Default: true. */
  readonly admin?: boolean;
  /** Which actions its workflows may use; `off` if it may not run workflows. Default: `all`. */
  readonly actions?: 'all' | 'local_only' | 'selected' | 'off';
  /** Whether a policy forbids variables and secrets. Default: false. */
  readonly forbidsSettings?: boolean;
  /** Which other repositories may use the actions of a private one. Default: `none`. */
  readonly accessLevel?: 'none' | 'user' | 'organization';
}

/** A workflow run. Its jobs are on the job board. */
export interface Run {
  readonly id: number;
  readonly repository: string;
  attempt: number;
  /** What triggered it. Default: `push`. */
  readonly event?: string;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: 'success' | 'failure' | 'cancelled' | null;
  readonly headSha: string;
  readonly headBranch: string;
  readonly createdAt: number;
  /** The reusable workflows that it calls, as `owner/name/path@ref`. */
  readonly calls?: readonly string[];
}

/** A runner group of an organization or the enterprise, with GitHub's own defaults. */
export interface RunnerGroup {
  readonly id: number;
  readonly name: string;
  /** Default: `all`. */
  readonly visibility?: 'all' | 'selected' | 'private';
  /** With `selected`: `owner/name` of repositories, or names of organizations. */
  readonly selected?: readonly string[];
  /** Default: false. */
  readonly allowsPublicRepositories?: boolean;
  /** `owner/name/path@ref`. Absent: not restricted. */
  readonly selectedWorkflows?: readonly string[];
}

/** When GitHub ends its support for a runner version, as ISO 8601. Absent: no end announced. */
export interface Deprecation {
  readonly registration?: string;
  readonly runtime?: string;
}

/** The caller's rate limit. Tests may set it. */
export interface RateLimit {
  limit: number;
  remaining: number;
  /** Seconds since the epoch. */
  resetAt: number;
}
