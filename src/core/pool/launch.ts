import { Failure } from '../kernel/failure.js';
import { composeMachine, DEFAULT_RUNNER_HOME } from '../machine/launch-spec.js';
import { renderWarmUp } from '../machine/payload.js';
import { PlanQueue, type NextLaunch } from '../machine/plan-queue.js';
import type { Preflight } from '../machine/preflight.js';
import { setupKeyOf } from '../machine/region-setup.js';
import type { LaunchSpec, Plan } from '../ports/ec2.js';
import { composePoolTags } from './pool.js';
import type { FillPorts, FillRequest } from './request.js';

/** An instance on its first boot. */
export interface WarmingUp {
  readonly id: string;
  readonly plan: Plan;
}

interface LaunchContext {
  readonly request: FillRequest;
  readonly ready: Preflight;
  readonly ports: FillPorts;
}

/** @returns the instances that were launched and, if some are missing, why */
export async function launchWarmUps(
  count: number,
  context: LaunchContext,
): Promise<{ launched: WarmingUp[]; failure?: Failure }> {
  const { ready, ports, request } = context;
  const { run, id } = request;
  const queue = new PlanQueue({ ...ports, run, id, plans: ready.plans, count, retryMs: 0 });
  const launched: WarmingUp[] = [];
  const lanes = Array.from({ length: count }, async (_, index) => {
    launched.push(await launchOne(index, queue, context));
  });
  const failures = (await Promise.allSettled(lanes)).flatMap((lane) =>
    lane.status === 'rejected' ? [lane.reason] : [],
  );
  const bug: unknown = failures.find((reason) => !(reason instanceof Failure));
  if (bug !== undefined) throw bug;
  return { launched, ...(failures[0] !== undefined && { failure: failures[0] as Failure }) };
}

/** Launches one instance by the first plan that EC2 accepts. */
async function launchOne(index: number, queue: PlanQueue, context: LaunchContext): Promise<WarmingUp> {
  const { ec2In, signal, log } = context.ports;
  for (;;) {
    const next = await queue.next(index);
    const { plan } = next;
    const ec2 = await ec2In(plan.region);
    const instance = queue.note(plan, await ec2.launch(composeWarmUp(next, context), signal));
    if (!instance) continue;
    log.info(`Launched ${plan.instanceType}: ${instance.id}.`);
    return { id: instance.id, plan };
  }
}

/**
 * Differs from a start's launch in three ways: power-off stops the instance, the tags are the pool's, and the user data
 * names no runner.
 */
function composeWarmUp({ plan, clientToken }: NextLaunch, { request, ready, ports }: LaunchContext): LaunchSpec {
  const { machine, maxAgeMs, warmUpMs, warmUpScript: script } = request;
  const setup = ready.regionSetups.get(setupKeyOf(plan))!;
  return {
    plan,
    clientToken,
    ...composeMachine(machine, setup),
    onPowerOff: 'stop',
    tags: composePoolTags(request, setup, ports.clock.now() + maxAgeMs),
    userData: renderWarmUp({
      runnerHome: machine.runnerHome ?? DEFAULT_RUNNER_HOME,
      runAsUser: machine.runAsUser,
      maxLifetimeSeconds: warmUpMs / 1000,
      ...(script !== undefined && { script }),
      ...(machine.settings && { settings: machine.settings }),
    }),
  };
}
