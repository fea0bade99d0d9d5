import { Failure, type FailureCode } from '../kernel/failure.js';
import type { NextLaunch } from '../machine/plan-queue.js';
import { setupKeyOf } from '../machine/region-setup.js';
import type { LaunchOutcome } from '../ports/ec2.js';
import type { StartContext } from './context.js';
import { composeLaunch, type LaunchParts } from './compose-launch.js';
import { needsToken } from './request.js';
import type { PreparedRunner } from './register.js';
import { describeRunners, type StartedInstance } from './started.js';

/** Failures of a launch that may have taken effect all the same. */
const UNANSWERED: readonly FailureCode[] = ['aws-unreachable', 'aws-throttled'];

/** Launches the request's instances. */
export class Launcher {
  constructor(private readonly context: StartContext) {}

  /** Launches the request's `machine`-th instance by the first plan that EC2 accepts. @throws Failure; the signal's reason */
  async launch(machine: number, runners: readonly PreparedRunner[]): Promise<StartedInstance> {
    const { queue, ports } = this.context;
    const regions = await this.context.regions;
    for (;;) {
      const next = await queue.next(machine);
      const { plan } = next;
      const instance = queue.note(plan, await this.send(next, { setup: regions.get(setupKeyOf(plan))!, runners }));
      if (!instance) continue;
      const names = runners.map(({ name }) => name).join(', ');
      ports.log.info(`Launched ${plan.instanceType} (${plan.market}) for runner ${names}: ${instance.id}.`);
      return {
        instance,
        plan,
        region: plan.region,
        runners: describeRunners(this.context.request, runners),
        launchedAt: ports.clock.now(),
      };
    }
  }

  private async send(
    { plan, clientToken }: NextLaunch,
    { setup, runners }: Pick<LaunchParts, 'setup' | 'runners'>,
  ): Promise<LaunchOutcome> {
    const { request, ports, created, tokens } = this.context;
    const { bootScripts, rolesFormat, clock, signal, dataVolume } = ports;
    const ec2 = await ports.ec2In(plan.region);
    const registration = needsToken(request) ? await tokens.get() : undefined;
    const parts = {
      request,
      setup,
      runners,
      registration,
      bootScripts,
      rolesFormat,
      now: clock.now(),
      volume: dataVolume?.toLaunch(setup),
    };
    const spec = composeLaunch(parts, plan, clientToken);
    try {
      return await ec2.launch(spec, signal);
    } catch (error) {
      // Cancelled, throttled or unanswered: an earlier try of the same request may have taken effect.
      const isRefused = error instanceof Failure && !UNANSWERED.includes(error.code) && error !== signal.reason;
      if (!isRefused) created.possiblyLaunched.push(...runners);
      throw error;
    }
  }
}
