import { explainRunners } from '../diagnosis/explain.js';
import { reportExplanations, type Explanation } from '../diagnosis/explanation.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import type { VolumeEnding } from '../instances/volume-ending.js';
import type { Clock } from '../kernel/clock.js';
import type { Failure } from '../kernel/failure.js';
import { isLabelOfStart, linkRun, TAG, type Run, type Scope } from '../kernel/identity.js';
import { isLock, isMachineLock, isOfStart } from '../kernel/origin.js';
import type { Ec2, Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Runner, StopGitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { prepareBill, type Bill } from './bill.js';
import type { StopRequest } from './request.js';
import { FailedMachines, type FailedMachine } from './failed-machines.js';
import { hasOutlivedInstance } from './rules.js';
import { removeRunners, RunnerListings } from './runner-listings.js';
import { InstanceSearch } from './search.js';
import { selectEverything, type KeptInstance, type Selection } from './selection.js';
import { Terminations } from './terminations.js';
import { selectUnneeded } from './unneeded.js';

export { refuseUnstopped } from './refusal.js';

export interface StopPorts {
  /** EC2 in the home region. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  /** GitHub for a scope, which an instance's tags name. */
  readonly gitHubOf: (scope: Scope) => Promise<StopGitHub>;
  /** The same for the repository, with the permission to read its runs. Default: `gitHubOf`. */
  readonly gitHubOfRun?: () => Promise<StopGitHub>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Ends the use of data volumes, once the termination of their machines is requested. */
  readonly endVolumes?: (instances: readonly LocatedInstance[]) => Promise<readonly VolumeEnding[]>;
}

export interface StopResult {
  /** The instances whose termination EC2 confirmed. */
  readonly instances: readonly StoppedInstance[];
  /** The instances of the run that other jobs may still need. */
  readonly kept: readonly KeptInstance[];
  /** The instances that were left after a job (`keep-on-failure-minutes`, `keep-minutes`). */
  readonly failed: readonly FailedMachine[];
  readonly runnersRemoved: readonly string[];
  /** Sentences about instances that the request names by id and that this repository did not start. */
  readonly foreign: readonly string[];
  /** Why instances were not ended, or runners not removed. */
  readonly refusals: readonly Failure[];
  /** Why runners took no job; empty where every runner did. */
  readonly explanations: readonly Explanation[];
  readonly bill: Bill;
  /** Of the machines whose data volume gets a snapshot at their end. */
  readonly volumes: readonly VolumeEnding[];
}

export interface StoppedInstance {
  readonly instance: Instance;
  readonly lifetimeMs: number;
}

/**
 * Terminates the instances that the request names, then removes their runners. With neither a label nor an id, the
 * request names what no job of the run can need any more (see `selectUnneeded`). Stopping twice succeeds. Nothing
 * without this repository's tags is touched. The result also holds what could not be stopped: see `refuseUnstopped`.
 *
 * @throws Failure the signal's reason
 */
export async function stopRunners(request: StopRequest, ports: StopPorts): Promise<StopResult> {
  const { log } = ports;
  const search = new InstanceSearch(request, ports);
  const terminations = new Terminations(ports);
  const { owner, repo } = request.run;
  const gitHubOfRun = ports.gitHubOfRun ?? (() => ports.gitHubOf({ kind: 'repo', owner, repo }));
  const failed = new FailedMachines(request, { ...ports, gitHubOfRun });
  const namesTargets = request.all || request.label !== undefined || request.instanceIds.length > 0;
  await log.group(namesTargets ? 'Find and terminate' : 'Find', async () => {
    await search.searchHome();
    // Instances first, because they cost money: their termination must not depend on what becomes of the runners.
    if (!namesTargets) return;
    await terminations.request(failed.withoutOpen(search.all));
    await terminations.request(await failed.withoutKept(search.all));
  });
  const listings = new RunnerListings(request.run, ports);
  await log.group('List the runners', () => listings.listFor(search.all.map(({ instance }) => instance)));
  const selectByJobs = () =>
    log.group('List the jobs of this run', () => selectUnneeded(request, { search, listings }, ports));
  let selection = namesTargets ? selectEverything(request) : await selectByJobs();
  await terminations.request(await failed.withoutKept(await selection.selectInstances(search.all)));
  const expected = selection.selectRunners(search, listings.listed).map(({ runner }) => runner);
  await search.searchFurther(expected.filter(({ name }) => !isMachineLock(name)));
  if (search.ambiguous.length > 0) {
    search.includeAmbiguous();
    selection = await selectByJobs();
  }
  await terminations.request(await failed.withoutKept(await selection.selectInstances(search.all)));
  await listings.listAfterTermination(search.all.map(({ instance }) => instance));
  return conclude(request, { search, terminations, listings, selection, failed }, ports);
}

interface Progress {
  readonly search: InstanceSearch;
  readonly terminations: Terminations;
  readonly listings: RunnerListings;
  readonly selection: Selection;
  readonly failed: FailedMachines;
}

/** Removes the runners, once the termination of their instances is requested, and reports. */
async function conclude(request: StopRequest, progress: Progress, ports: StopPorts): Promise<StopResult> {
  const { search, terminations, listings, selection, failed } = progress;
  const { log, clock, ec2 } = ports;
  const instances = await failed.withoutKept(await selection.selectInstances(search.all));
  const runners = selection.selectRunners(search, listings.listed);
  const unseen = new Set(search.withoutInstance(runners.map(({ runner }) => runner)));
  // A later stop finds an unlisted instance only by its runner, so that runner stays. A claim's instance is the
  // pool's, and the lock of a machine's name has none.
  const hasEnded = (runner: Runner) =>
    search.unsearched.size === 0 && isSearchedWhole(runner, request) && hasOutlivedInstance(runner);
  const doubtful = runners.filter(({ runner }) => unseen.has(runner) && !isLock(runner.name) && !hasEnded(runner));
  if (runners.length === 0) log.info('GitHub lists no runner of this request.');
  const known = { listed: runners.map(({ runner }) => runner), withoutInstance: doubtful.map(({ runner }) => runner) };
  const removable = runners.filter((one) => !doubtful.includes(one));
  const ended = { listed: search.all, confirmedAt: (instance: Instance) => terminations.confirmedAt(instance) };
  // Consoles are read only once the terminations are requested: EC2 keeps the output for an hour.
  const [removed, explanations, makeBill] = await Promise.all([
    removeRunners(removable, log),
    explainRunners({ found: instances, ...known, ...describeStop(request, search) }, ports),
    prepareBill(request, ended, ports),
  ]);
  await reportExplanations(explanations, log);
  if (request.wait) await terminations.waitUntilTerminated(instances);
  const volumes = (await ports.endVolumes?.(instances)) ?? [];
  selection.report(log);
  warnOfUnlistedIds(search, log);
  const homeFailure = search.unsearched.get(ec2.region);
  const refusals = [
    ...(homeFailure ? [homeFailure] : []),
    ...selection.refusals,
    ...terminations.refusals,
    ...listings.problemsFor(search.all.map(({ instance }) => instance)),
    ...removed.problems,
  ];
  const stopped = listStopped(instances, terminations, clock.now());
  const { kept } = selection;
  if (stopped.length + kept.length + failed.kept.length + doubtful.length + refusals.length === 0) {
    log.info('No instance of this request is left.');
    if (request.label !== undefined && search.all.length === 0) {
      await search.findJoined();
      if (search.joined.size === 0) log.info(OWN_RUN);
    }
  }
  for (const one of search.joined.values()) log.info(describeJoined(one, request.run));
  const { foreign } = search;
  const bill = makeBill({ jobs: selection.listedJobs, explanations });
  const runnersRemoved = removed.names;
  const costs = { explanations, bill, volumes };
  return { instances: stopped, kept, failed: failed.kept, runnersRemoved, foreign, refusals, ...costs };
}

/** Whether the search would have found the runner's instance: a label of the user's own may be that of another start. */
function isSearchedWhole(runner: Runner, { label, instanceIds }: StopRequest): boolean {
  if (label === undefined) return instanceIds.length === 0;
  const [, start = ''] = /-([0-9a-f]{8})$/.exec(label) ?? [];
  return isLabelOfStart(label, start) && isOfStart(runner, start);
}

function describeStop({ run, job }: StopRequest, search: InstanceSearch) {
  return { unsearched: search.describeUnsearched(), attempt: run.runAttempt, areJobsOver: job !== undefined };
}

const OWN_RUN =
  'EC2 lists no instance of this run with the label. A label reaches the instances of its own run only; `ec2-instance-id` reaches others.';

/** Why a stop leaves a machine that its run has joined. */
function describeJoined({ id, tags }: Instance, run: Run): string {
  const runId = tags[TAG.runId] ?? '';
  return `${id} is machine ${tags[TAG.machineName]} of run ${runId} (${linkRun(run, runId)}). It was left alone: the stop of that run ends it.`;
}

function listStopped(
  instances: readonly LocatedInstance[],
  terminations: Terminations,
  now: number,
): StoppedInstance[] {
  return instances
    .filter(({ instance }) => terminations.isConfirmed(instance) && instance.state !== 'terminated')
    .map(({ instance }) => ({
      instance,
      lifetimeMs: (terminations.confirmedAt(instance) ?? now) - instance.launchedAt,
    }));
}

function warnOfUnlistedIds(search: InstanceSearch, log: Log): void {
  if (search.unlistedIds.length === 0 || search.unsearched.size === 0) return;
  log.warning(
    `EC2 does not know ${search.unlistedIds.join(', ')} where it could be asked. Not asked: ${search.describeUnsearched()}\nWhat to do: If it runs there, give the role of this job access to that region and run stop-runner again. Otherwise its own idle timeout and lifetime end it.`,
  );
}
