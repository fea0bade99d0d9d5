import { createHash } from 'node:crypto';
import { composeName, repositoryOf, type Run, type Scope, TAG } from './identity.js';
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

/**
 * The prefix of the runner names that lock the name of a machine (`machine-name`). A start holds the lock from before it
 * looks for a machine of the name until EC2 lists the one that it launched. No machine ever gets such a runner.
 */
const MACHINE_LOCK = 'ec2-machine-';
/** What fits into the name of a lock, with the digits of a repository. */
export const MACHINE_NAME_PATTERN = {
  matches: /^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/,
  allowed: 'up to 40 letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
};

/**
 * The name of the runner that locks the name of a machine. Names of machines are unique in a repository, and names of
 * runners in a scope. So in a larger scope the name has digits that stand for the repository.
 */
export function nameMachineLock(machineName: string, { run, scope }: { readonly run: Run; readonly scope: Scope }) {
  if (scope.kind === 'repo') return `${MACHINE_LOCK}${machineName}`;
  const digits = createHash('sha256').update(repositoryOf(run).toLowerCase()).digest('hex').slice(0, 8);
  return `${MACHINE_LOCK}${digits}-${machineName}`;
}

export function isMachineLock(runnerName: string): boolean {
  return runnerName.startsWith(MACHINE_LOCK);
}

/** Whether the runner's name is a lock: of a pooled instance or of a machine's name. Its labels name its run and start. */
export function isLock(runnerName: string): boolean {
  return isClaim(runnerName) || isMachineLock(runnerName);
}

/** The second label of a lock, which names its run and start; its name has the instance's id or name instead. */
export function originOf(run: Run, startId: string): string {
  return composeName(run, startId);
}

/**
 * The texts that name a runner's run and start: its name, or the labels of a lock. A hyphen is added to the labels, so
 * that `-<start>-` occurs in both.
 */
function originsOf({ name, labels }: NamedRunner): readonly string[] {
  return isLock(name) ? labels.map((label) => `${label}-`) : [name];
}

/** The run attempt of the start that holds a lock; `undefined` if its labels name none. */
export function holderOf({ labels }: NamedRunner): { readonly runId: string; readonly runAttempt: string } | undefined {
  for (const label of labels) {
    const [, runId, runAttempt] = /^ec2-(\d+)-(\d+)-.*-[0-9a-f]{8}$/.exec(label) ?? [];
    if (runId !== undefined && runAttempt !== undefined) return { runId, runAttempt };
  }
  return undefined;
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
