import type { LocatedInstance } from '../instances/located-instance.js';
import { TAG } from '../kernel/identity.js';
import { readRunnerNames } from '../kernel/runner-tags.js';
import type { Runner } from '../ports/github.js';
import type { Explanation } from './explanation.js';

/** An instance of a stop, and what is known of its runners. */
export interface ExplainedInstance extends LocatedInstance {
  readonly ageMs: number;
  /** Those of its runners that GitHub still lists. */
  readonly runners: readonly Runner[];
}

export function subject(found: ExplainedInstance): Pick<Explanation, 'runners' | 'instanceId'> {
  return { runners: listNames(found), instanceId: found.instance.id };
}

/** `Runner a`, `Runners a, b` */
export function nameRunners(found: ExplainedInstance): string {
  const names = listNames(found);
  return `Runner${names.length > 1 ? 's' : ''} ${names.join(', ')}`;
}

/** `a-name (a-role)`. A runner's unique label is that of its start, a hyphen and its role. */
function nameWithRole({ name, labels }: Runner, label = ''): string {
  const unique = label === '' ? undefined : labels.find((one) => one.startsWith(`${label}-`));
  return unique === undefined ? name : `${name} (${unique.slice(label.length + 1)})`;
}

/**
 * The names of the runners that GitHub still lists, if the tags of the instance name several; otherwise all names in
 * the tags.
 */
function listNames({ instance: { tags }, runners }: ExplainedInstance): readonly string[] {
  const names = readRunnerNames(tags);
  if (names.length > 1 && runners.length > 0) return runners.map((one) => nameWithRole(one, tags[TAG.label]));
  return names.length > 0 ? names : [`${tags[TAG.runnerId]}`];
}

/** What became of the jobs of an instance that ended, by what GitHub lists. */
export function describeJobs({ instance, runners }: ExplainedInstance): string {
  if (runners.length === 0) return 'a job that it may have had is lost';
  if (readRunnerNames(instance.tags).length <= 1) return describeJob(runners[0]!);
  return runners.map((runner) => `of ${runner.name}, ${describeJob(runner)}`).join('; ');
}

function describeJob(runner: Runner): string {
  if (runner.busy) return 'its job is lost';
  return hasNeverConnected(runner) ? 'it had never been online' : 'it had been online, and had no job';
}

/** Whether it has never been online. GitHub knows a runner's version once it connected. */
export function hasNeverConnected({ status, busy, version }: Runner): boolean {
  return status !== 'online' && !busy && version === undefined;
}
