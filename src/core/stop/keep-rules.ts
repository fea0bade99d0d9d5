import { isOff } from '../instances/states.js';
import type { BootPhase } from '../kernel/boot-phases.js';
import { LONGEST_KEEP_MINUTES } from '../kernel/bounds.js';
import { TAG } from '../kernel/identity.js';
import { readRunnerNames } from '../kernel/runner-tags.js';
import type { Instance } from '../ports/ec2.js';
import type { RunJob } from '../ports/github.js';

/** Whether a stop leaves an instance for people to look at, until when (epoch ms), and why. */
export type KeepDecision =
  | { readonly kind: 'keep'; readonly until: number; readonly why: string }
  | { readonly kind: 'end'; readonly why?: string }
  /** GitHub's jobs do not decide: the console does. */
  | { readonly kind: 'ask-console' };

/** GitHub's conclusions of a job that people may want to look into. A canceled job is none. */
const FAILED: readonly (string | undefined)[] = ['failure', 'timed_out'];
const END = { kind: 'end' } as const;

/** Whether its start wants it kept after a job (`keep-on-failure-minutes`, `keep-minutes`). */
export function mayBeKept(instance: Instance): boolean {
  return readMinutes(instance) !== undefined && !isOff(instance);
}

/** An instance that an earlier stop has kept; `undefined` if none has. */
export function decideByTag(instance: Instance, now: number): KeepDecision | undefined {
  const text = instance.tags[TAG.keepUntil];
  if (text === undefined) return undefined;
  const until = Math.min(Date.parse(text), readEnd(instance));
  if (until > now) return { kind: 'keep', until, why: 'an earlier stop kept it' };
  return { kind: 'end', why: 'the time for which it was kept is over' };
}

/** @param jobs of the run attempt that started the instance */
export function decideByJobs(instance: Instance, jobs: readonly RunJob[], now: number): KeepDecision {
  const names = readRunnerNames(instance.tags);
  const own = jobs.filter(({ runnerName }) => runnerName !== undefined && names.includes(runnerName));
  const reasons = isAlways(instance) ? [...FAILED, 'success'] : FAILED;
  const decisive = own.filter(({ status, conclusion }) => status === 'completed' && reasons.includes(conclusion));
  if (decisive.length === 0) {
    // GitHub may show the end of a job late, and the agent sees a failure at once.
    return own.length > 0 && own.every(({ status }) => status === 'completed') ? END : { kind: 'ask-console' };
  }
  const ended = Math.max(...decisive.map(({ completedAt = now }) => completedAt));
  const until = Math.min(ended + readMinutes(instance)! * 60_000, readEnd(instance));
  const why = explain(instance, decisive.map(({ name }) => name).join(', '));
  return until > now ? { kind: 'keep', until, why } : END;
}

/** Reads the boot agent's phase `kept`, whose detail is `until <ISO> after <job>`. */
export function decideByConsole(instance: Instance, phases: readonly BootPhase[], now: number): KeepDecision {
  const detail = phases.findLast(({ name }) => name === 'kept')?.detail ?? '';
  const [, time = '', job = ''] = /^until (\S+)(?: after (.*))?$/.exec(detail) ?? [];
  const until = Math.min(Date.parse(time), readEnd(instance));
  if (!(until > now)) return END;
  return { kind: 'keep', until, why: explain(instance, job) };
}

/** @param job '' if it is not known */
function explain(instance: Instance, job: string): string {
  return `${job === '' ? 'a job' : `job ${job}`} ${isAlways(instance) ? 'ended' : 'failed'} on it`;
}

/** The minutes of the tag; `undefined` for a text that start-runner does not write. */
function readMinutes({ tags }: Instance): number | undefined {
  const [, text] = /^([1-9]\d{0,3})(?: always)?(?: ssm)?$/.exec(tags[TAG.keepOnFailure] ?? '') ?? [];
  return text !== undefined && Number(text) <= LONGEST_KEEP_MINUTES ? Number(text) : undefined;
}

/** Whether it is kept after a job that passed, too (`keep-minutes`). */
function isAlways({ tags }: Pick<Instance, 'tags'>): boolean {
  return tags[TAG.keepOnFailure]?.includes(' always') ?? false;
}

/** Whether people can open a shell on it by Systems Manager. */
export function hasSessions({ tags }: Instance): boolean {
  return tags[TAG.keepOnFailure]?.endsWith(' ssm') ?? false;
}

/** The end of its lifetime, which nothing extends; epoch ms. */
function readEnd({ tags }: Instance): number {
  const end = Date.parse(tags[TAG.expiresAt] ?? '');
  return Number.isNaN(end) ? -Infinity : end;
}
