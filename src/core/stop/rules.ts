import { isEnding } from '../instances/states.js';
import { unregisteredRunner } from '../instances/unregistered-runner.js';
import { TAG, type Run } from '../kernel/identity.js';
import { readTimeouts } from '../kernel/timeouts.js';
import type { Instance } from '../ports/ec2.js';
import type { Runner, RunJob } from '../ports/github.js';
import type { RunJobs } from './run-jobs.js';

/** What a stop with neither a label nor an id does with one instance of its run, and why. */
export interface StopDecision {
  readonly kind: 'end' | 'keep';
  readonly why: string;
}

/** One runner of an instance, as its tags name it and as GitHub has it. */
export interface RunnerState {
  /** Absent when the instance's tags name no runner here. */
  readonly name?: string;
  /** `absent` only when GitHub answers that there is no such runner; `unknown` when GitHub could not be asked. */
  readonly runner: Runner | 'absent' | 'unknown';
  /** It takes jobs until its instance ends, and is `absent` until the instance has registered it. */
  readonly isReused?: boolean;
}

export interface StopFacts {
  readonly run: Run;
  /** At least one. */
  readonly runners: readonly RunnerState[];
  /** Absent when the run's jobs could not be listed. */
  readonly jobs: RunJobs | undefined;
  readonly now: number;
}

/**
 * While other jobs of the run are unfinished, only an instance that no job can need is ended: GitHub does not list a
 * job before its `needs` are done, and such a job may still come to any waiting runner of this attempt. An instance
 * with several runners is ended when none of them can be needed.
 */
export function decideOnInstance(instance: Instance, facts: StopFacts): StopDecision {
  if (isEnding(instance)) return end('it is ending already');
  const running = findRunningJob(facts);
  if (running) return keep(`job ${running.name} runs on it`);
  const decisions = facts.runners.map((one) => judgeRunner(instance, one, facts));
  return decisions.find(({ kind }) => kind === 'keep') ?? decisions[0]!;
}

/** A job that is not over, on one of the instance's runners. */
export function findRunningJob(facts: StopFacts): RunJob | undefined {
  const all = facts.jobs?.all ?? [];
  const isOnAny = ({ runnerName }: RunJob) => facts.runners.some(({ name }) => name === runnerName);
  return all.find((job) => job.runnerName !== undefined && job.status !== 'completed' && isOnAny(job));
}

/** Judges one runner of an instance, once it is known that no listed job runs on the instance. */
function judgeRunner(instance: Instance, state: RunnerState, facts: StopFacts): StopDecision {
  if (state.isReused) return judgeReused(instance, state, facts);
  const { runner } = state;
  const job = findJob(state, facts);
  if (job) return end(`its runner has had its job, ${job.name}`);
  if (runner === 'unknown') return keep('GitHub could not be asked for its runner');
  if (runner === 'absent') return end('its runner has had its job, or was removed: GitHub no longer knows it');
  if (runner.busy) return keep('its runner is busy');
  const { jobs } = facts;
  return jobs ? judgeByJobs(instance, runner, { ...facts, jobs }) : judgeByAge(instance, runner, facts);
}

/** Judges a runner that takes jobs until its instance ends: jobs that it has had prove nothing. */
function judgeReused(instance: Instance, { name = '', runner }: RunnerState, facts: StopFacts): StopDecision {
  if (runner === 'unknown') return keep('GitHub could not be asked for its runner');
  const registered = runner === 'absent' ? unregisteredRunner(name) : runner;
  if (registered.busy) return keep('its runner is busy');
  const { jobs, now } = facts;
  if (jobs) return judgeByJobs(instance, registered, { ...facts, jobs });
  if (isOverdue(instance, registered, now)) return end('its runner did not connect within its start-up limit');
  return keep(describeWait(registered));
}

function findJob({ name }: RunnerState, { jobs }: StopFacts): RunJob | undefined {
  return jobs?.all.find(({ runnerName }) => runnerName === name);
}

function judgeByJobs(instance: Instance, runner: Runner, facts: StopFacts & { readonly jobs: RunJobs }): StopDecision {
  const { run, jobs, now } = facts;
  if (isEarlier(instance, run)) {
    const waiting = jobs.unfinished.find((job) => asksFor(job, instance, runner));
    if (waiting) return keep(`job ${waiting.name} asks for its label`);
    return end(`attempt ${instance.tags[TAG.runAttempt]} started it, and that attempt is over`);
  }
  if (isOverdue(instance, runner, now)) return end('its runner did not connect within its start-up limit');
  const others = jobs.unfinished.map(({ name }) => name).join(', ');
  return keep(`${describeWait(runner)}, and other jobs of this run are unfinished: ${others}`);
}

/** Judges without the list of jobs: a waiting runner is kept until its own timeouts are over. */
function judgeByAge(instance: Instance, runner: Runner, { now }: StopFacts): StopDecision {
  if (isOverdue(instance, runner, now)) return end('its runner did not connect within its start-up limit');
  const timeouts = readTimeouts(instance.tags);
  const hasWaited = timeouts && now - startedAt(instance) >= timeouts.startupMs + timeouts.idleMs;
  return hasWaited ? end('its runner has waited for longer than its idle timeout') : keep(describeWait(runner));
}

/** Whether an earlier attempt of the run started it. */
function isEarlier({ tags }: Instance, run: Run): boolean {
  return Number(tags[TAG.runAttempt]) < Number(run.runAttempt);
}

/** When an instance that is kept ends by itself. */
export function describeOwnEnd({ tags }: Instance): string {
  const timeouts = readTimeouts(tags);
  const idle = timeouts ? `${timeouts.idleMs / 60_000} min after its runner came online if no job comes` : undefined;
  const expires = tags[TAG.expiresAt];
  const atLatest = expires === undefined ? undefined : `at ${expires.replace(/\.\d+Z$/, 'Z')} at the latest`;
  return [idle, atLatest].filter((one) => one !== undefined).join(', ') || 'at its own idle timeout and lifetime';
}

/** Whether its runner has not connected within the start-up limit. GitHub knows a runner's version once it connected. */
export function isOverdue(instance: Instance, { status, busy, version }: Runner, now: number): boolean {
  const timeouts = readTimeouts(instance.tags);
  if (!timeouts || status === 'online' || busy || version !== undefined) return false;
  return now - startedAt(instance) >= timeouts.startupMs;
}

/**
 * Whether a runner without an instance certainly had one: an instance registered it and brought it online, and it is
 * offline. EC2 lists an instance before it boots.
 */
export function hasOutlivedInstance({ isReused, status, busy, version }: Runner): boolean {
  return isReused === true && status === 'offline' && !busy && version !== undefined;
}

/** When it was launched, or claimed from a pool; epoch ms. */
export function startedAt({ launchedAt, tags }: Instance): number {
  return Math.max(launchedAt, Date.parse(tags[TAG.claimedAt] ?? '') || 0);
}

/**
 * Whether a job asks for the label of the instance's start or of one of its roles, or for labels that all are among the
 * runner's.
 */
export function asksFor({ labels }: RunJob, { tags }: Instance, runner?: Runner): boolean {
  const label = tags[TAG.label] ?? '';
  const own = runner?.labels.map((one) => one.toLowerCase()) ?? [];
  const isServed = labels.length > 0 && labels.every((one) => own.includes(one.toLowerCase()));
  return isServed || labels.some((one) => one === label || (label !== '' && one.startsWith(`${label}-`)));
}

function describeWait({ status }: Runner): string {
  return status === 'online' ? 'its runner waits for a job' : 'its runner is not online';
}

export function end(why: string): StopDecision {
  return { kind: 'end', why };
}

export function keep(why: string): StopDecision {
  return { kind: 'keep', why };
}
