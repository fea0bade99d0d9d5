import type { EmitGitHub } from './events.js';

export type Conclusion = 'success' | 'failure' | 'cancelled';

export interface JobRequest {
  /** A runner must have all of them. */
  readonly labels: readonly string[];
  /** Shell scripts, one per step, each run by `bash -e`. */
  readonly steps: readonly string[];
  /** Default: `job`. */
  readonly name?: string;
  /** `owner/name`. Default: the first repository. */
  readonly repository?: string;
  readonly runId?: number;
  /** The work folder starts as a copy of this directory. */
  readonly directory?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface JobStep {
  readonly name: string;
  readonly number: number;
  status: 'queued' | 'in_progress' | 'completed';
  conclusion: Conclusion | 'skipped' | null;
}

/** A queued, running or finished workflow job. */
export class Job {
  status: 'queued' | 'in_progress' | 'completed' = 'queued';
  conclusion: Conclusion | null = null;
  runner: { readonly id: number; readonly name: string; readonly groupId: number } | undefined;
  readonly createdAt = Date.now();
  startedAt: number | undefined;
  completedAt: number | undefined;
  readonly steps: JobStep[];
  readonly finished: Promise<Conclusion>;
  /** Set once, when its cancellation was requested. */
  cancelRequested = false;
  readonly #listeners = new Set<(text: string) => void>();
  #log = '';
  #resolve: (conclusion: Conclusion) => void = () => undefined;

  constructor(
    readonly id: number,
    readonly request: JobRequest & { readonly repository: string; readonly runId: number; readonly runAttempt: number },
    private readonly onCancel: (job: Job) => void,
  ) {
    this.finished = new Promise((resolve) => (this.#resolve = resolve));
    this.steps = request.steps.map((script, index) => ({
      name: `Run ${script.split('\n')[0]}`,
      number: index + 1,
      status: 'queued',
      conclusion: null,
    }));
  }

  get name(): string {
    return this.request.name ?? 'job';
  }

  /** Everything that its steps have printed so far. */
  get log(): string {
    return this.#log;
  }

  /** Calls back with the log so far, if any, and then with each new piece. Returns a function that ends the subscription. */
  onLog(listener: (text: string) => void): () => void {
    if (this.#log) listener(this.#log);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  append(text: string): void {
    this.#log += text;
    for (const listener of this.#listeners) listener(text);
  }

  cancel(): void {
    if (this.status === 'completed' || this.cancelRequested) return;
    this.cancelRequested = true;
    this.onCancel(this);
  }

  end(conclusion: Conclusion): void {
    this.status = 'completed';
    this.conclusion = conclusion;
    this.completedAt = Date.now();
    for (const step of this.steps.filter(({ status }) => status !== 'completed')) {
      step.conclusion = step.status === 'queued' ? 'skipped' : conclusion;
      step.status = 'completed';
    }
    this.#resolve(conclusion);
  }
}

/** All jobs of this GitHub. */
export class JobBoard {
  readonly #jobs = new Map<number, Job>();
  #nextId = 9001;

  constructor(private readonly emit: EmitGitHub) {}

  add(request: Job['request'], onCancel: (job: Job) => void): Job {
    const job = new Job(this.#nextId++, request, onCancel);
    this.#jobs.set(job.id, job);
    this.emit({ name: 'job-queued', job: job.name, jobId: job.id, detail: request.labels.join(', ') });
    return job;
  }

  all(): Job[] {
    return [...this.#jobs.values()];
  }

  find(id: number): Job | undefined {
    return this.#jobs.get(id);
  }

  /** Queued jobs without a runner, oldest first. */
  waiting(): Job[] {
    return this.all().filter((job) => job.status === 'queued' && !job.runner);
  }

  start(job: Job): void {
    job.status = 'in_progress';
    job.startedAt = Date.now();
    this.emit({ name: 'job-started', ...eventDetails(job) });
  }

  end(job: Job, conclusion: Conclusion): void {
    if (job.status === 'completed') return;
    job.end(conclusion);
    this.emit({ name: 'job-finished', ...eventDetails(job), detail: conclusion });
  }
}

function eventDetails(job: Job) {
  return { job: job.name, jobId: job.id, ...(job.runner && { runner: job.runner.name, runnerId: job.runner.id }) };
}
