/** An event in GitHub, for timelines and tests. */
export interface GitHubEvent {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly name:
    | 'runner-registered'
    | 'runner-online'
    | 'runner-offline'
    | 'runner-removed'
    | 'job-queued'
    | 'job-started'
    | 'job-finished';
  readonly runner?: string;
  readonly runnerId?: number;
  readonly job?: string;
  readonly jobId?: number;
  /** A conclusion, or why a runner was removed. */
  readonly detail?: string;
}

export type EmitGitHub = (event: Omit<GitHubEvent, 'at'>) => void;
