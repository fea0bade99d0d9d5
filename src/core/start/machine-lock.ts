import type { LocatedInstance } from '../instances/located-instance.js';
import { INVISIBLE_CADENCE_MS } from '../instances/end-instances.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { linkRun, renderScope, repositoryOf, type Run } from '../kernel/identity.js';
import { holderOf, isOfStart, nameMachineLock } from '../kernel/origin.js';
import type { Runner } from '../ports/github.js';
import type { StartContext } from './context.js';
import { findMachines } from './machines-of-name.js';
import type { Registrar } from './register.js';

/** How long an answer on the run of a lock's holder is used, before GitHub is asked again. */
const ASK_AGAIN_MS = 30_000;
/** How long EC2 may take to list a launched instance before its name stays locked until its run is over. */
const LISTED_BOUND_MS = 60_000;

type LockContext = Pick<StartContext, 'request' | 'created' | 'ports'>;

/**
 * The lock of a machine's name: a runner of that name, which GitHub registers once. It is held from the look for a
 * machine of the name until EC2 lists the one that was launched. A start that dies meanwhile leaves it to the post step,
 * stop-runner, reap-runners, or the next start of this name.
 */
export class MachineLock {
  readonly name: string;
  /** Whether the lock was taken from a run that is over. A launch of that run may not be listed yet. */
  isInherited = false;
  private held: { readonly id: number } | undefined;
  /** The runner that held the name when it was last looked at, and what is known of it. */
  private other: { readonly runner: Runner; readonly at: number; readonly doubt?: string } | undefined;

  constructor(
    machineName: string,
    private readonly context: LockContext,
    private readonly registrar: Registrar,
  ) {
    this.name = nameMachineLock(machineName, context.request);
  }

  /** Tries once. A lock that a completed run left behind is removed. @returns whether this start holds the lock */
  async take(): Promise<boolean> {
    this.held ??= (await this.registrar.reserve(this.name)) ?? (await this.takeFrom());
    return this.held !== undefined;
  }

  /** Lets other starts take the name. A failure here fails no start: the name stays locked until its run is over. */
  async release(): Promise<void> {
    const { ports, created } = this.context;
    if (this.held === undefined) return;
    const { id } = this.held;
    try {
      await ports.github.removeRunner(id);
      created.forgetRunner(id);
      this.held = undefined;
    } catch (error) {
      if (!(error instanceof Failure) || error === ports.signal.reason) throw error;
      ports.log.warning(`Runner ${this.name} (${id}) could not be removed: ${messageOf(error)} ${STAYS}`);
    }
  }

  /** Releases the lock once EC2 lists the instance, so that the next start of this name finds it. */
  async releaseOnceListed({ instance, region }: LocatedInstance): Promise<void> {
    const { request, ports } = this.context;
    const { clock, signal, log } = ports;
    const deadline = clock.now() + LISTED_BOUND_MS;
    for (;;) {
      const found = await findMachines(request, [region], ports, { alsoEnded: true }).catch((error: unknown) => {
        if (!(error instanceof Failure) || error === signal.reason) throw error;
        log.debug(`EC2 could not be asked whether it lists ${instance.id}: ${messageOf(error)}`);
        return [];
      });
      if (found.some((one) => one.instance.id === instance.id)) return this.release();
      if (clock.now() >= deadline) break;
      await clock.sleep(INVISIBLE_CADENCE_MS, signal);
    }
    log.warning(`EC2 does not list ${instance.id} by its tags after ${LISTED_BOUND_MS / 1000} s. ${STAYS}`);
  }

  /** Why the lock could not be taken. */
  describe(waitedMs: number): Failure {
    const { request } = this.context;
    const waited = `This start waited ${Math.round(waitedMs / 1_000)} s for the name of machine ${request.machineName}`;
    if (this.other === undefined) {
      return new Failure('machine-name-locked', `${waited}, and GitHub did not give it the lock ${this.name}.`, {
        hint: 'Run the job again.',
      });
    }
    const { runner, doubt } = this.other;
    const holder = describeHolder(runner, request.run);
    const why = doubt === undefined ? '' : ` Whether it is needed is not known: ${doubt}`;
    return new Failure(
      'machine-name-locked',
      `${waited}, which runner ${runner.name} (${runner.id}) of ${holder} locks.${why}`,
      {
        hint: `Run the job again when that start is done. If its run is over, remove the runner in the settings of ${renderScope(request.scope)} (Actions, Runners), or run reap-runners.`,
      },
    );
  }

  /** Takes the lock from this start's own lost registration, or from a run that is over. */
  private async takeFrom(): Promise<{ readonly id: number } | undefined> {
    const { request, ports, created } = this.context;
    const runner = await ports.github.findRunnerByName(this.name);
    if (runner === undefined) return undefined;
    if (isOfStart(runner, request.startId)) {
      created.unanswered.delete(this.name);
      created.runners.push({ id: runner.id, name: runner.name });
      return { id: runner.id };
    }
    const isKnown = this.other?.runner.id === runner.id && ports.clock.now() - this.other.at < ASK_AGAIN_MS;
    if (isKnown) return undefined;
    const verdict = await this.judge(runner);
    this.other = {
      runner,
      at: ports.clock.now(),
      ...(verdict !== 'held' && verdict !== 'stale' && { doubt: verdict }),
    };
    if (verdict !== 'stale') {
      ports.log.info(
        `Waiting for the name of machine ${request.machineName}: ${describeHolder(runner, request.run)} holds it.`,
      );
      return undefined;
    }
    await ports.github.removeRunner(runner.id);
    ports.log.info(
      `Removed the lock ${runner.name} (${runner.id}) of ${describeHolder(runner, request.run)}, which is over.`,
    );
    this.isInherited = true;
    return this.registrar.reserve(this.name);
  }

  /** @returns `stale` only if GitHub knows that the holder's attempt is over; a sentence if it cannot be known */
  private async judge(runner: Runner): Promise<string> {
    const { run } = this.context.request;
    const holder = holderOf(runner);
    if (holder === undefined) return 'its labels name no run.';
    if (runner.busy || runner.status === 'online') return 'it is in use, so it is no lock of ci-actions.';
    const { runId, runAttempt } = holder;
    if (runId === run.runId) return Number(runAttempt) < Number(run.runAttempt) ? 'stale' : 'held';
    try {
      const attempt = await this.context.ports.github.readRunAttempt(repositoryOf(run), runId, runAttempt);
      if (attempt === 'unknown') return 'GitHub does not know its run.';
      return attempt === 'completed' ? 'stale' : 'held';
    } catch (error) {
      if (!(error instanceof Failure) || error.code === 'cancelled') throw error;
      return `${error.message} ${error.hint}`;
    }
  }
}

const STAYS = 'The name of this machine stays locked until this run is over.';

/** `run 77 (https://…)` */
function describeHolder(runner: Runner, run: Run): string {
  const holder = holderOf(runner);
  return holder === undefined ? 'an unknown run' : `run ${holder.runId} (${linkRun(run, holder.runId)})`;
}
