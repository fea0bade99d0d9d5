import { composeName, type Run, TAG } from './identity.js';
import type { Tags } from './tags.js';

/** What a runner is recognized by. */
interface NamedRunner {
  readonly name: string;
  readonly labels: readonly string[];
}

/**
 * A pool: stopped instances that have booted once and that no job has used. Who wants one registers the runner that
 * bears the instance's name; GitHub takes a name once in a scope, so one of all that want it gets it.
 */
const CLAIM = 'ec2-pool-';

/** The name of the one runner that may claim this instance. */
export function nameClaim(instanceId: string): string {
  return `${CLAIM}${instanceId}`;
}

export function isClaim(runnerName: string): boolean {
  return runnerName.startsWith(CLAIM);
}

/** The further label by which a claim tells whose it is: its name tells the instance. */
export function originOf(run: Run, startId: string): string {
  return composeName(run, startId);
}

/** What tells a runner's run and start: its name or, of a claim, its labels. */
function originsOf({ name, labels }: NamedRunner): readonly string[] {
  return isClaim(name) ? labels.map((label) => `${label}-`) : [name];
}

export function isOfRun(runner: NamedRunner, { runId, attempt }: { runId: string; attempt?: string }) {
  const beginning = attempt === undefined ? `ec2-${runId}-` : `ec2-${runId}-${attempt}-`;
  return originsOf(runner).some((origin) => origin.startsWith(beginning));
}

/** Of a runner of this run; `undefined` for any other. */
export function attemptOf(runner: NamedRunner, runId: string): number | undefined {
  const beginning = `ec2-${runId}-`;
  const origin = originsOf(runner).find((one) => one.startsWith(beginning));
  return origin === undefined ? undefined : Number.parseInt(origin.slice(beginning.length), 10);
}

export function isOfStart(runner: NamedRunner, startId: string): boolean {
  return originsOf(runner).some((origin) => origin.includes(`-${startId}-`));
}

/** Whether a start has made it its own: from then on it is judged as if that had launched it. */
export function isClaimed(tags: Tags): boolean {
  return tags[TAG.start] !== undefined;
}
