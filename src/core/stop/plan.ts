import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { isEnding } from '../instances/states.js';
import type { Clock } from '../kernel/clock.js';
import type { Instance } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { Runner } from '../ports/github.js';
import { attemptOf, isOfStart } from '../kernel/origin.js';
import { awaitSuccessors, isPermissionMissing, listJobs, type RunJobs } from './run-jobs.js';
import { choose, describeOwnEnd, type Choice } from './choice.js';
import type { ListedRunner, RunnerLook } from './runners.js';
import type { Found } from '../instances/located.js';
import type { InstanceSearch, StopRequest } from './search.js';

/** An instance of the run that a stop left, and why. */
export interface KeptInstance {
  readonly instance: Instance;
  readonly region: string;
  readonly why: string;
  /** When it ends by itself, as the end of "It ends by itself …". */
  readonly endsBy: string;
}

/** What of all that was found a stop is to end. */
export interface StopPlan {
  /** Those to end of these; asked again, the answer is the same. */
  choose(found: readonly Found[]): Promise<readonly Found[]>;
  /** The runners that go with them, and those whose instance nobody has seen. */
  meant(request: StopRequest, search: InstanceSearch, listed: readonly ListedRunner[]): ListedRunner[];
  /** What was left so far. */
  readonly kept: readonly KeptInstance[];
  /** Why it is not known what may be ended, when that may pass. */
  readonly refusals: readonly Failure[];
  report(log: Log): void;
}

/** All that the request names. */
export const EVERYTHING: StopPlan = {
  choose: async (found) => found,
  meant: (request, search, listed) => {
    const isMeant = ownerTest(request, search);
    return listed.filter(({ runner }) => isMeant(runner));
  },
  kept: [],
  refusals: [],
  report: () => undefined,
};

interface PlanPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface Looked {
  readonly search: InstanceSearch;
  readonly runners: RunnerLook;
}

/**
 * A stop that is told neither a label nor an id. An empty value may come from a start that failed, so it must not end
 * what another start of this run handed over: everything is ended only when no other job of the run is left.
 */
export async function planStop(request: StopRequest, looked: Looked, ports: PlanPorts): Promise<StopPlan> {
  const { search, runners } = looked;
  const { log } = ports;
  const ghosts = runners.listed.filter(({ runner }) => isOfThisRun(runner, request));
  if (ghosts.length === 0 && search.all.every(({ instance }) => isEnding(instance))) return EVERYTHING;
  const jobs = await askForJobs(request, looked, ports);
  if (!(jobs instanceof Failure) && jobs.unfinished.length === 0) {
    log.info('No other job of this run is unfinished: everything that it started is ended.');
    return EVERYTHING;
  }
  if (!(jobs instanceof Failure)) {
    const others = jobs.unfinished.map(({ name, status }) => `${name} (${status})`).join(', ');
    log.info(`Other jobs of this run are not over: ${others}. What they may need is left.`);
  }
  await search.everywhere(ghosts.map(({ runner }) => runner));
  return new CautiousPlan(request, jobs, { runners, ...ports });
}

/** @returns why they could not be asked for */
async function askForJobs(
  request: StopRequest,
  { search, runners }: Looked,
  ports: PlanPorts,
): Promise<RunJobs | Failure> {
  try {
    return await runners.ask(async (github) => {
      const jobs = await listJobs(request, github);
      if (jobs.unfinished.length > 0) return jobs;
      const plan = new CautiousPlan(request, jobs, { runners, ...ports });
      await plan.choose(search.all);
      return plan.kept.length === 0 ? jobs : awaitSuccessors(jobs, request, { ...ports, github });
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
    return error;
  }
}

/** Ends only what no job can need any more. */
class CautiousPlan implements StopPlan {
  private readonly choices = new Map<string, Choice & Found>();
  private readonly waiting = new Set<string>();

  constructor(
    private readonly request: StopRequest,
    /** Or why they are not known. */
    private readonly jobs: RunJobs | Failure,
    private readonly about: PlanPorts & { readonly runners: RunnerLook },
  ) {}

  async choose(found: readonly Found[]): Promise<readonly Found[]> {
    const { runners, clock } = this.about;
    await runners.listFor(found.map(({ instance }) => instance));
    const jobs = this.jobs instanceof Failure ? undefined : this.jobs;
    for (const one of found.filter(({ instance }) => !this.choices.has(instance.id))) {
      const runner = await runners.runnerOf(one.instance);
      const facts = { run: this.request.run, runner, jobs, now: clock.now() };
      this.choices.set(one.instance.id, { ...one, ...choose(one.instance, facts) });
    }
    return found.filter(({ instance }) => this.choices.get(instance.id)?.kind === 'end');
  }

  /** One without an instance is about to get it, perhaps, if this attempt registered it. */
  meant(request: StopRequest, search: InstanceSearch, listed: readonly ListedRunner[]): ListedRunner[] {
    const ended = new Set(
      [...this.choices.values()].flatMap(({ kind, instance }) => (kind === 'end' ? instance.tags[TAG.runnerId] : [])),
    );
    const { runId, runAttempt } = request.run;
    const unseen = new Set(search.unseen(listed.map(({ runner }) => runner)));
    const isOver = (runner: Runner) => (attemptOf(runner, runId) ?? Infinity) < Number(runAttempt);
    const ghosts = listed.filter(({ runner }) => unseen.has(runner) && isOfThisRun(runner, request));
    for (const { runner } of ghosts) if (!isOver(runner)) this.waiting.add(runner.name);
    return listed.filter((one) => ended.has(`${one.runner.id}`) || (ghosts.includes(one) && isOver(one.runner)));
  }

  get kept(): readonly KeptInstance[] {
    return [...this.choices.values()].flatMap(({ kind, why, instance, region }) =>
      kind === 'keep' ? { instance, region, why, endsBy: describeOwnEnd(instance) } : [],
    );
  }

  /** A permission that is missing is a matter of the set-up, and a warning; an outage passes. */
  get refusals(): readonly Failure[] {
    const isKnown = !(this.jobs instanceof Failure) || isPermissionMissing(this.jobs);
    return isKnown || this.kept.length + this.waiting.size === 0 ? [] : [this.jobs];
  }

  report(log: Log): void {
    const lines = [
      ...this.kept.map(
        ({ instance: { id, tags }, why, endsBy }) =>
          `Left ${id} (runner ${tags[TAG.runnerName]}): ${why}. It ends by itself ${endsBy}.`,
      ),
      ...[...this.waiting].map((name) => `Left runner ${name}: EC2 lists no instance of it, and its start may go on.`),
    ];
    if (!(this.jobs instanceof Failure) || lines.length === 0) return lines.forEach((line) => log.info(line));
    const advice = isPermissionMissing(this.jobs)
      ? 'Give stop-runner the `label` that start-runner puts out, or its token the permission `actions: read` (of a fine-grained token or an App: "Actions: read").'
      : 'Give stop-runner the `label` that start-runner puts out, or run it again.';
    const what = `${this.request.label === undefined ? 'Without a label' : 'With a label, and no id that EC2 lists'}, stop-runner asks GitHub for the jobs of its run, and could not: ${this.jobs.message}`;
    log.warning([what, ...lines, `What to do: ${advice} \`all: true\` ends everything of the run.`].join('\n'));
  }
}

/** Which runners are meant: those of the instances found, and ghosts of the same run, label or start. */
function ownerTest(request: StopRequest, search: InstanceSearch): (runner: Runner) => boolean {
  const { label, instanceIds, run } = request;
  const ids = new Set(search.all.map(({ instance }) => instance.tags[TAG.runnerId]));
  const { starts } = search;
  const isGhost = (runner: Runner): boolean => {
    if (label === undefined) return instanceIds.length === 0 && isOfThisRun(runner, request);
    const isMeant = starts.length === 0 || starts.some((start) => isOfStart(runner, start));
    return attemptOf(runner, run.runId) !== undefined && runner.labels.includes(label) && isMeant;
  };
  return (runner) => ids.has(`${runner.id}`) || (search.unseen([runner]).length > 0 && isGhost(runner));
}

/** Of this attempt or an earlier one; with `all` of any, with a label those that have it. */
function isOfThisRun(runner: Runner, { run, all, label }: StopRequest): boolean {
  const attempt = attemptOf(runner, run.runId);
  if (label !== undefined && !runner.labels.includes(label)) return false;
  return attempt !== undefined && (all || label !== undefined || attempt <= Number(run.runAttempt));
}
