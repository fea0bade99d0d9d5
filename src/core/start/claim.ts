import { endInstances, listAlive } from '../instances/end-instances.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { nameClaim } from '../kernel/origin.js';
import { createPacer, type Pacer } from '../kernel/pacer.js';
import { namesOf } from '../pool/view.js';
import type { Ec2 } from '../ports/ec2.js';
import type { StartContext } from './context.js';
import { composeUserData } from './compose-launch.js';
import type { Pooled } from './claimable.js';
import type { PreparedRunner, Registrar } from './register.js';
import { composeTags } from './request.js';
import { describeRunners, type StartedInstance } from './started.js';

/** How many claims may be lost to other starts before launching an instance is faster. */
const MOST_LOST = 2;
// A claim takes four mutating requests; EC2 admits 50 at once and refills 5 a second. Source: as in pacer.ts.
const CLAIM_RATE = { burst: 10, perSecond: 1.25 };

/**
 * Claims instances of the request's pool. The lock is a runner that bears the instance's name: GitHub answers 409 to a
 * second one.
 *
 * The order of the steps makes every claim safe to die in. First the runner, so that no other start touches the
 * instance. Then the user data: EC2 accepts it for stopped instances only, which proves that the instance is still
 * waiting. Then the tags: from then on it is found, judged and removed like an instance that this start launched. Last,
 * it is started. Until the tags are written the instance is the pool's, and only the runner has to be removed.
 */
export class Claimer {
  private readonly open: Pooled[];
  private readonly pacer: Pacer;

  constructor(
    private readonly context: StartContext,
    private readonly registrar: Registrar,
  ) {
    this.open = [...context.pooled];
    this.pacer = createPacer(CLAIM_RATE, context.ports.clock);
  }

  /**
   * Claims an instance that becomes the request's `machine`-th one.
   *
   * @returns `undefined` when none can be claimed and the instance has to be launched
   * @throws Failure; the signal's reason
   */
  async claim(machine: number): Promise<StartedInstance | undefined> {
    const { ports } = this.context;
    for (let lost = 0; lost < MOST_LOST;) {
      const pooled = this.open.shift();
      if (!pooled) return undefined;
      await this.pacer.take(ports.signal);
      const lock = await this.registrar.reserve(nameClaim(pooled.instance.id));
      if (lock) {
        const runners = [lock, ...(await this.registrar.register(machine, 1))];
        const started = await this.claimReserved(pooled, runners);
        if (started) return started;
      } else {
        ports.log.info(`Another start has claimed ${pooled.instance.id}, or GitHub did not answer.`);
        lost++;
        if (lost < MOST_LOST && this.open.length > 0) await this.forgetLocked();
      }
    }
    return undefined;
  }

  /** Drops every instance that another start has locked, by one listing of the runners. */
  private async forgetLocked(): Promise<void> {
    const names = namesOf(await this.context.ports.github.listRunners());
    const free = this.open.filter(({ instance }) => !names.has(nameClaim(instance.id)));
    this.open.splice(0, this.open.length, ...free);
  }

  private async claimReserved(
    pooled: Pooled,
    runners: readonly PreparedRunner[],
  ): Promise<StartedInstance | undefined> {
    const { request, ports } = this.context;
    const { instance, plan } = pooled;
    const ec2 = await ports.ec2In(plan.region);
    if (!(await this.writeUserData(pooled, runners, ec2))) return undefined;
    ports.signal.throwIfAborted();
    const launchedAt = ports.clock.now();
    if (!(await this.tagAndStart(pooled, runners, ec2))) return undefined;
    ports.log.info(`Claimed ${instance.id} (${plan.instanceType}) of pool ${request.pool}.`);
    return {
      instance: { ...instance, state: 'pending' },
      plan,
      region: plan.region,
      runners: describeRunners(request, runners),
      launchedAt,
      resumed: true,
    };
  }

  /** User data has no effect until the instance starts, so after a failure the instance still belongs to the pool. */
  private async writeUserData(
    { instance, plan }: Pooled,
    runners: readonly PreparedRunner[],
    ec2: Ec2,
  ): Promise<boolean> {
    const { request, ports, regions } = this.context;
    const { bootScripts, rolesFormat } = ports;
    const setup = (await regions).get(plan.region)!;
    try {
      const userData = composeUserData({ request, setup, runners, bootScripts, rolesFormat });
      if ((await ec2.writeUserData(instance.id, userData)) === 'written') return true;
      ports.log.info(`${instance.id} is no longer waiting in the pool.`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      ports.log.warning(`Pool ${request.pool} cannot be used, so instances are launched: ${messageOf(error)}`);
      this.open.length = 0;
    }
    await this.release(runners);
    return false;
  }

  private async tagAndStart(
    { instance, plan }: Pooled,
    runners: readonly PreparedRunner[],
    ec2: Ec2,
  ): Promise<boolean> {
    const { ports, created } = this.context;
    try {
      const tagged = await ec2.tagInstance(instance.id, this.composeClaimTags(runners));
      const outcome = tagged === 'gone' ? ({ kind: 'gone' } as const) : await ec2.resume(instance.id);
      if (outcome.kind === 'resumed') return true;
      const why = outcome.kind === 'refused' ? outcome.refusal.code : 'it is gone';
      ports.log.info(`${instance.id} (${plan.instanceType}) does not start: ${why}. It leaves the pool.`);
      // Without capacity for its type it is useless, and it has this start's tags.
      await this.discard(instance.id, ec2);
    } catch (error) {
      // Either request may have taken effect. Rolling back looks for the instance by its tags.
      created.possiblyLaunched.push(...runners);
      throw error;
    }
    await this.release(runners);
    return false;
  }

  /** If EC2 does not end the instance at once, stop-runner and the reaper find it by this start's tags. */
  private async discard(id: string, ec2: Ec2): Promise<void> {
    const { ports } = this.context;
    const [alive] = listAlive(await endInstances([{ id, region: ec2.region }], ports, 0));
    if (alive) ports.log.warning(`${alive.why} It is off, and stop-runner or reap-runners removes it.`);
  }

  private composeClaimTags(runners: readonly PreparedRunner[]) {
    const { request, ports } = this.context;
    const now = ports.clock.now();
    return { ...composeTags(request, runners, now), [TAG.claimedAt]: new Date(now).toISOString() };
  }

  /** Lets other starts claim the instance. A failure here fails no start: the name stays taken until a cleanup. */
  private async release(runners: readonly PreparedRunner[]): Promise<void> {
    const { ports, created } = this.context;
    for (const { id, name } of runners) {
      if (id === undefined) continue;
      try {
        await ports.github.removeRunner(id);
        created.forgetRunner(id);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        ports.log.info(`Runner ${name} could not be removed: ${messageOf(error)}`);
      }
    }
  }
}
