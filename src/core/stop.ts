import { Failure, messageOf } from './failure.js';
import { parseScope, renderScope, repositoryOf, runTags, TAG, type Run, type Scope } from './identity.js';
import type { Clock, Ec2, GitHub, Instance, Log, Runner } from './ports.js';

export interface StopRequest {
  readonly run: Run;
  readonly label: string | undefined;
  readonly instanceIds: readonly string[];
  /** Wait for EC2 to say `terminated`. */
  readonly wait: boolean;
}

export interface StopPorts {
  readonly ec2: Ec2;
  /** GitHub as seen from a scope: what start knew of it is on the instance's tags. */
  readonly gitHubOf: (scope: Scope) => Promise<GitHub>;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface Stopped {
  readonly instances: readonly StoppedInstance[];
  readonly runnersRemoved: readonly string[];
}

export interface StoppedInstance {
  readonly instance: Instance;
  readonly lifetimeMs: number;
}

const TERMINATION_BOUND_MS = 10 * 60_000;
const TERMINATION_CADENCE_MS = 3_000;

/**
 * Terminates what the request names (else everything this run and attempt started), then removes its runners.
 * Stopping twice succeeds. Nothing without this suite's tags for this repository is touched.
 *
 * @throws Failure `not-ours` for an id that isn't, after the rest was stopped; `cleanup-incomplete` when
 *   something could not be removed
 */
export async function stopRunners(request: StopRequest, ports: StopPorts): Promise<Stopped> {
  const { ours, problems } = await ports.log.group('Find what to stop', () => findInstances(request, ports));
  // Money first: whatever happens to the runners, the machines are going away.
  const live = ours.filter(({ state }) => state !== 'terminated' && state !== 'shutting-down');
  if (live.length > 0) await ports.log.group('Terminate', () => terminate(live, ports));
  const removal = await ports.log.group('Remove the runners', () => removeRunners(request, ours, ports));
  if (request.wait) await waitUntilTerminated(ours, ports);
  const now = ports.clock.now();
  // Those that had ended before are not this stop's doing.
  const ended = ours.filter(({ state }) => state !== 'terminated');
  const instances = ended.map((instance) => ({ instance, lifetimeMs: now - instance.launchedAt }));
  report(problems, removal.problems);
  return { instances, runnersRemoved: removal.removed };
}

async function findInstances(
  request: StopRequest,
  ports: StopPorts,
): Promise<{ ours: Instance[]; problems: string[] }> {
  const named = request.instanceIds.length > 0 ? await ports.ec2.describeInstances(request.instanceIds) : [];
  const tagged = await findTagged(request, named, ports.ec2);
  const repository = repositoryOf(request.run);
  const problems = named
    .filter(({ tags }) => tags[TAG.repository] !== repository)
    .map(({ id, tags }) => `${id} ${describeOwner(tags[TAG.repository])}; it was left alone.`);
  const ours = [...named.filter(({ tags }) => tags[TAG.repository] === repository), ...tagged];
  const byId = new Map(ours.map((instance) => [instance.id, instance]));
  for (const id of request.instanceIds.filter((one) => !named.some((instance) => instance.id === one))) {
    ports.log.info(`EC2 does not know ${id} (any more): there is nothing to terminate.`);
  }
  for (const instance of byId.values()) ports.log.info(`${instance.id}: ${instance.type}, ${instance.state}.`);
  if (byId.size === 0) ports.log.info('No instance of this request is left.');
  return { ours: [...byId.values()], problems };
}

/**
 * Ids alone name exactly what is meant. A label means this run's instances of it, whatever the attempt (a re-run
 * stop job has the label of an earlier one): another run may be using the same fixed label at this moment. With
 * ids beside it, it means all that was started together with them. With neither: all of this run and attempt.
 */
async function findTagged(
  { run, label, instanceIds }: StopRequest,
  named: readonly Instance[],
  ec2: Ec2,
): Promise<readonly Instance[]> {
  if (label === undefined) return instanceIds.length > 0 ? [] : ec2.findInstances(runTags(run));
  const filter = { [TAG.repository]: repositoryOf(run), [TAG.runId]: run.runId, [TAG.label]: label };
  const starts = startsOf(named);
  const found = await ec2.findInstances(filter);
  return found.filter(({ tags }) => starts.length === 0 || starts.includes(tags[TAG.start] ?? ''));
}

function startsOf(instances: readonly Instance[]): string[] {
  return instances.flatMap(({ tags }) => tags[TAG.start] ?? []);
}

function describeOwner(repository: string | undefined): string {
  return repository === undefined ? 'carries no tag of this suite' : `belongs to ${repository}`;
}

async function terminate(instances: readonly Instance[], { ec2, log }: StopPorts): Promise<void> {
  const ids = instances.map(({ id }) => id);
  await ec2.terminate(ids);
  log.info(`Terminating ${ids.join(', ')}.`);
}

/** Those on the instances' tags and, for a start that died before it launched, those that carry its names. */
async function removeRunners(
  request: StopRequest,
  instances: readonly Instance[],
  ports: StopPorts,
): Promise<{ removed: string[]; problems: Failure[] }> {
  const scopes = new Map<string, Scope>();
  const home: Scope = { kind: 'repo', owner: request.run.owner, repo: request.run.repo };
  for (const scope of [home, ...instances.map(({ tags }) => parseScope(tags[TAG.scope]) ?? home)]) {
    scopes.set(renderScope(scope), scope);
  }
  const removed: string[] = [];
  const problems: Failure[] = [];
  for (const scope of scopes.values()) {
    try {
      const github = await ports.gitHubOf(scope);
      removed.push(...(await removeFrom(github, { request, instances, log: ports.log })));
    } catch (error) {
      // A token for the organisation need not reach the repository's own runners: only where ours may be, it must.
      const needed = scope !== home || instances.some(({ tags }) => tags[TAG.scope] === renderScope(home));
      const sentence = `Runners of ${renderScope(scope)} could not be removed: ${messageOf(error)}`;
      if (!needed && instances.length > 0) ports.log.debug(sentence);
      else if (error instanceof Failure) problems.push(new Failure(error.code, sentence, error.about));
      else throw error;
    }
  }
  return { removed, problems };
}

async function removeFrom(
  github: GitHub,
  { request, instances, log }: { request: StopRequest; instances: readonly Instance[]; log: Log },
): Promise<string[]> {
  const ids = new Set(instances.map(({ tags }) => tags[TAG.runnerId]));
  const isGhost = ghostTest(request, instances);
  const removed: string[] = [];
  for (const runner of await github.listRunners()) {
    if (!ids.has(String(runner.id)) && !isGhost(runner)) continue;
    const outcome = await github.removeRunner(runner.id);
    if (outcome === 'removed') removed.push(runner.name);
    log.info(
      outcome === 'busy'
        ? `Runner ${runner.name} was busy: GitHub removes it as soon as it notices that its machine is gone.`
        : `Runner ${runner.name}: ${outcome}.`,
    );
  }
  if (removed.length === 0) log.info('GitHub lists no runner of this request.');
  return removed;
}

/** Ghosts: minted by a start that died before it launched, so no instance's tags tell of them. */
function ghostTest(request: StopRequest, instances: readonly Instance[]): (runner: Runner) => boolean {
  const { label, instanceIds, run } = request;
  if (label === undefined && instanceIds.length > 0) return () => false;
  if (label === undefined) return ({ name }) => name.startsWith(`ec2-${run.runId}-${run.runAttempt}-`);
  const starts = instanceIds.length > 0 ? startsOf(instances) : [];
  return ({ name, labels }) =>
    name.startsWith(`ec2-${run.runId}-`) &&
    labels.includes(label) &&
    (starts.length === 0 || starts.some((start) => name.includes(`-${start}-`)));
}

async function waitUntilTerminated(instances: readonly Instance[], ports: StopPorts): Promise<void> {
  const deadline = ports.clock.now() + TERMINATION_BOUND_MS;
  let open = instances.map(({ id }) => id);
  for (;;) {
    const listed = await ports.ec2.describeInstances(open);
    open = listed.filter(({ state }) => state !== 'terminated').map(({ id }) => id);
    if (open.length === 0) return;
    if (ports.clock.now() >= deadline) {
      throw new Failure('cleanup-incomplete', `EC2 has not terminated ${open.join(', ')} within 10 min.`, {
        hint: 'They are shutting down and no longer billed; look at them in the EC2 console.',
      });
    }
    await ports.clock.sleep(TERMINATION_CADENCE_MS, ports.signal);
  }
}

/** With GitHub's own advice for each of its refusals: that is where it says which permission is missing. */
function report(notOurs: readonly string[], refusals: readonly Failure[]): void {
  const sentences = [...notOurs, ...refusals.map(({ message }) => message)];
  if (sentences.length === 0) return;
  const listed = sentences.length === 1 ? [] : sentences;
  const advice = [
    ...(notOurs.length > 0 ? ['Give `ec2-instance-id` only ids that start-runner put out in this repository.'] : []),
    ...new Set(refusals.map(({ hint }) => hint)),
    refusals.length > 0 ? 'Then run stop-runner again: it is safe to repeat.' : 'Everything else was stopped.',
  ];
  throw new Failure(
    notOurs.length > 0 ? 'not-ours' : 'cleanup-incomplete',
    sentences.length === 1 ? sentences[0]! : 'Not everything could be stopped.',
    { hint: advice.join(' '), details: [...listed, ...refusals.flatMap(({ about }) => about.details ?? [])] },
  );
}
