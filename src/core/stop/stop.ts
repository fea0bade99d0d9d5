import * as advice from '../kernel/advice.js';
import { EndedSoFar } from './ended-so-far.js';
import { explainRunners, tellExplanations, type Explanation } from '../diagnosis/explain.js';
import { Failure } from '../kernel/failure.js';
import type { Scope } from '../kernel/identity.js';
import type { Clock } from '../kernel/clock.js';
import type { Ec2, Ec2ByRegion, Instance } from '../ports/ec2.js';
import type { Log } from '../ports/process.js';
import type { StopGitHub } from '../ports/github.js';
import { isClaim } from '../kernel/origin.js';
import { InstanceSearch, type StopRequest } from './search.js';
import type { Found } from '../instances/located.js';
import { EVERYTHING, planStop, type KeptInstance, type StopPlan } from './plan.js';
import { removeRunners, RunnerLook } from './runners.js';

export interface StopPorts {
  /** The home region's. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  /** GitHub as seen from a scope: what start knew of it is on the instance's tags. */
  readonly gitHubOf: (scope: Scope) => Promise<StopGitHub>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Stopped {
  /** Those that EC2 confirmed it is ending. */
  readonly instances: readonly StoppedInstance[];
  /** Those of the run that other jobs may need. */
  readonly kept: readonly KeptInstance[];
  readonly runnersRemoved: readonly string[];
  /** Sentences about ids that another repository started. */
  readonly foreign: readonly string[];
  /** Why instances were not ended, or runners not removed. */
  readonly refusals: readonly Failure[];
  /** Why runners took no job; none where all was well. */
  readonly explanations: readonly Explanation[];
}

export interface StoppedInstance {
  readonly instance: Instance;
  readonly lifetimeMs: number;
}

/**
 * Terminates what the request names, then removes its runners; without a label and ids, what no job of the run can need
 * any more ({@link planStop}). Stopping twice succeeds. Nothing without this suite's tags for this repository is touched.
 * What was not stopped is part of what is returned: see `refuseUnstopped`.
 *
 * @throws Failure the signal's reason
 */
export async function stopRunners(request: StopRequest, ports: StopPorts): Promise<Stopped> {
  const { log } = ports;
  const search = new InstanceSearch(request, ports);
  const ending = new EndedSoFar(ports);
  const isNamed = request.all || request.label !== undefined || request.instanceIds.length > 0;
  await log.group(isNamed ? 'Find and terminate' : 'Find', async () => {
    await search.atHome();
    // Money first: whatever happens to the runners, the machines that are named are going away.
    if (isNamed) await ending.end(search.all);
  });
  const runners = new RunnerLook(request.run, ports);
  await log.group('Look at the runners', () => runners.listFor(search.all.map(({ instance }) => instance)));
  const lookAtJobs = () =>
    log.group('Look at the jobs of this run', () => planStop(request, { search, runners }, ports));
  let plan = isNamed ? EVERYTHING : await lookAtJobs();
  await ending.end(await plan.choose(search.all));
  await search.further(plan.meant(request, search, runners.listed).map(({ runner }) => runner));
  if (search.undecided.length > 0) {
    search.meanUndecided();
    plan = await lookAtJobs();
  }
  await ending.end(await plan.choose(search.all));
  await runners.listFor(search.all.map(({ instance }) => instance));
  return conclude(request, { search, ending, runners, plan }, ports);
}

interface Deeds {
  readonly search: InstanceSearch;
  readonly ending: EndedSoFar;
  readonly runners: RunnerLook;
  readonly plan: StopPlan;
}

/** The runners, now that their machines are told to end, and what there is to report. */
async function conclude(request: StopRequest, deeds: Deeds, ports: StopPorts): Promise<Stopped> {
  const { search, ending, runners, plan } = deeds;
  const { log, clock, ec2 } = ports;
  const chosen = await plan.choose(search.all);
  const meant = plan.meant(request, search, runners.listed);
  const unseen = new Set(search.unseen(meant.map(({ runner }) => runner)));
  // By its registration alone a later stop knows of a machine that nobody has seen. A claim's machine is the pool's.
  const doubtful = meant.filter(({ runner }) => unseen.has(runner) && !isClaim(runner.name));
  if (meant.length === 0) log.info('GitHub lists no runner of this request.');
  const known = { listed: meant.map(({ runner }) => runner), unseen: doubtful.map(({ runner }) => runner) };
  const removable = meant.filter((one) => !doubtful.includes(one));
  // Beside it, and never before the machines are told to end: EC2 keeps what they said.
  const [removed, explanations] = await Promise.all([
    removeRunners(removable, log),
    explainRunners({ found: chosen, ...known, unasked: search.describeUnasked() }, ports),
  ]);
  await tellExplanations(explanations, log);
  if (request.wait) await ending.untilTerminated(chosen);
  plan.report(log);
  warnOfUnseenIds(search, log);
  const homeFailure = search.unasked.get(ec2.region);
  const refusals = [
    ...(homeFailure ? [homeFailure] : []),
    ...plan.refusals,
    ...ending.refusals,
    ...runners.problemsFor(search.all.map(({ instance }) => instance)),
    ...removed.problems,
  ];
  const instances = listStopped(chosen, ending, clock.now());
  if (instances.length + plan.kept.length + doubtful.length + refusals.length === 0) {
    log.info('No instance of this request is left.');
  }
  const { kept } = plan;
  return { instances, kept, runnersRemoved: removed.names, foreign: search.foreign, refusals, explanations };
}

function listStopped(chosen: readonly Found[], ending: EndedSoFar, now: number): StoppedInstance[] {
  return chosen
    .filter(({ instance }) => ending.isUnderWay(instance) && instance.state !== 'terminated')
    .map(({ instance }) => ({ instance, lifetimeMs: now - instance.launchedAt }));
}

function warnOfUnseenIds(search: InstanceSearch, log: Log): void {
  if (search.unseenIds.length === 0 || search.unasked.size === 0) return;
  log.warning(
    `EC2 does not know ${search.unseenIds.join(', ')} where it could be asked. Not asked: ${search.describeUnasked()}\nWhat to do: If it runs there, allow the role of this job that region and run stop-runner again; its own idle timeout and lifetime end it otherwise.`,
  );
}

/**
 * With GitHub's own advice for each of its refusals: that is where it says which permission is missing.
 *
 * @throws Failure `not-ours` for an id that isn't; `cleanup-incomplete` when something could not be ended or removed
 */
export function refuseUnstopped({ foreign, refusals }: Pick<Stopped, 'foreign' | 'refusals'>): void {
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
