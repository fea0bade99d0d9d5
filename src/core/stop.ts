import { endInstances, INVISIBLE_BOUND_MS } from './end-instances.js';
import { explainRunners, tellExplanations, type Explanation } from './explain.js';
import { Failure, messageOf } from './failure.js';
import { parseScope, renderScope, TAG, type Scope } from './identity.js';
import { isEnding } from './instance-states.js';
import type { Clock, Ec2, Ec2ByRegion, GitHub, Instance, Log, Runner } from './ports.js';
import { isOfRun, isOfStart } from './pool.js';
import { InstanceSearch, type Found, type StopRequest } from './stop-search.js';

export interface StopPorts {
  /** The home region's. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  /** GitHub as seen from a scope: what start knew of it is on the instance's tags. */
  readonly gitHubOf: (scope: Scope) => Promise<GitHub>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Stopped {
  readonly instances: readonly StoppedInstance[];
  readonly runnersRemoved: readonly string[];
  /** Sentences about ids that belong to somebody else. */
  readonly foreign: readonly string[];
  /** Why runners could not be removed. */
  readonly refusals: readonly Failure[];
  /** Why runners took no job; none where all was well. */
  readonly explanations: readonly Explanation[];
}

export interface StoppedInstance {
  readonly instance: Instance;
  readonly lifetimeMs: number;
}

const TERMINATION_BOUND_MS = 10 * 60_000;
const TERMINATION_CADENCE_MS = 3_000;

/**
 * Terminates what the request names (else everything this run and attempt started), then removes its runners.
 * Stopping twice succeeds. Nothing without this suite's tags for this repository is touched. What was not stopped is
 * part of what is returned: see {@link refuseUnstopped}.
 *
 * @throws Failure `cleanup-incomplete` for an instance that EC2 lists and does not know, or does not end
 */
export async function stopRunners(request: StopRequest, ports: StopPorts): Promise<Stopped> {
  const { log, clock } = ports;
  const search = new InstanceSearch(request, ports);
  // Money first: whatever happens to the runners, the machines are going away.
  await log.group('Find and terminate', async () => terminate(await search.atHome(), ports));
  const listing = await log.group('Look at the runners', () => listRunners(request, search, ports));
  const late = await search.further(listing.ours.map(({ runner }) => runner));
  await terminate(late, ports);
  // Beside it, and never before the machines are told to end: EC2 keeps what they said.
  const [removed, explanations] = await Promise.all([
    removeRunners(listing, log),
    explainRunners(
      { found: search.all, listed: listing.ours.map(({ runner }) => runner), isStarted: request.label !== undefined },
      ports,
    ),
  ]);
  await tellExplanations(explanations, log);
  if (request.wait) await waitUntilTerminated(search.all, ports);
  const now = clock.now();
  // Those that had ended before are not this stop's doing.
  const ended = search.all.filter(({ instance }) => instance.state !== 'terminated');
  const instances = ended.map(({ instance }) => ({ instance, lifetimeMs: now - instance.launchedAt }));
  if (instances.length === 0) log.info('No instance of this request is left.');
  const refusals = [...listing.problems, ...removed.problems];
  return { instances, runnersRemoved: removed.names, foreign: search.foreign, refusals, explanations };
}

/**
 * With GitHub's own advice for each of its refusals: that is where it says which permission is missing.
 *
 * @throws Failure `not-ours` for an id that isn't; `cleanup-incomplete` when a runner could not be removed
 */
export function refuseUnstopped({ foreign, refusals }: Stopped): void {
  const sentences = [...foreign, ...refusals.map(({ message }) => message)];
  if (sentences.length === 0) return;
  const listed = sentences.length === 1 ? [] : sentences;
  const advice = [
    ...(foreign.length > 0 ? ['Give `ec2-instance-id` only ids that start-runner put out in this repository.'] : []),
    ...new Set(refusals.map(({ hint }) => hint)),
    refusals.length > 0 ? 'Then run stop-runner again: it is safe to repeat.' : 'Everything else was stopped.',
  ];
  const requestId = refusals.find(({ about }) => about.requestId !== undefined)?.about.requestId;
  throw new Failure(
    foreign.length > 0 ? 'not-ours' : 'cleanup-incomplete',
    sentences.length === 1 ? sentences[0]! : 'Not everything could be stopped.',
    {
      hint: advice.join(' '),
      details: [...listed, ...refusals.flatMap(({ about }) => about.details ?? [])],
      ...(requestId !== undefined && { requestId }),
    },
  );
}

/** @throws Failure `cleanup-incomplete` for what EC2 lists and, for as long as that may pass, does not know by its id */
async function terminate(found: readonly Found[], ports: StopPorts): Promise<void> {
  const live = found.filter(({ instance }) => !isEnding(instance));
  const located = live.map(({ instance: { id }, region }) => ({ id, region }));
  if (located.length > 0) ports.log.info(`Terminating ${located.map(({ id }) => id).join(', ')}.`);
  const { unlisted, refused } = await endInstances(located, ports, INVISIBLE_BOUND_MS);
  for (const { failure } of refused) throw failure;
  if (unlisted.length > 0) throw notKnown(unlisted.map(({ id }) => id));
}

interface Listing {
  readonly ours: { readonly github: GitHub; readonly runner: Runner }[];
  readonly problems: Failure[];
}

/** Those on the instances' tags and, for a start that died before it launched, those that carry its names. */
async function listRunners(request: StopRequest, search: InstanceSearch, ports: StopPorts): Promise<Listing> {
  const home: Scope = { kind: 'repo', owner: request.run.owner, repo: request.run.repo };
  const tagged = search.all.map(({ instance }) => parseScope(instance.tags[TAG.scope]) ?? home);
  const scopes = new Map([home, ...tagged].map((scope) => [renderScope(scope), scope]));
  const listing: Listing = { ours: [], problems: [] };
  for (const [name, scope] of scopes) {
    try {
      const github = await ports.gitHubOf(scope);
      const isOurs = ownerTest(request, search);
      for (const runner of await github.listRunners()) if (isOurs(runner)) listing.ours.push({ github, runner });
    } catch (error) {
      // A token for the organisation need not reach the repository's own runners: only where ours may be, it must.
      const needed = scope !== home || tagged.includes(home) || tagged.length === 0;
      const sentence = `Runners of ${name} could not be removed: ${messageOf(error)}`;
      if (!needed) ports.log.debug(sentence);
      else if (error instanceof Failure) listing.problems.push(new Failure(error.code, sentence, error.about));
      else throw error;
    }
  }
  return listing;
}

/** Which runners are meant: those of the instances found, and ghosts of the same run, label or start. */
function ownerTest(request: StopRequest, search: InstanceSearch): (runner: Runner) => boolean {
  const { label, instanceIds, run } = request;
  const ids = new Set(search.all.map(({ instance }) => instance.tags[TAG.runnerId]));
  const { starts } = search;
  const isGhost = (runner: Runner): boolean => {
    const { runId, runAttempt: attempt } = run;
    if (label === undefined) return instanceIds.length === 0 && isOfRun(runner, { runId, attempt });
    const isMeant = starts.length === 0 || starts.some((start) => isOfStart(runner, start));
    return isOfRun(runner, { runId }) && runner.labels.includes(label) && isMeant;
  };
  return (runner) => ids.has(`${runner.id}`) || isGhost(runner);
}

async function removeRunners({ ours }: Listing, log: Log): Promise<{ names: string[]; problems: Failure[] }> {
  const names: string[] = [];
  const problems: Failure[] = [];
  for (const { github, runner } of ours) {
    try {
      const outcome = await github.removeRunner(runner.id);
      if (outcome === 'removed') names.push(runner.name);
      log.info(
        outcome === 'busy'
          ? `Runner ${runner.name} was busy: GitHub removes it as soon as it notices that its machine is gone.`
          : `Runner ${runner.name}: ${outcome}.`,
      );
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      problems.push(
        new Failure(error.code, `Runner ${runner.name} could not be removed: ${error.message}`, error.about),
      );
    }
  }
  if (ours.length === 0) log.info('GitHub lists no runner of this request.');
  return { names, problems };
}

async function waitUntilTerminated(found: readonly Found[], ports: StopPorts): Promise<void> {
  const deadline = ports.clock.now() + TERMINATION_BOUND_MS;
  for (const region of new Set(found.map((one) => one.region))) {
    const ec2 = await ports.ec2In(region);
    let open = found.flatMap((one) => (one.region === region ? one.instance.id : []));
    for (;;) {
      open = (await ec2.describeInstances(open)).filter(({ state }) => state !== 'terminated').map(({ id }) => id);
      if (open.length === 0) break;
      if (ports.clock.now() >= deadline) throw notTerminated(open);
      await ports.clock.sleep(TERMINATION_CADENCE_MS, ports.signal);
    }
  }
}

function notKnown(ids: readonly string[]): Failure {
  return new Failure('cleanup-incomplete', `EC2 lists ${ids.join(', ')}, but does not know it when it is to end.`, {
    hint: 'Run stop-runner again: it is safe to repeat.',
  });
}

function notTerminated(ids: readonly string[]): Failure {
  return new Failure('cleanup-incomplete', `EC2 has not terminated ${ids.join(', ')} within 10 min.`, {
    hint: 'They are shutting down and no longer billed; look at them in the EC2 console.',
  });
}
