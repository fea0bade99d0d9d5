import type { LocatedInstance } from '../instances/located-instance.js';
import type { Failure } from '../kernel/failure.js';
import { attemptOf, hasLabelOf, isOfStart } from '../kernel/origin.js';
import { createTagTest } from '../kernel/runner-tags.js';
import type { Runner, RunJob } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { StopRequest } from './request.js';
import type { ScopedRunner } from './runner-listings.js';
import type { InstanceSearch } from './search.js';

/** An instance of the run that a stop kept, and why. */
export interface KeptInstance extends LocatedInstance {
  readonly why: string;
  /** When it ends by itself, as the end of "It ends by itself …". */
  readonly endsBy: string;
}

/** Which of the instances and runners that were found a stop ends. */
export interface Selection {
  /** The instances to end. The decision about an instance never changes. */
  selectInstances(found: readonly LocatedInstance[]): Promise<readonly LocatedInstance[]>;
  /** The runners of those instances, and those of this request whose instance EC2 does not list. */
  selectRunners(search: InstanceSearch, listed: readonly ScopedRunner[]): ScopedRunner[];
  /** What was kept so far. */
  readonly kept: readonly KeptInstance[];
  /** Why it could not be decided what may be ended, if that is temporary. */
  readonly refusals: readonly Failure[];
  /** The jobs of the run, if they were listed. */
  readonly listedJobs?: readonly RunJob[];
  report(log: Log): void;
}

/** Ends everything that the request names. */
export function selectEverything(request: StopRequest, listedJobs?: readonly RunJob[]): Selection {
  return {
    ...(listedJobs && { listedJobs }),
    selectInstances: async (found) => found,
    selectRunners: (search, listed) => {
      const isSelected = createRunnerTest(request, search);
      return listed.filter(({ runner }) => isSelected(runner));
    },
    kept: [],
    refusals: [],
    report: () => undefined,
  };
}

/**
 * A test for the runners of the request: those of the instances found, and those without an instance that belong to the
 * same run, label or start.
 */
function createRunnerTest(request: StopRequest, search: InstanceSearch): (runner: Runner) => boolean {
  const { label, instanceIds, run } = request;
  const isTagged = createTagTest(search.all.map(({ instance }) => instance));
  const { starts } = search;
  const isOfRequest = (runner: Runner): boolean => {
    if (label === undefined) return instanceIds.length === 0 && isOfThisRun(runner, request);
    const isSameStart = starts.length === 0 || starts.some((start) => isOfStart(runner, start));
    return attemptOf(runner, run.runId) !== undefined && hasLabelOf(runner, label) && isSameStart;
  };
  return (runner) => isTagged(runner) || (search.withoutInstance([runner]).length > 0 && isOfRequest(runner));
}

/**
 * Whether a runner belongs to this attempt of the run or to an earlier one. With `all` or a label, it may belong to any
 * attempt; with a label, it must have that label.
 */
export function isOfThisRun(runner: Runner, { run, all, label }: StopRequest): boolean {
  const attempt = attemptOf(runner, run.runId);
  if (label !== undefined && !hasLabelOf(runner, label)) return false;
  return attempt !== undefined && (all || label !== undefined || attempt <= Number(run.runAttempt));
}
