import { randomUUID } from 'node:crypto';
import type { Job } from './jobs.js';
import type { RunnerRecord } from './runners.js';

/** A message to a runner program, returned by its poll. */
export type Message =
  | { readonly type: 'job'; readonly jobId: number; readonly name: string }
  | { readonly type: 'cancel'; readonly jobId: number }
  | { readonly type: 'removed' };

/** The connection of one program as one runner. */
export class Session {
  readonly id = randomUUID();
  readonly inbox: Message[] = [];
  job: Job | undefined;
  /** Ends a waiting poll when there is a new message. */
  wake: (() => void) | undefined;
  /** Expires when the program no longer polls. */
  lease: NodeJS.Timeout | undefined;
  closed = false;

  constructor(
    readonly runner: RunnerRecord,
    /** False for connections that only keep a runner online. */
    readonly takesJobs: boolean,
  ) {}

  push(message: Message): void {
    this.inbox.push(message);
    this.wake?.();
  }
}

export interface Connection {
  readonly proof: string;
  readonly version: string;
  readonly os: string;
}

export interface Timing {
  /** How long a poll waits for a message. GitHub: 50 s. */
  readonly pollMs: number;
  /** The longest time between two polls before the program counts as gone. */
  readonly leaseMs: number;
  /** From a program's end until its runner is offline. GitHub: about a minute. */
  readonly offlineAfterMs: number;
  /** From a program's end in the middle of a job until that job fails. GitHub: ten minutes. */
  readonly lostJobAfterMs: number;
}
