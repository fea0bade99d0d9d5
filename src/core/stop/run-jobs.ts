import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { repositoryOf, type Run } from '../kernel/identity.js';
import type { RunJob, StopGitHub } from '../ports/github.js';

/** The jobs of a run's current attempt, for a stop without a label. */
export interface RunJobs {
  readonly all: readonly RunJob[];
  /** The jobs that are not completed, without the job that stops. */
  readonly unfinished: readonly RunJob[];
}

/** The run, and the runner on which its stop job runs. */
export interface StopJob {
  readonly run: Run;
  /** RUNNER_NAME */
  readonly runnerName: string | undefined;
}

/** GitHub lists a job some seconds after the last of its `needs` is done. */
const SUCCESSOR_MS = 10_000;
const MOST_LISTINGS = 3;

/** @throws Failure `github-*` */
export async function listJobs(stopJob: StopJob, github: Pick<StopGitHub, 'listRunJobs'>): Promise<RunJobs> {
  const { run } = stopJob;
  const all = await github.listRunJobs(repositoryOf(run), run.runId, run.runAttempt);
  const own = findOwn(all, stopJob);
  return { all, unfinished: all.filter((job) => job.status !== 'completed' && job !== own) };
}

/**
 * Lists the jobs again when none seems unfinished. Right after the end of a job, GitHub does not list the jobs that
 * need it yet, so this function first waits {@link SUCCESSOR_MS} after the last end. It does not wait when the last job
 * ended longer ago.
 *
 * @throws Failure `github-*`, the signal's reason
 */
export async function awaitSuccessors(
  first: RunJobs,
  stopJob: StopJob,
  ports: { readonly github: Pick<StopGitHub, 'listRunJobs'>; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<RunJobs> {
  const { github, clock, signal } = ports;
  let jobs = first;
  for (let listings = 0; listings < MOST_LISTINGS && jobs.unfinished.length === 0; listings++) {
    const lastEnd = Math.max(...jobs.all.map(({ completedAt = -Infinity }) => completedAt));
    const wait = Math.min(lastEnd + SUCCESSOR_MS - clock.now(), SUCCESSOR_MS);
    if (wait <= 0) break;
    await clock.sleep(wait, signal);
    jobs = await listJobs(stopJob, github);
  }
  return jobs;
}

/**
 * The job in which this stop runs: the running job on this runner, or the only running job with its name (GITHUB_JOB is
 * the job's id, which is its name unless the workflow gives another). If neither identifies the job, the result is
 * `undefined`, and the job counts as another unfinished job. Then too many instances are kept, never too few.
 */
function findOwn(all: readonly RunJob[], { run, runnerName }: StopJob): RunJob | undefined {
  const running = all.filter(({ status }) => status === 'in_progress');
  const onThisRunner = running.filter((job) => job.runnerName !== undefined && job.runnerName === runnerName);
  if (onThisRunner.length > 0) return onThisRunner.length === 1 ? onThisRunner[0] : undefined;
  const alike = running.filter(({ name }) => isNamed(name, run.job));
  return alike.length === 1 ? alike[0] : undefined;
}

/** `stop`, `caller / stop`, `stop (arm64)`. */
export function isNamed(name: string, id: string): boolean {
  const last = name
    .split(' / ')
    .at(-1)!
    .replace(/ \(.*\)$/, '');
  return last.toLowerCase() === id.toLowerCase();
}

/** Whether the credentials are the reason, and not an outage. */
export function isPermissionMissing(error: unknown): error is Failure {
  return error instanceof Failure && ['github-forbidden', 'github-not-found'].includes(error.code);
}
