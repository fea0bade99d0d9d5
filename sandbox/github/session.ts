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
  /** False for connections that only keep a runner online. */
  readonly takesJobs: boolean;

  constructor(
    readonly runner: RunnerRecord,
    takesJobs: boolean,
  ) {
    this.takesJobs = takesJobs;
  }

  push(message: Message): void {
    this.inbox.push(message);
    this.wake?.();
  }
}
