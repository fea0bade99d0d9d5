import { TAG, type Run } from '../kernel/identity.js';
import { isEnding } from '../instances/states.js';
import type { Instance } from '../ports/ec2.js';
import type { Runner, RunJob } from '../ports/github.js';
import { readTimeouts } from '../kernel/timeouts.js';
import type { RunJobs } from './run-jobs.js';

/** What a stop that is told neither label nor id does with one instance of its run, and why. */
export interface Choice {
  readonly kind: 'end' | 'keep';
  readonly why: string;
}

export interface ChoiceFacts {
  readonly run: Run;
  /** `absent` only when GitHub answers that there is no such runner; `unknown` when it could not be asked. */
  readonly runner: Runner | 'absent' | 'unknown';
  /** Absent when GitHub could not be asked for the run's jobs. */
  readonly jobs: RunJobs | undefined;
  readonly now: number;
}

/**
 * While other jobs of the run go on, only what no job can need any more is ended: a job that is not listed yet, for its
 * `needs` are not done, may come for any machine of this attempt that waits.
 */
export function choose(instance: Instance, facts: ChoiceFacts): Choice {
  if (isEnding(instance)) return end('it is ending already');
  const { runner, jobs } = facts;
  const job = jobs?.all.find(({ runnerName }) => runnerName === instance.tags[TAG.runnerName]);
  if (job && job.status !== 'completed') return keep(`job ${job.name} runs on it`);
  if (job) return end(`its runner has had its job, ${job.name}`);
  if (runner !== 'absent' && runner !== 'unknown' && runner.busy) return keep('its runner is busy');
  if (runner === 'unknown') return keep('its runner could not be asked for');
  if (runner === 'absent') return end('its runner has had its job, or was removed: GitHub does not know it any more');
  return jobs ? chooseByJobs(instance, runner, { ...facts, jobs }) : chooseByAge(instance, runner, facts);
}

function chooseByJobs(instance: Instance, runner: Runner, facts: ChoiceFacts & { readonly jobs: RunJobs }): Choice {
  const { run, jobs, now } = facts;
  if (isEarlier(instance, run)) {
    const waiting = jobs.unfinished.find((job) => asksFor(job, instance));
    if (waiting) return keep(`job ${waiting.name} asks for its label`);
    return end(`attempt ${instance.tags[TAG.runAttempt]} started it, and that is over`);
  }
  if (isOverdue(instance, runner, now)) return end('its runner did not come within its start-up limit');
  const others = jobs.unfinished.map(({ name }) => name).join(', ');
  return keep(`${describeWait(runner)}, and other jobs of this run are not over: ${others}`);
}

/** Without the jobs, what may be waiting for one is left for as long as its own timer lets it wait. */
function chooseByAge(instance: Instance, runner: Runner, { now }: ChoiceFacts): Choice {
  if (isOverdue(instance, runner, now)) return end('its runner did not come within its start-up limit');
  const timeouts = readTimeouts(instance.tags);
  const hasWaited = timeouts && now - sinceWhen(instance) >= timeouts.startupMs + timeouts.idleMs;
  return hasWaited ? end('its runner has waited for longer than its idle timeout') : keep(describeWait(runner));
}

export function isEarlier({ tags }: Pick<Instance, 'tags'>, run: Run): boolean {
  return Number(tags[TAG.runAttempt]) < Number(run.runAttempt);
}

/** When an instance that is left ends by itself. */
export function describeOwnEnd({ tags }: Instance): string {
  const timeouts = readTimeouts(tags);
  const idle = timeouts ? `${timeouts.idleMs / 60_000} min after its runner came online if no job comes` : undefined;
  const expires = tags[TAG.expiresAt];
  const atLatest = expires === undefined ? undefined : `at ${expires.replace(/\.\d+Z$/, 'Z')} at the latest`;
  return [idle, atLatest].filter((one) => one !== undefined).join(', ') || 'at its own idle timeout and lifetime';
}

function isOverdue(instance: Instance, { status, busy, version }: Runner, now: number): boolean {
  const timeouts = readTimeouts(instance.tags);
  // GitHub knows a runner's version from its first connection on.
  if (!timeouts || status === 'online' || busy || version !== undefined) return false;
  return now - sinceWhen(instance) >= timeouts.startupMs;
}

function sinceWhen({ launchedAt, tags }: Instance): number {
  return Math.max(launchedAt, Date.parse(tags[TAG.claimedAt] ?? '') || 0);
}

function asksFor({ labels }: RunJob, { tags }: Instance): boolean {
  return labels.includes(tags[TAG.label] ?? '');
}

function describeWait({ status }: Runner): string {
  return status === 'online' ? 'its runner waits for a job' : 'its runner is not online';
}

function end(why: string): Choice {
  return { kind: 'end', why };
}

function keep(why: string): Choice {
  return { kind: 'keep', why };
}
