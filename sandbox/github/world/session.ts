import { randomUUID } from 'node:crypto';
import type { Job } from './jobs.js';
import type { RunnerRecord } from './runners.js';

/** What a runner program is told when it asks. */
export type Message =
  | { readonly type: 'job'; readonly jobId: number; readonly name: string }
  | { readonly type: 'cancel'; readonly jobId: number }
  | { readonly type: 'removed' };

/** The connection of one program that speaks for one runner. */
export class Session {
  readonly id = randomUUID();
  readonly inbox: Message[] = [];
  job: Job | undefined;
  /** Told of a new message while the program is asking. */
  wake: (() => void) | undefined;
  /** Runs out when the program has stopped asking. */
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
  /** How long an unanswered question for messages is held. GitHub: 50 s. */
  readonly pollMs: number;
  /** From one answer to the next question before the program counts as gone. */
  readonly leaseMs: number;
  /** From a program's end until its runner is shown offline. GitHub: a minute or so. */
  readonly offlineAfterMs: number;
  /** From a program's end in the middle of a job until that job fails. GitHub: ten minutes. */
  readonly lostJobAfterMs: number;
}
