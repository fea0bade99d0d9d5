import { Failure } from '../kernel/failure.js';
import { repositoryOf, type Run } from '../kernel/identity.js';
import type { Clock } from '../kernel/clock.js';
import type { RunJob, StopGitHub } from '../ports/github.js';

/** The jobs of a run's present attempt, as a stop without a label looks at them. */
export interface RunJobs {
  readonly all: readonly RunJob[];
  /** Those that are not over, without the one that asks. */
  readonly unfinished: readonly RunJob[];
}

/** Whose jobs, and which of them asks. */
export interface Asker {
  readonly run: Run;
  /** `RUNNER_NAME` */
  readonly runnerName: string | undefined;
}

/** GitHub lists a job some seconds after the last of its `needs` is done. */
const SUCCESSOR_MS = 10_000;
const ROUNDS = 3;

/** @throws Failure `github-*` */
export async function listJobs(asker: Asker, github: Pick<StopGitHub, 'listRunJobs'>): Promise<RunJobs> {
  const { run } = asker;
  const all = await github.listRunJobs(repositoryOf(run), run.runId, run.runAttempt);
  const own = findOwn(all, asker);
  return { all, unfinished: all.filter((job) => job.status !== 'completed' && job !== own) };
}

/**
 * The same where nothing seems to be unfinished: right after a job's end, the jobs that need it are not listed yet, so
 * this waits until they would be. It waits for nothing when the last end is longer ago.
 *
 * @throws Failure `github-*`, the signal's reason
 */
export async function awaitSuccessors(
  first: RunJobs,
  asker: Asker,
  ports: { readonly github: Pick<StopGitHub, 'listRunJobs'>; readonly clock: Clock; readonly signal: AbortSignal },
): Promise<RunJobs> {
  const { github, clock, signal } = ports;
  let jobs = first;
  for (let round = 0; round < ROUNDS && jobs.unfinished.length === 0; round++) {
    const lastEnd = Math.max(...jobs.all.map(({ completedAt = -Infinity }) => completedAt));
    const wait = Math.min(lastEnd + SUCCESSOR_MS - clock.now(), SUCCESSOR_MS);
    if (wait <= 0) break;
    await clock.sleep(wait, signal);
    jobs = await listJobs(asker, github);
  }
  return jobs;
}

/**
 * The job that asks is one of those that are running: the one whose runner has this runner's name, or the only one that
 * is called like it (GITHUB_JOB is the job's id, which is its name where it has no other). Where that cannot be told it
 * is taken for another job, which keeps more machines than needed and none too few.
 */
function findOwn(all: readonly RunJob[], { run, runnerName }: Asker): RunJob | undefined {
  const running = all.filter(({ status }) => status === 'in_progress');
  const here = running.filter((job) => job.runnerName !== undefined && job.runnerName === runnerName);
  if (here.length > 0) return here.length === 1 ? here[0] : undefined;
  const alike = running.filter(({ name }) => isNamed(name, run.job));
  return alike.length === 1 ? alike[0] : undefined;
}

/** `stop`, `caller / stop`, `stop (arm64)`. */
function isNamed(name: string, id: string): boolean {
  const last = name
    .split(' / ')
    .at(-1)!
    .replace(/ \(.*\)$/, '');
  return last.toLowerCase() === id.toLowerCase();
}

/** Whether the credentials are the reason, and not GitHub or the way there. */
export function isPermissionMissing(error: unknown): error is Failure {
  return error instanceof Failure && ['github-forbidden', 'github-not-found'].includes(error.code);
}
