import { Attempt, type StartedRunner } from './attempt.js';
import { Failure, type FailureCode } from '../kernel/failure.js';
import { composeLaunch, standInRunner } from '../machine/launch-spec.js';
import { describePlan, type RefusedPlan } from '../machine/plan-queue.js';
import type { LaunchSpec, Plan } from '../ports/ec2.js';
import { preflight, type Preflight } from '../machine/preflight.js';
import type { StartRequest } from '../machine/request.js';
import { prepareRegions, presumeRegions, type PreparedRegions, type RegionSetup } from '../machine/region-setup.js';
import type { StartPorts } from './ports.js';

export interface Started {
  readonly requestedAt: number;
  readonly runners: readonly StartedRunner[];
  readonly refused: readonly RefusedPlan[];
  readonly regionSetups: ReadonlyMap<string, RegionSetup>;
}

/**
 * Turns a request into live runners, or into nothing at all: whatever goes wrong, everything started is
 * removed again before the `Failure` reaches the caller.
 *
 * @param publish tells what was started, as the action's outputs do: what nobody heard of, nobody can use
 * @throws Failure of any kind but `not-ours`
 */
export async function startRunners(
  request: StartRequest,
  ports: StartPorts,
  publish: (started: Started) => Promise<void> = async () => undefined,
): Promise<Started> {
  const requestedAt = ports.clock.now();
  const ready = await ports.log.group('Check the request', () =>
    preflight(request, { ...ports, now: requestedAt }).then((found) => {
      composeSample(
        request,
        { plan: found.plans[0]!, regionSetups: presumeRegions(request, found.regionSetups) },
        ports,
      );
      for (const { region, image } of found.regionSetups.values())
        ports.log.info(`${region}: image ${image.id} (${image.name}).`);
      ports.log.info(`${found.plans.length} plans, the first: ${describePlan(found.plans[0]!)}.`);
      return found;
    }),
  );
  const attempt = new Attempt(request, ready, ports);
  try {
    const runners = await ports.log.group('Start the runners', () => attempt.run());
    const started = { requestedAt, runners, refused: attempt.queue.refused, regionSetups: ready.regionSetups };
    await publish(started);
    attempt.confirm();
    return started;
  } catch (error) {
    throw await ports.log.group('Remove what was started', () => attempt.undo(error));
  }
}

/**
 * Everything about a `dry-run`: the same questions and checks, EC2's own word on the permission, no side effect. What
 * EC2 refuses in one market or region is a warning where another one is left, as it is in a start.
 */
export async function dryRunStart(request: StartRequest, ports: StartPorts): Promise<Preflight> {
  const asking = { ...ports, now: ports.clock.now() };
  const ready = await preflight(request, asking);
  const regionSetups = await prepareRegions(request, ready.regionSetups, asking);
  const refused: Failure[] = [];
  const isAlike = (a: Plan, b: Plan) => a.market === b.market && a.region === b.region;
  const samples = ready.plans.filter((plan, at) => ready.plans.findIndex((one) => isAlike(one, plan)) === at);
  for (const plan of samples) {
    const { spec } = composeSample(request, { plan, regionSetups }, ports);
    await (await ports.ec2In(plan.region)).checkLaunch(spec).catch((error: unknown) => {
      if (!(error instanceof Failure) || UNDECIDED.includes(error.code)) throw error;
      refused.push(error);
      ports.log.warning(`EC2 would refuse ${describePlan(plan)}: ${error.message} ${error.hint}`);
    });
  }
  if (refused.length > 0 && refused.length === samples.length) throw refused.at(-1)!;
  return ready;
}

/** Failures that say nothing of the launch. */
const UNDECIDED: readonly FailureCode[] = ['aws-unreachable', 'aws-throttled', 'aws-no-credentials'];

/** A launch as it would be, with a stand-in for the runner. @throws Failure `payload-too-large` */
function composeSample(
  request: StartRequest,
  { plan, regionSetups }: { readonly plan: Plan; readonly regionSetups: PreparedRegions },
  ports: StartPorts,
): { spec: LaunchSpec } {
  const setup = regionSetups.get(plan.region)!;
  const parts = { request, setup, registered: standInRunner, bootScripts: ports.bootScripts, now: ports.clock.now() };
  return { spec: composeLaunch(parts, plan, `dry-run-${request.startId}`) };
}
