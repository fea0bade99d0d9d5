import { backOff } from '../kernel/back-off.js';
import { endInstances, listAlive } from '../instances/end-instances.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { composeUserData } from '../machine/launch-spec.js';
import { jitterOf, removeSuspect, WORK_FOLDER } from './register.js';
import { createPacer, type Pacer } from '../kernel/pacer.js';
import { nameClaim, originOf } from '../kernel/origin.js';
import { namesOf } from '../pool/view.js';
import type { Pooled } from './look-at-pool.js';
import { TAG } from '../kernel/identity.js';
import type { StartedRunner } from './attempt.js';
import type { Ec2 } from '../ports/ec2.js';
import type { RegisteredRunner } from '../ports/github.js';
import type { Preflight } from '../machine/preflight.js';
import { composeTags, type StartRequest } from '../machine/request.js';
import type { PreparedRegions } from '../machine/region-setup.js';
import type { StartPorts } from './ports.js';

/** What an attempt must know in order to take everything back. */
export interface ClaimTraces {
  readonly registered: RegisteredRunner[];
  /** Names whose registration was never answered. */
  readonly suspects: Set<string>;
  /** Runners that may have an instance nobody has heard of. */
  readonly unheardOf: number[];
}

interface ClaimContext {
  readonly request: StartRequest;
  readonly ready: Preflight;
  readonly ports: StartPorts;
  readonly traces: ClaimTraces;
  /** What must be known before a machine is touched. GitHub is asked for it while it registers the runners. */
  readonly prepare: () => Promise<PreparedRegions>;
}

/** After so many that somebody else got first, a runner's machine is launched: that is then the faster way. */
const MOST_LOST = 2;
// A claim takes four mutating requests; EC2 admits 50 at once and refills 5 a second. Source: as in pacer.ts.
const CLAIM_RATE = { burst: 10, perSecond: 1.25 };

/**
 * Claims instances of the request's pool, each with the runner that bears its name: GitHub's 409 is the lock.
 *
 * The order is what makes a claim safe to die in. The runner comes first, so that nobody else touches the instance.
 * User data comes next: EC2 takes it for stopped instances only, which finds out whether the instance is still what
 * it was. Then the tags, from where on it is found, judged and removed like one that this start has launched. It is
 * started last. Until the tags it is the pool's as before, and the runner alone is left to be removed.
 */
export class PoolClaims {
  private readonly open: Pooled[];
  private readonly pacer: Pacer;

  constructor(private readonly context: ClaimContext) {
    this.open = [...context.ready.pooled];
    this.pacer = createPacer(CLAIM_RATE, context.ports.clock);
  }

  /** @returns `undefined` when there is none to be had: then the machine is launched. @throws Failure */
  async claim(pace: () => Promise<void>): Promise<StartedRunner | undefined> {
    const { log, signal } = this.context.ports;
    for (let lost = 0; lost < MOST_LOST;) {
      const pooled = this.open.shift();
      if (!pooled) return undefined;
      await this.pacer.take(signal);
      await pace();
      signal.throwIfAborted();
      const registered = await this.reserve(pooled);
      if (registered) {
        const started = await this.claimReserved(pooled, registered);
        if (started) return started;
      } else {
        log.info(`Somebody else claims ${pooled.instance.id}.`);
        lost++;
        if (lost < MOST_LOST && this.open.length > 0) await this.forgetLocked();
      }
    }
    return undefined;
  }

  private async reserve({ instance }: Pooled): Promise<RegisteredRunner | undefined> {
    const { request, ready, ports, traces } = this.context;
    const name = nameClaim(instance.id);
    const outcome = await ports.github.registerRunner(
      {
        name,
        label: request.label,
        origin: originOf(request.run, request.startId),
        groupId: ready.groupId,
        workFolder: WORK_FOLDER,
      },
      ports.signal,
    );
    if (typeof outcome === 'object') {
      ports.mask(outcome.jitConfig);
      traces.registered.push(outcome);
      return outcome;
    }
    if (outcome === 'unanswered') {
      traces.suspects.add(name);
      await removeSuspect(name, { ...ports, suspects: traces.suspects, startId: request.startId });
      // No registration comes right after another one that GitHub did not answer.
      const state = { kind: 'unanswered', waitedMs: 0, leftMs: Infinity, random: jitterOf(request.startId) } as const;
      await ports.clock.sleep(backOff({ ...state, refusals: traces.suspects.size }), ports.signal);
    }
    return undefined;
  }

  /** One look at the runners tells of all the others that are taken. */
  private async forgetLocked(): Promise<void> {
    const names = namesOf(await this.context.ports.github.listRunners());
    const free = this.open.filter(({ instance }) => !names.has(nameClaim(instance.id)));
    this.open.splice(0, this.open.length, ...free);
  }

  private async claimReserved(pooled: Pooled, registered: RegisteredRunner): Promise<StartedRunner | undefined> {
    const { ports } = this.context;
    const { instance, plan } = pooled;
    const ec2 = await ports.ec2In(plan.region);
    if (!(await this.writeUserData(pooled, registered, ec2))) return undefined;
    ports.signal.throwIfAborted();
    const launchedAt = ports.clock.now();
    if (!(await this.tagAndStart(pooled, registered, ec2))) return undefined;
    ports.log.info(`Claimed ${instance.id} (${plan.instanceType}) of pool ${this.context.request.pool}.`);
    const runner = { id: registered.id, name: registered.name };
    return {
      runner,
      plan,
      region: plan.region,
      instance: { ...instance, state: 'pending' },
      launchedAt,
      resumed: true,
    };
  }

  /** Nothing of this can be seen from outside: whatever goes wrong, the instance is the pool's as before. */
  private async writeUserData({ instance, plan }: Pooled, registered: RegisteredRunner, ec2: Ec2): Promise<boolean> {
    const { request, ports, prepare } = this.context;
    const setup = (await prepare()).get(plan.region)!;
    const parts = { request, setup, registered, bootScripts: ports.bootScripts };
    try {
      if ((await ec2.writeUserData(instance.id, composeUserData(parts))) === 'written') return true;
      ports.log.info(`${instance.id} is no longer waiting in the pool.`);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      ports.log.warning(`Pool ${request.pool} cannot be used, so machines are launched: ${messageOf(error)}`);
      this.open.length = 0;
    }
    await this.release(registered);
    return false;
  }

  private async tagAndStart({ instance, plan }: Pooled, registered: RegisteredRunner, ec2: Ec2): Promise<boolean> {
    const { ports, traces } = this.context;
    try {
      const tagged = await ec2.tagInstance(instance.id, this.composeClaim(registered));
      const outcome = tagged === 'gone' ? ({ kind: 'gone' } as const) : await ec2.resume(instance.id);
      if (outcome.kind === 'resumed') return true;
      const why = outcome.kind === 'refused' ? outcome.refusal.code : 'it is gone';
      ports.log.info(`${instance.id} (${plan.instanceType}) does not start: ${why}. It leaves the pool.`);
      // Where there is no room for its type it is worth nothing, and it carries this start's tags.
      await this.discard(instance.id, ec2);
    } catch (error) {
      // Whatever was asked for may have taken effect: the attempt's own end looks for it by its tags.
      traces.unheardOf.push(registered.id);
      throw error;
    }
    await this.release(registered);
    return false;
  }

  /** It carries this start's tags by now: what EC2 does not end at once, stop-runner and the reaper find by them. */
  private async discard(id: string, ec2: Ec2): Promise<void> {
    const { ports } = this.context;
    const [alive] = listAlive(await endInstances([{ id, region: ec2.region }], ports, 0));
    if (alive) ports.log.warning(`${alive.why} It is off, and stop-runner or reap-runners removes it.`);
  }

  private composeClaim(registered: RegisteredRunner) {
    const { request, ports } = this.context;
    const now = ports.clock.now();
    return { ...composeTags(request, registered, now), [TAG.claimedAt]: new Date(now).toISOString() };
  }

  /** Lets others claim it. Failing to is no reason to fail a start: the name stays taken until somebody cleans up. */
  private async release({ id, name }: RegisteredRunner): Promise<void> {
    const { ports, traces } = this.context;
    try {
      await ports.github.removeRunner(id);
      traces.registered.splice(
        traces.registered.findIndex((one) => one.id === id),
        1,
      );
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      ports.log.info(`Runner ${name} could not be removed: ${messageOf(error)}`);
    }
  }
}
