import type { LocatedInstance } from '../instances/located-instance.js';
import { isEnding } from '../instances/states.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { attemptOf } from '../kernel/origin.js';
import { createTagTest, readRunnerNames } from '../kernel/runner-tags.js';
import type { Instance } from '../ports/ec2.js';
import type { Runner, RunJob } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { decideOnHandedOver } from './handed-over.js';
import type { StopRequest } from './request.js';
import { describeOwnEnd, decideOnInstance, type StopDecision } from './rules.js';
import { awaitSuccessors, isPermissionMissing, listJobs, type RunJobs } from './run-jobs.js';
import type { ScopedRunner, RunnerListings } from './runner-listings.js';
import type { InstanceSearch } from './search.js';
import { isOfThisRun, selectEverything, type KeptInstance, type Selection } from './selection.js';

interface SelectionPorts {
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

interface Known {
  readonly search: InstanceSearch;
  readonly listings: RunnerListings;
}

/**
 * The selection of a stop with neither a label nor an id. An empty label may come from a start that failed, so it must
 * not end what another start of this run launched: everything is ended only when no other job of the run is unfinished.
 */
export async function selectUnneeded(request: StopRequest, known: Known, ports: SelectionPorts): Promise<Selection> {
  const { search, listings } = known;
  const { log } = ports;
  const runnersOfRun = listings.listed.filter(({ runner }) => isOfThisRun(runner, request));
  if (runnersOfRun.length === 0 && search.all.every(({ instance }) => isEnding(instance)))
    return selectEverything(request);
  const jobs = await readJobs(request, known, ports);
  if (request.isMigrated) log.info(GAVE_NOTHING);
  else if (!(jobs instanceof Failure)) {
    if (jobs.unfinished.length === 0) {
      log.info('No other job of this run is unfinished: ending everything that the run started.');
      return selectEverything(request, jobs.all);
    }
    const others = jobs.unfinished.map(({ name, status }) => `${name} (${status})`).join(', ');
    log.info(`Other jobs of this run are unfinished: ${others}. What they may need is kept.`);
  }
  await search.searchEverywhere(runnersOfRun.map(({ runner }) => runner));
  return new UnneededSelection(request, jobs, { listings, clock: ports.clock });
}

const GAVE_NOTHING =
  '`mode` is stop, and `label` and `ec2-instance-id` are empty: the start of this stop has handed nothing over, and what other starts of this run have handed over is kept.';

/** Lists the jobs of the run. @returns a Failure instead of throwing it */
async function readJobs(
  request: StopRequest,
  { search, listings }: Known,
  ports: SelectionPorts,
): Promise<RunJobs | Failure> {
  try {
    return await listings.ask(async (github) => {
      const jobs = await listJobs(request, github);
      if (jobs.unfinished.length > 0 || request.isMigrated) return jobs;
      const selection = new UnneededSelection(request, jobs, { listings, clock: ports.clock });
      await selection.selectInstances(search.all);
      return selection.kept.length === 0 ? jobs : awaitSuccessors(jobs, request, { ...ports, github });
    });
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
    return error;
  }
}

/** Ends only what no job can need any more. */
class UnneededSelection implements Selection {
  private readonly decisions = new Map<string, StopDecision & LocatedInstance>();
  /** Names of runners without an instance whose start may still launch one. */
  private readonly waiting = new Set<string>();

  constructor(
    private readonly request: StopRequest,
    /** The jobs of the run, or why they could not be listed. */
    private readonly jobs: RunJobs | Failure,
    private readonly ports: { readonly listings: RunnerListings; readonly clock: Clock },
  ) {}

  async selectInstances(found: readonly LocatedInstance[]): Promise<readonly LocatedInstance[]> {
    const { listings, clock } = this.ports;
    await listings.listFor(found.map(({ instance }) => instance));
    const jobs = this.jobs instanceof Failure ? undefined : this.jobs;
    for (const one of found.filter(({ instance }) => !this.decisions.has(instance.id))) {
      const runners = await listings.runnersOf(one.instance);
      const facts = { run: this.request.run, runners, jobs, now: clock.now() };
      const decide = this.request.isMigrated ? decideOnHandedOver : decideOnInstance;
      this.decisions.set(one.instance.id, { ...one, ...decide(one.instance, facts) });
    }
    return found.filter(({ instance }) => this.decisions.get(instance.id)?.kind === 'end');
  }

  /** A runner without an instance is kept if this attempt registered it: its instance may be about to be launched. */
  selectRunners(search: InstanceSearch, listed: readonly ScopedRunner[]): ScopedRunner[] {
    const ended = [...this.decisions.values()].flatMap(({ kind, instance }) => (kind === 'end' ? instance : []));
    const isOfEnded = createTagTest(ended);
    const { runId, runAttempt } = this.request.run;
    const unseen = new Set(search.withoutInstance(listed.map(({ runner }) => runner)));
    const isOver = (runner: Runner) => (attemptOf(runner, runId) ?? Infinity) < Number(runAttempt);
    const withoutInstance = listed.filter(({ runner }) => unseen.has(runner) && isOfThisRun(runner, this.request));
    for (const { runner } of withoutInstance) if (!isOver(runner)) this.waiting.add(runner.name);
    return listed.filter((one) => isOfEnded(one.runner) || (withoutInstance.includes(one) && isOver(one.runner)));
  }

  get listedJobs(): readonly RunJob[] {
    return this.jobs instanceof Failure ? [] : this.jobs.all;
  }

  get kept(): readonly KeptInstance[] {
    return [...this.decisions.values()].flatMap(({ kind, why, instance, region }) =>
      kind === 'keep' ? { instance, region, why, endsBy: describeOwnEnd(instance) } : [],
    );
  }

  /**
   * The outage because of which something was kept: it fails the stop, because a later stop may succeed. A missing
   * permission lasts, so `report` only warns of it.
   */
  get refusals(): readonly Failure[] {
    const isKnown = !(this.jobs instanceof Failure) || isPermissionMissing(this.jobs);
    return isKnown || this.kept.length + this.waiting.size === 0 ? [] : [this.jobs];
  }

  report(log: Log): void {
    const lines = [
      ...this.kept.map(
        ({ instance, why, endsBy }) =>
          // An instance of a pool that was claimed and never started has no timers.
          `Kept ${instance.id} (${describeRunners(instance)}): ${why}. ${instance.state === 'stopped' ? 'It is stopped, and reap-runners removes it' : `It ends by itself ${endsBy}`}.`,
      ),
      ...[...this.waiting].map(
        (name) => `Kept runner ${name}: EC2 lists no instance of it, and its start may still launch one.`,
      ),
    ];
    if (!(this.jobs instanceof Failure) || lines.length === 0) return lines.forEach((line) => log.info(line));
    const advice = isPermissionMissing(this.jobs)
      ? 'Give stop-runner the `label` output of start-runner, or give its token the permission `actions: read` (of a fine-grained token or an App: "Actions: read").'
      : 'Give stop-runner the `label` output of start-runner, or run it again.';
    const what = `${this.request.label === undefined ? 'Without a label' : 'With a label, and no id that EC2 lists'}, stop-runner lists the jobs of its run, and this failed: ${this.jobs.message}`;
    log.warning([what, ...lines, `What to do: ${advice} \`all: true\` ends everything of the run.`].join('\n'));
  }
}

/** `runner a`, `runners a, b` */
function describeRunners({ tags }: Instance): string {
  const names = readRunnerNames(tags);
  return `runner${names.length > 1 ? 's' : ''} ${names.join(', ')}`;
}
