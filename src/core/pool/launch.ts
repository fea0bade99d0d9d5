import { Failure } from '../kernel/failure.js';
import { launchFirst, PlanQueue } from '../machine/plan-queue.js';
import { composeMachine } from '../machine/launch-spec.js';
import { createPacer, LAUNCH_RATE } from '../kernel/pacer.js';
import { renderWarmUp } from '../machine/payload.js';
import { composePoolTags } from './pool.js';
import type { FillPorts, FillRequest } from './request.js';
import type { LaunchSpec, Plan } from '../ports/ec2.js';
import type { Preflight } from '../machine/preflight.js';

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

/** @returns those that could be launched, and why it was not all of them */
export async function launchWarmUps(
  count: number,
  context: LaunchContext,
): Promise<{ launched: WarmingUp[]; failure?: Failure }> {
  const { ready, ports, request } = context;
  const queue = new PlanQueue({ ...ports, plans: ready.plans, count, retryMs: 0 });
  const pacer = createPacer(LAUNCH_RATE, ports.clock);
  const launched: WarmingUp[] = [];
  const lanes = Array.from({ length: count }, async (_, index) => {
    const { plan, instance } = await launchFirst(
      queue,
      async (candidate, token) =>
        (await ports.ec2In(candidate.region)).launch(composeWarmUp(context, candidate, token), ports.signal),
      {
        start: request.machine,
        index,
        pace: async () => {
          await pacer.take(ports.signal);
          ports.signal.throwIfAborted();
        },
      },
    );
    launched.push({ id: instance.id, plan });
    ports.log.info(`Launched ${plan.instanceType}: ${instance.id}.`);
  });
  const failures = (await Promise.allSettled(lanes)).flatMap((lane) =>
    lane.status === 'rejected' ? [lane.reason] : [],
  );
  const bug: unknown = failures.find((reason) => !(reason instanceof Failure));
  if (bug !== undefined) throw bug;
  return { launched, ...(failures[0] !== undefined && { failure: failures[0] as Failure }) };
}

/** As a start would launch it, but it stops where that one ends, and carries the pool's tags. */
function composeWarmUp({ request, ready, ports }: LaunchContext, plan: Plan, clientToken: string): LaunchSpec {
  const { machine, maxAgeMs, warmUpMs, warmUpScript: script } = request;
  const setup = ready.regionSetups.get(plan.region)!;
  return {
    plan,
    clientToken,
    ...composeMachine(machine, setup),
    onPowerOff: 'stop',
    tags: composePoolTags({ request: machine, pool: machine.pool, setup }, ports.clock.now() + maxAgeMs),
    userData: renderWarmUp({
      runnerHome: machine.runnerHome ?? '/opt/actions-runner',
      runAsUser: machine.runAsUser,
      maxLifetimeSeconds: warmUpMs / 1000,
      ...(script !== undefined && { script }),
      ...(machine.settings && { settings: machine.settings }),
    }),
  };
}
