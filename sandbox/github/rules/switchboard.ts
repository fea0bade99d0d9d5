import { GitHubError } from '../world/errors.js';
import type { EmitGitHub } from '../world/events.js';
import type { Conclusion, Job, JobBoard } from '../world/jobs.js';
import { hasLabels, proofOf, serves, type RunnerRecord, type RunnerRegistry } from '../world/runners.js';
import { Session, type Connection, type Message, type Timing } from '../world/session.js';

export interface Parties {
  readonly registry: RunnerRegistry;
  readonly board: JobBoard;
  readonly timing: Timing;
  readonly emit: EmitGitHub;
  /** Throws if GitHub no longer supports this version of the runner program. */
  readonly checkVersion: (version: string) => void;
  /** Whether the runner's group may serve this repository. */
  readonly mayUse: (runner: RunnerRecord, repository: string) => boolean;
}

/** Assigns jobs to connected runner programs. */
export class Switchboard {
  readonly #sessions = new Map<string, Session>();
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(private readonly parties: Parties) {}

  /**
   * @throws GitHubError 404 if the runner was deleted, 401 for another runner's credentials, 409 while another program is
   * connected as this runner, 403 for a version that GitHub refuses
   */
  open(runnerId: number, connection: Connection): Session {
    const runner = this.parties.registry.find(runnerId);
    if (!runner) {
      throw new GitHubError(404, 'The runner registration has been deleted from the server, please re-configure.');
    }
    if (connection.proof !== proofOf(runner.credentials)) throw new GitHubError(401, 'Bad credentials');
    if (this.of(runner)) throw new GitHubError(409, 'A session for this runner already exists.');
    this.parties.checkVersion(connection.version);
    return this.connect(runner, { ...connection, takesJobs: true });
  }

  /** Brings a runner online. */
  connect(runner: RunnerRecord, as: { version: string; os: string; takesJobs: boolean }): Session {
    const session = new Session(runner, as.takesJobs);
    this.#sessions.set(session.id, session);
    Object.assign(runner, { status: 'online', version: as.version, os: as.os });
    this.parties.emit({ name: 'runner-online', ...eventDetails(runner), detail: as.version });
    if (as.takesJobs) this.#lease(session);
    this.assign();
    return session;
  }

  /** @throws GitHubError 404 */
  get(id: string): Session {
    const session = this.#sessions.get(id);
    if (!session) throw new GitHubError(404, 'There is no such session.');
    return session;
  }

  of(runner: RunnerRecord): Session | undefined {
    return [...this.#sessions.values()].find((session) => session.runner === runner);
  }

  /** Waits for the next message. `undefined` after `pollMs` without one. The signal aborts when the client disconnects. */
  async poll(session: Session, signal: AbortSignal): Promise<Message | undefined> {
    clearTimeout(session.lease);
    if (session.inbox.length === 0 && !session.closed && !signal.aborted) await this.#arrival(session, signal);
    if (signal.aborted) this.close(session, 'lost');
    else this.#lease(session);
    return session.inbox.shift();
  }

  /** Assigns queued jobs, oldest first, to idle runners that have all of their labels. */
  assign(): void {
    for (const job of this.parties.board.waiting()) {
      const session = [...this.#sessions.values()].find((candidate) => this.#canTake(candidate, job));
      if (!session) continue;
      const { runner } = session;
      runner.busy = true;
      session.job = job;
      job.runner = { id: runner.id, name: runner.name, groupId: runner.groupId };
      session.push({ type: 'job', jobId: job.id, name: job.name });
    }
  }

  /** @throws GitHubError 409 if the job is not, or no longer, assigned to this runner */
  acquire(session: Session, jobId: number): Job {
    const { job } = session;
    if (job?.id !== jobId || job.status !== 'queued')
      throw new GitHubError(409, 'The job is no longer assigned to this runner.');
    this.parties.board.start(job);
    return job;
  }

  /** Records the conclusion that the runner reports. An ephemeral runner is removed. */
  finish(session: Session, conclusion: Conclusion): void {
    const { job, runner } = session;
    if (!job) return;
    session.job = undefined;
    runner.busy = false;
    if (runner.ephemeral) this.parties.registry.forget(runner, 'its job is done');
    this.parties.board.end(job, conclusion);
    this.assign();
  }

  /** Cancels a job. A queued one ends at once, a running one when its runner reports the end. */
  cancel(job: Job): void {
    const session = [...this.#sessions.values()].find((candidate) => candidate.job === job);
    if (session && job.status === 'in_progress') return session.push({ type: 'cancel', jobId: job.id });
    if (session) this.#release(session);
    this.parties.board.end(job, 'cancelled');
    this.assign();
  }

  /** Removes a runner. Its program, if there is one, gets a message at its next poll. */
  remove(runner: RunnerRecord, why: string): void {
    this.parties.registry.forget(runner, why);
    this.of(runner)?.push({ type: 'removed' });
  }

  /** The program has signed off, or its connection broke (`lost`). Its runner stays listed, offline. */
  close(session: Session, how: 'signed off' | 'lost'): void {
    if (session.closed) return;
    session.closed = true;
    clearTimeout(session.lease);
    this.#sessions.delete(session.id);
    session.wake?.();
    const { job, runner } = session;
    const { offlineAfterMs, lostJobAfterMs } = this.parties.timing;
    this.#after(how === 'lost' ? offlineAfterMs : 0, () => this.#goOffline(runner, how));
    if (job?.status === 'queued') this.#release(session);
    else if (job) this.#after(lostJobAfterMs, () => this.#loseJob(session, job));
    this.assign();
  }

  /** Ends all timers and polls. */
  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    for (const session of this.#sessions.values()) {
      clearTimeout(session.lease);
      session.closed = true;
      session.wake?.();
    }
  }

  #canTake(session: Session, job: Job): boolean {
    const { runner } = session;
    if (!session.takesJobs || session.job || runner.status !== 'online') return false;
    if (!this.parties.registry.find(runner.id)) return false;
    const { repository, labels } = job.request;
    return serves(runner.scope, repository) && this.parties.mayUse(runner, repository) && hasLabels(runner, labels);
  }

  #arrival(session: Session, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        session.wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, this.parties.timing.pollMs);
      session.wake = done;
      signal.addEventListener('abort', done);
    });
  }

  #lease(session: Session): void {
    clearTimeout(session.lease);
    if (session.closed) return;
    session.lease = setTimeout(() => this.close(session, 'lost'), this.parties.timing.leaseMs).unref();
  }

  /** Returns a job that has not started to the queue. */
  #release(session: Session): void {
    if (session.job) session.job.runner = undefined;
    session.job = undefined;
    session.runner.busy = false;
  }

  #goOffline(runner: RunnerRecord, detail: string): void {
    if (this.of(runner)) return; // A new program has connected in the meantime.
    runner.status = 'offline';
    if (!this.parties.registry.find(runner.id)) return;
    this.parties.emit({ name: 'runner-offline', ...eventDetails(runner), detail });
  }

  #loseJob(session: Session, job: Job): void {
    session.runner.busy = false;
    job.append('The self-hosted runner lost communication with the server.\n');
    this.parties.board.end(job, job.cancelRequested ? 'cancelled' : 'failure');
  }

  #after(ms: number, act: () => void): void {
    if (ms === 0) return act();
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      act();
    }, ms).unref();
    this.#timers.add(timer);
  }
}

function eventDetails(runner: RunnerRecord) {
  return { runner: runner.name, runnerId: runner.id };
}
