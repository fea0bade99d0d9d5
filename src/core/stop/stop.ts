import { explainRunners } from '../diagnosis/explain.js';
import { reportExplanations, type Explanation } from '../diagnosis/explanation.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import type { VolumeEnding } from '../instances/volume-ending.js';
import * as advice from '../kernel/advice.js';
import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import { isLabelOfStart, type Scope } from '../kernel/identity.js';
import { isClaim, isOfStart } from '../kernel/origin.js';
import type { Ec2, Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Runner, StopGitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { prepareBill, type Bill } from './bill.js';
import type { StopRequest } from './request.js';
import { hasOutlivedInstance } from './rules.js';
import { removeRunners, RunnerListings } from './runner-listings.js';
import { InstanceSearch } from './search.js';
import { selectEverything, type KeptInstance, type Selection } from './selection.js';
import { Terminations } from './terminations.js';
import { selectUnneeded } from './unneeded.js';

export interface StopPorts {
  /** EC2 in the home region. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  /** GitHub for a scope, which an instance's tags name. */
  readonly gitHubOf: (scope: Scope) => Promise<StopGitHub>;
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
  const namesTargets = request.all || request.label !== undefined || request.instanceIds.length > 0;
  await log.group(namesTargets ? 'Find and terminate' : 'Find', async () => {
    await search.searchHome();
    // Instances first, because they cost money: their termination must not depend on what becomes of the runners.
    if (namesTargets) await terminations.request(search.all);
  });
  const listings = new RunnerListings(request.run, ports);
  await log.group('List the runners', () => listings.listFor(search.all.map(({ instance }) => instance)));
  const selectByJobs = () =>
    log.group('List the jobs of this run', () => selectUnneeded(request, { search, listings }, ports));
  let selection = namesTargets ? selectEverything(request) : await selectByJobs();
  await terminations.request(await selection.selectInstances(search.all));
  await search.searchFurther(selection.selectRunners(search, listings.listed).map(({ runner }) => runner));
  if (search.ambiguous.length > 0) {
    search.includeAmbiguous();
    selection = await selectByJobs();
  }
  await terminations.request(await selection.selectInstances(search.all));
  await listings.listFor(search.all.map(({ instance }) => instance));
  return conclude(request, { search, terminations, listings, selection }, ports);
}

interface Progress {
  readonly search: InstanceSearch;
  readonly terminations: Terminations;
  readonly listings: RunnerListings;
  readonly selection: Selection;
}

/** Removes the runners, once the termination of their instances is requested, and reports. */
async function conclude(request: StopRequest, progress: Progress, ports: StopPorts): Promise<StopResult> {
  const { search, terminations, listings, selection } = progress;
  const { log, clock, ec2 } = ports;
  const instances = await selection.selectInstances(search.all);
  const runners = selection.selectRunners(search, listings.listed);
  const unseen = new Set(search.withoutInstance(runners.map(({ runner }) => runner)));
  // A later stop finds an unlisted instance only by its runner, so that runner stays. A claim's instance is the pool's.
  const hasEnded = (runner: Runner) =>
    search.unsearched.size === 0 && isSearchedWhole(runner, request) && hasOutlivedInstance(runner);
  const doubtful = runners.filter(({ runner }) => unseen.has(runner) && !isClaim(runner.name) && !hasEnded(runner));
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
  if (stopped.length + kept.length + doubtful.length + refusals.length === 0) {
    log.info('No instance of this request is left.');
    if (request.label !== undefined && search.all.length === 0) log.info(OWN_RUN);
  }
  const { foreign } = search;
  const bill = makeBill({ jobs: selection.listedJobs, explanations });
  return { instances: stopped, kept, runnersRemoved: removed.names, foreign, refusals, explanations, bill, volumes };
}

/** Whether the search would have found the runner's instance: a label of the user's own may be that of another start. */
function isSearchedWhole(runner: Runner, { label, instanceIds }: StopRequest): boolean {
  if (label === undefined) return instanceIds.length === 0;
  const start = label.slice(label.lastIndexOf('-') + 1);
  return isLabelOfStart(label, start) && isOfStart(runner, start);
}

function describeStop({ run, job }: StopRequest, search: InstanceSearch) {
  return { unsearched: search.describeUnsearched(), attempt: run.runAttempt, areJobsOver: job !== undefined };
}

const OWN_RUN =
  'EC2 lists no instance of this run with the label. A label reaches the instances of its own run only; `ec2-instance-id` reaches others.';

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

/**
 * Fails a stop that is incomplete, with the hint of each refusal: GitHub's own hint names the missing permission.
 *
 * @throws Failure `not-ours` when an id belongs to another repository; `cleanup-incomplete` when an instance could not
 * be ended or a runner could not be removed
 */
export function refuseUnstopped({ foreign, refusals }: Pick<StopResult, 'foreign' | 'refusals'>): void {
  const sentences = [...new Set([...foreign, ...refusals.map(({ message }) => message)])];
  if (sentences.length === 0) return;
  const listed = sentences.length === 1 ? [] : sentences;
  const hints = [
    ...(foreign.length > 0 ? [advice.GIVE_OWN_INSTANCE_IDS] : []),
    ...new Set(refusals.map(({ hint }) => hint)),
    refusals.length > 0 ? advice.REPEAT_STOP : 'Everything else was stopped.',
  ];
  const requestId = refusals.find(({ about }) => about.requestId !== undefined)?.about.requestId;
  throw new Failure(
    foreign.length > 0 ? 'not-ours' : 'cleanup-incomplete',
    sentences.length === 1 ? sentences[0]! : 'Not everything could be stopped.',
    {
      hint: hints.join(' '),
      details: [...listed, ...refusals.flatMap(({ about }) => about.details ?? [])],
      ...(requestId !== undefined && { requestId }),
    },
  );
}
