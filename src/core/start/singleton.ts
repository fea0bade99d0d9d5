import { endInstances, INVISIBLE_BOUND_MS, INVISIBLE_CADENCE_MS, listAlive } from '../instances/end-instances.js';
import type { LocatedInstance } from '../instances/located-instance.js';
import { isEnding } from '../instances/states.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { renderScope, TAG, type Run } from '../kernel/identity.js';
import { groupByRegion } from '../kernel/region.js';
import { readRunners } from '../kernel/runner-tags.js';
import type { StartContext } from './context.js';
import { Join } from './join.js';
import { MachineLock } from './machine-lock.js';
import { describeMachine, findDoubt, findMachines, refuseMachine } from './machines-of-name.js';
import type { Registrar } from './register.js';
import type { JoinedMachine } from './started.js';

/** How often a start looks again while another start holds the name. */
const CADENCE_MS = 3_000;
/** EC2 confirms most terminations within a minute. Machines with many volumes or a GPU take longer. */
const END_BOUND_MS = 5 * 60_000;

/**
 * Sees to it that at most one machine of a name is alive in a repository.
 *
 * The start looks for such a machine, takes the lock of the name, and looks again: from then on no other start launches
 * one. The lock is released when EC2 lists the machine. A machine that is ending is waited for under the lock, so that
 * its data volume is free.
 */
export class Singleton {
  private readonly lock: MachineLock;
  private readonly joining: Join;

  constructor(
    private readonly context: Pick<StartContext, 'request' | 'created' | 'ports'>,
    registrar: Registrar,
  ) {
    this.lock = new MachineLock(context.request.machineName ?? '', context, registrar);
    this.joining = new Join(context.request, context.ports);
  }

  /**
   * @returns the machine whose runners this start uses; `undefined` when this start may launch the machine of the name
   * @throws Failure `machine-running`, `machine-name-locked`, or why EC2 or GitHub cannot be asked; the signal's reason
   */
  async take(): Promise<JoinedMachine | undefined> {
    const { clock, signal, github } = this.context.ports;
    const { startup, whenRunning } = this.context.request;
    const since = clock.now();
    for (;;) {
      const joined = whenRunning === 'replace' ? undefined : await this.use(await this.look());
      if (joined) return joined;
      if (await this.lock.take()) break;
      const waited = clock.now() - since;
      if (waited >= startup.startupTimeoutMs) throw this.lock.describe(waited);
      await clock.sleep(CADENCE_MS * github.pace, signal);
    }
    const found = await this.lookUnderLock();
    if (whenRunning === 'replace') await this.replace(found);
    const joined = whenRunning === 'replace' ? undefined : await this.use(found);
    if (joined) {
      await this.lock.release();
      return joined;
    }
    await this.awaitEnd(found);
    return undefined;
  }

  /** Lets other starts see the machine that this start has launched. */
  async finish(launched: LocatedInstance): Promise<void> {
    await this.lock.releaseOnceListed(launched);
  }

  private look(): Promise<readonly LocatedInstance[]> {
    const { request, ports, created } = this.context;
    return findMachines(request, created.start.regions, ports);
  }

  /** Looks until EC2 must list what a start that is over may have launched as its last act. */
  private async lookUnderLock(): Promise<readonly LocatedInstance[]> {
    const { clock, signal } = this.context.ports;
    const deadline = clock.now() + (this.lock.isInherited ? INVISIBLE_BOUND_MS : 0);
    for (;;) {
      const found = await this.look();
      if (found.length > 0 || clock.now() >= deadline) return found;
      await clock.sleep(INVISIBLE_CADENCE_MS, signal);
    }
  }

  /** Joins or refuses a machine that is not ending. */
  private async use(found: readonly LocatedInstance[]): Promise<JoinedMachine | undefined> {
    const { request, ports } = this.context;
    const [alive] = found.filter(({ instance }) => !isEnding(instance));
    if (alive === undefined) return undefined;
    this.refuseDoubtful([alive]);
    if (request.whenRunning === 'join') {
      const joined = await this.joining.join(alive);
      if (joined)
        ports.log.notice(
          `Joined machine ${request.machineName}: ${describeMachine(alive, request.run)}. That run ends it.`,
        );
      return joined;
    }
    throw refuseMachine(alive, request, explainRefusal(alive, request.run));
  }

  /** Ends the machines of this name, whatever jobs they have. */
  private async replace(found: readonly LocatedInstance[]): Promise<void> {
    const { request, ports } = this.context;
    const alive = found.filter(({ instance }) => !isEnding(instance));
    if (alive.length === 0) return;
    this.refuseDoubtful(alive);
    for (const one of alive)
      ports.log.notice(`Replacing machine ${request.machineName}: ending ${describeMachine(one, request.run)}.`);
    const located = alive.map(({ instance: { id }, region }) => ({ id, region }));
    const left = listAlive(await endInstances(located, ports, INVISIBLE_BOUND_MS));
    const one = alive.find(({ instance }) => instance.id === left[0]?.id);
    if (one) {
      const hint = 'Correct what the message names and run the job again, or end the machine in the EC2 console.';
      throw refuseMachine(one, request, { why: `It could not be ended: ${left[0]!.why}`, hint });
    }
    await this.removeRunners(alive);
  }

  private refuseDoubtful(alive: readonly LocatedInstance[]): void {
    for (const one of alive) {
      const doubt = findDoubt(one.instance);
      if (doubt === undefined) continue;
      const hint = 'Find out who changed its tags, and end it in the EC2 console if no job needs it.';
      throw refuseMachine(one, this.context.request, { why: `It was left alone, because ${doubt}.`, hint });
    }
  }

  /** The runners of a replaced machine get no job any more. GitHub removes a busy one when it notices the end. */
  private async removeRunners(replaced: readonly LocatedInstance[]): Promise<void> {
    const { request, ports } = this.context;
    const ours = replaced.filter(({ instance }) => instance.tags[TAG.scope] === renderScope(request.scope));
    for (const { id, name } of ours.flatMap(({ instance }) => readRunners(instance.tags))) {
      try {
        // An edited tag must not cost anybody else a runner.
        const found = id === undefined ? await ports.github.findRunnerByName(name) : await ports.github.readRunner(id);
        if (found?.name === name) await ports.github.removeRunner(found.id);
      } catch (error) {
        if (!(error instanceof Failure) || error === ports.signal.reason) throw error;
        ports.log.info(`Runner ${name} of the replaced machine could not be removed: ${messageOf(error)}`);
      }
    }
  }

  /** Waits until EC2 reports these machines as terminated. Those that are listed no more have ended before. */
  private async awaitEnd(found: readonly LocatedInstance[]): Promise<void> {
    const { request, ports } = this.context;
    const { clock, signal, log } = ports;
    if (found.length === 0) return;
    const deadline = clock.now() + END_BOUND_MS;
    log.info(`Waiting until EC2 has ended ${found.map(({ instance }) => instance.id).join(', ')}.`);
    for (;;) {
      const open = await this.listOpen(found);
      if (open.length === 0) return;
      if (clock.now() >= deadline) {
        const why = `EC2 has not terminated it within ${END_BOUND_MS / 60_000} min.`;
        throw refuseMachine(open[0]!, request, {
          why,
          hint: 'Run the job again, and look at the machine in the EC2 console.',
        });
      }
      await clock.sleep(CADENCE_MS, signal);
    }
  }

  private async listOpen(found: readonly LocatedInstance[]): Promise<readonly LocatedInstance[]> {
    const perRegion = await Promise.all(
      [...groupByRegion(found)].map(async ([region, some]) => {
        const ec2 = await this.context.ports.ec2In(region);
        const current = await ec2.describeInstances(some.map(({ instance }) => instance.id));
        return current.map((instance) => ({ instance, region }));
      }),
    );
    return perRegion.flat().filter(({ instance }) => instance.state !== 'terminated');
  }
}

/** A run that waits for its own end would wait forever. */
function explainRefusal({ instance: { tags } }: LocatedInstance, run: Run): { why: string; hint: string } {
  const one = 'At most one machine of this name runs at a time.';
  if (tags[TAG.runId] !== run.runId) {
    const hint =
      'Run the job again when that run is done. `when-running: join` uses its machine, and `when-running: replace` ends it.';
    return { why: one, hint };
  }
  if (tags[TAG.runAttempt] === run.runAttempt) {
    const hint =
      'Give the second start another `machine-name`, or let it begin after the stop of the first. `when-running: join` uses the machine of the first.';
    return { why: `It is of this run itself. ${one}`, hint };
  }
  const hint = `If no other run uses it, \`when-running: replace\` ends it. So does a stop-runner with \`all: true\` before this start. \`when-running: join\` uses it.`;
  return { why: `It is of attempt ${tags[TAG.runAttempt] ?? '?'} of this run. ${one}`, hint };
}
