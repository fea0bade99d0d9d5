import { composeName, type Run, TAG } from './identity.js';
import type { Tags } from './tags.js';

/** The parts of a runner that name its run and start. */
interface NamedRunner {
  readonly name: string;
  readonly labels: readonly string[];
}

/**
 * The prefix of the runner names that claim a pooled instance. A start claims an instance by registering a runner with
 * the instance's id in its name. GitHub accepts a name once per scope, so only one start succeeds.
 */
const CLAIM = 'ec2-pool-';

/** The name of the runner that claims this instance. */
export function nameClaim(instanceId: string): string {
  return `${CLAIM}${instanceId}`;
}

export function isClaim(runnerName: string): boolean {
  return runnerName.startsWith(CLAIM);
}

/** The second label of a claiming runner, which names its run and start; its name has the instance's id instead. */
export function originOf(run: Run, startId: string): string {
  return composeName(run, startId);
}

/**
 * The texts that name a runner's run and start: its name, or the labels of a claiming runner. A hyphen is added to the
 * labels, so that `-<start>-` occurs in both.
 */
function originsOf({ name, labels }: NamedRunner): readonly string[] {
  return isClaim(name) ? labels.map((label) => `${label}-`) : [name];
}

export function isOfRun(runner: NamedRunner, { runId, attempt }: { runId: string; attempt?: string }) {
  const beginning = attempt === undefined ? `ec2-${runId}-` : `ec2-${runId}-${attempt}-`;
  return originsOf(runner).some((origin) => origin.startsWith(beginning));
}

/** The run attempt that a runner of this run belongs to; `undefined` for a runner of another run. */
export function attemptOf(runner: NamedRunner, runId: string): number | undefined {
  const beginning = `ec2-${runId}-`;
  const origin = originsOf(runner).find((one) => one.startsWith(beginning));
  return origin === undefined ? undefined : Number.parseInt(origin.slice(beginning.length), 10);
}

export function isOfStart(runner: NamedRunner, startId: string): boolean {
  return originsOf(runner).some((origin) => origin.includes(`-${startId}-`));
}

/** A name that ends in two indices: a runner of a start with roles, see `nameRunner`. */
const OF_ROLE = /-[0-9a-f]{8}-\d+-\d+(r\d+)?$/;

/**
 * Whether a runner has the label of a start, or the label of one of its roles, which begins with it. No runner is
 * removed because of a beginning alone: `a-b-test` may be of a start `a-b` as well as of `a`.
 */
export function hasLabelOf({ name, labels }: NamedRunner, label: string): boolean {
  return labels.includes(label) || (OF_ROLE.test(name) && labels.some((one) => one.startsWith(`${label}-`)));
}

/** Whether a start has claimed the instance. From then on it is treated as if that start had launched it. */
export function isClaimed(tags: Tags): boolean {
  return tags[TAG.start] !== undefined;
}
