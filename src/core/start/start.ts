import { Failure, type FailureCode } from '../kernel/failure.js';
import { plural } from '../kernel/plural.js';
import { regionsOf } from '../kernel/region.js';
import { listPlaces } from '../machine/places.js';
import { preflight } from '../machine/preflight.js';
import { describePlan } from '../machine/refusals.js';
import { prepareRegions, presumeRegions, setupKeyOf, type PreparedRegions } from '../machine/region-setup.js';
import type { LaunchSpec, Plan } from '../ports/ec2.js';
import { Attempt } from './attempt.js';
import type { CheckedRequest } from './context.js';
import type { Pooled, ReadyToClaim } from './claimable.js';
import { composeLaunch, composePlaceholders } from './compose-launch.js';
import type { StartParts } from './parts.js';
import type { StartPorts } from './ports.js';
import { needsToken, type StartRequest } from './request.js';
import type { Started } from './started.js';

/**
 * Turns a request into live runners, or into nothing: after any failure, everything that was started is removed before
 * the `Failure` reaches the caller.
 *
 * @param publish writes the outputs. If this fails, the start is rolled back, because no one could use the runners.
 * @throws Failure of any kind but `not-ours`
 */
export async function startRunners(
  request: StartRequest,
  ports: StartParts,
  publish: (started: Started) => Promise<void> = async () => undefined,
): Promise<Started> {
  const requestedAt = ports.clock.now();
  const checked = await ports.log.group('Check the request', async () => {
    const found = await check(request, ports, requestedAt);
    const [first] = found.plans;
    composeSample(request, { plan: first!, regionSetups: presumeRegions(request.machine, found.regionSetups) }, ports);
    const images = [...found.regionSetups.values()].map(
      ({ region, image }) => `${region}: image ${image.id} (${image.name}).`,
    );
    for (const sentence of new Set(images)) ports.log.info(sentence);
    ports.log.info(
      `${plural(found.plans.length, 'plan')}${found.plans.length > 1 ? ', the first' : ''}: ${describePlan(first!)}.`,
    );
    return found;
  });
  // A machine of the same name may hold the volume, and ends later, under the lock of the name.
  if (request.machineName === undefined) await prepareVolume(ports);
  const attempt = new Attempt(checked, ports);
  try {
    const instances = await ports.log.group('Start the runners', () => attempt.run());
    const { joined, queue } = attempt;
    const { regionSetups } = checked;
    const started = { requestedAt, instances, refused: queue.refused, regionSetups, ...(joined && { joined }) };
    await publish(started);
    attempt.confirm();
    return started;
  } catch (error) {
    throw await ports.log.group('Remove what was started', () => attempt.rollBack(error));
  }
}

/**
 * The `dry-run`: makes the checks of a start, and lets EC2 check the permission to launch, without any side effect. If
 * EC2 would refuse some markets or regions but not all, this only warns, because a start would go on with the others.
 */
export async function dryRunStart(request: StartRequest, ports: StartParts): Promise<CheckedRequest> {
  const now = ports.clock.now();
  const checked = await check(request, ports, now);
  const { plans } = checked;
  const regionSetups = await prepareRegions(request.machine, checked.regionSetups, { ...ports, now });
  const refused: Failure[] = [];
  const isAlike = (a: Plan, b: Plan) => a.market === b.market && setupKeyOf(a) === setupKeyOf(b);
  const samples = plans.filter((plan, at) => plans.findIndex((one) => isAlike(one, plan)) === at);
  for (const plan of samples) {
    const spec = composeSample(request, { plan, regionSetups }, ports);
    await (await ports.ec2In(plan.region)).checkLaunch(spec).catch((error: unknown) => {
      if (!(error instanceof Failure) || UNDECIDED.includes(error.code)) throw error;
      refused.push(error);
      ports.log.warning(`EC2 would refuse ${describePlan(plan)}: ${error.message} ${error.hint}`);
    });
  }
  if (refused.length > 0 && refused.length === samples.length) throw refused.at(-1)!;
  return checked;
}

/** Failures that do not show whether EC2 would allow the launch. */
const UNDECIDED: readonly FailureCode[] = ['aws-unreachable', 'aws-throttled', 'aws-no-credentials'];

/** Sends every request that has no side effect, side by side: those about the clouds and those about the pool. */
async function check(request: StartRequest, ports: StartParts, now: number): Promise<CheckedRequest> {
  const regions = regionsOf(request.machine.subnetIds, ports.ec2.region);
  const [ready, listClaimable] = await Promise.all([
    preflight(request, ports),
    lookAtPool(request, regions, ports),
    ports.dataVolume?.look(listRegions(request, ports.ec2.region)),
  ]);
  refuseUnnamedGroup(request, ready);
  const plans = (await ports.dataVolume?.choose(ready)) ?? ready.plans;
  return { ...ready, plans, request, pooled: listClaimable({ ...ready, ...ports, now }) };
}

/** Looks at the request's pool, if it has one. @returns lists the instances that may be claimed, once the plans are known */
async function lookAtPool(
  request: StartRequest,
  regions: readonly string[],
  ports: StartParts,
): Promise<(ready: ReadyToClaim) => readonly Pooled[]> {
  const { pool, run } = request;
  if (pool === undefined) return () => [];
  const { listClaimable, viewOwnPool } = await ports.loadPool();
  const view = await viewOwnPool({ pool, run }, regions, ports);
  return (ready) => listClaimable(view, request, ready);
}

function listRegions({ machine }: StartRequest, home: string): string[] {
  return [...new Set(listPlaces(machine, home).map(({ region }) => region))];
}

/** Makes the data volume ready before anything else is created, so that nothing waits for it that costs money. */
async function prepareVolume({ dataVolume, log, signal }: StartPorts): Promise<void> {
  if (dataVolume) await log.group('Prepare the data volume', () => dataVolume.prepare(signal));
}

/** @throws Failure `bad-input`: an instance registers a runner in a group by the group's name alone */
function refuseUnnamedGroup(request: StartRequest, { groupName }: Pick<CheckedRequest, 'groupName'>): void {
  const { scope, runnerGroup } = request;
  if (!needsToken(request) || runnerGroup === undefined || groupName !== undefined || scope.kind === 'repo') return;
  throw new Failure(
    'bad-input',
    `\`runner-group\` is ${runnerGroup}, whose name could not be read; runners with \`lifetime: run\` need it.`,
    { hint: 'Set `runner-group` to the name of the group. Nothing was launched.' },
  );
}

/** A launch as it would be, with placeholders for the runners. @throws Failure `payload-too-large` */
function composeSample(
  request: StartRequest,
  { plan, regionSetups }: { readonly plan: Plan; readonly regionSetups: PreparedRegions },
  { bootScripts, rolesFormat, clock, dataVolume }: StartPorts,
): LaunchSpec {
  const setup = regionSetups.get(setupKeyOf(plan))!;
  const volume = dataVolume?.toLaunch(setup);
  const placeholders = composePlaceholders(request, rolesFormat);
  const parts = { request, setup, ...placeholders, bootScripts, rolesFormat, now: clock.now(), volume };
  return composeLaunch(parts, plan, `dry-run-${request.startId}`);
}
