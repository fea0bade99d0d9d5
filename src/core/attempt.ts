import { setMaxListeners } from 'node:events';
import { diagnose, isMachinesFault, type Diagnosis } from './diagnose.js';
import { Failure, type FailureCode } from './failure.js';
import { launchFirst, PlanBoard } from './launch.js';
import { composeLaunch } from './launch-spec.js';
import { mintRunner, removeSuspects } from './mint.js';
import { createPacer, LAUNCH_RATE, MINT_RATE } from './pacer.js';
import { PoolClaims } from './pool-claim.js';
import type { BootScripts } from './payload.js';
import type { Clock, Ec2, Ec2ByRegion, GitHub, Journal, JournalEntry, Log, MintedRunner, Plan } from './ports.js';
import type { Preflight } from './preflight.js';
import { startTags, type StartRequest } from './request.js';
import { INVISIBLE_BOUND_MS, removeTraces } from './undo.js';
import { Watch, type Watched } from './watch.js';

export interface StartPorts {
  /** The home region's. */
  readonly ec2: Ec2;
  readonly ec2In: Ec2ByRegion;
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly journal: Journal;
  /** Aborted, with a `Failure` as its reason, when GitHub cancels the job. */
  readonly signal: AbortSignal;
  readonly bootScripts: BootScripts;
  /** Called with every secret before it can appear anywhere. */
  readonly mask: (secret: string) => void;
}

/** Failures of a launch that may have taken effect all the same. */
const UNHEARD: readonly FailureCode[] = ['aws-unreachable', 'aws-throttled'];

export interface StartedRunner extends Watched {
  readonly plan: Plan;
}

/** One try at a whole request: what it has created so far, and how to take that back. */
export class Attempt {
  readonly board: PlanBoard;
  private readonly suspects = new Set<string>();
  private readonly minted: MintedRunner[] = [];
  private readonly started: StartedRunner[] = [];
  /** Runners whose launch was never answered: it may have taken effect. */
  private readonly unheardOf: number[] = [];
  private readonly claims: PoolClaims;
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly watch: Watch;

  constructor(
    private readonly request: StartRequest,
    private readonly ready: Preflight,
    private readonly ports: StartPorts,
  ) {
    this.signal = AbortSignal.any([ports.signal, this.stop.signal]);
    // As many lanes as there are runners listen to it; that is no leak.
    setMaxListeners(0, this.signal);
    const { count, retryCapacityMs } = request;
    this.board = new PlanBoard({ ...ports, signal: this.signal, plans: ready.plans, count, retryMs: retryCapacityMs });
    const { suspects, minted, unheardOf } = this;
    const cancellable = { ...ports, signal: this.signal };
    this.claims = new PoolClaims({ request, ready, ports: cancellable, traces: { suspects, minted, unheardOf } });
    this.watch = new Watch(cancellable, request.startupTimeoutMs, request.count);
  }

  async run(): Promise<readonly StartedRunner[]> {
    this.record('started');
    const mints = createPacer(MINT_RATE, this.ports.clock);
    const launches = createPacer(LAUNCH_RATE, this.ports.clock);
    const indices = Array.from({ length: this.request.count }, (_, index) => index);
    const lanes = indices.map(async (index) => {
      try {
        const mint = () => mints.take(this.signal);
        const claimed = await this.claims.claim(mint);
        const started =
          claimed ?? (await this.launch(index, await this.mint(index, mint), () => launches.take(this.signal)));
        this.note(started);
        if (this.request.waitFor === 'online') await this.untilOnline(started);
      } catch (error) {
        // The first failure stops the other lanes before their next side effect.
        this.stop.abort(error);
        throw error;
      }
    });
    // Every lane is waited for: one that is in the middle of a launch must be known before anything is undone.
    const settled = await Promise.allSettled(lanes);
    if (settled.some(({ status }) => status === 'rejected')) throw this.signal.reason;
    await removeSuspects({ ...this.ports, suspects: this.suspects, startId: this.request.startId });
    return this.started;
  }

  /** Whoever asked knows what there is now: from here on it is the stop's to end it. @throws the signal's reason */
  confirm(): void {
    this.signal.throwIfAborted();
    this.record('confirmed');
  }

  /** Removes everything and says, in the failure, what was seen and what is left. */
  async undo(error: unknown): Promise<unknown> {
    const suspect = this.started.find(({ onlineAt }) => onlineAt === undefined);
    const diagnosis: Diagnosis =
      suspect && isMachinesFault(error)
        ? await diagnose(
            { id: suspect.instance.id, launchedAt: suspect.launchedAt },
            await this.ports.ec2In(suspect.region),
          )
        : { lines: [] };
    // A cancelled job has seconds: its post step has more patience.
    const isCancelled = error instanceof Failure && error.code === 'cancelled';
    const left = await this.remove(isCancelled ? 0 : INVISIBLE_BOUND_MS);
    if (left.length === 0) this.record('undone');
    for (const sentence of left) {
      this.ports.log.warning(`${sentence} The post step, stop-runner and the instance itself will end it.`);
    }
    if (!(error instanceof Failure)) return error;
    const isClean = error.code === 'cancelled' && left.length === 0;
    return new Failure(error.code, error.message, {
      ...error.about,
      ...(diagnosis.why !== undefined && { why: diagnosis.why }),
      ...(isClean && { hint: 'Nothing: everything that was started has been removed again.' }),
      details: [...(error.about.details ?? []), ...diagnosis.lines],
    });
  }

  /** @returns what could not be removed, a sentence each */
  private remove(patienceMs: number): Promise<string[]> {
    return removeTraces(
      {
        regions: [...this.ready.sites.keys()],
        tags: startTags(this.request.run, this.request.startId),
        instances: this.started.map(({ instance, region }) => ({ id: instance.id, region })),
        runnerIds: this.minted.map(({ id }) => id),
        ...(this.suspects.size > 0 && { startId: this.request.startId }),
        unheardOf: this.unheardOf,
        patienceMs,
      },
      this.ports,
    );
  }

  private async mint(index: number, pace: () => Promise<void>): Promise<MintedRunner> {
    await pace();
    this.signal.throwIfAborted();
    const minted = await mintRunner(this.request, index, {
      ...this.ports,
      groupId: this.ready.groupId,
      suspects: this.suspects,
    });
    this.ports.mask(minted.jitConfig);
    this.minted.push(minted);
    return minted;
  }

  private async launch(index: number, minted: MintedRunner, pace: () => Promise<void>): Promise<StartedRunner> {
    const { request, ports } = this;
    const { plan, instance } = await launchFirst(
      this.board,
      async (candidate, token) => {
        const ec2 = await ports.ec2In(candidate.region);
        const spec = composeLaunch(this.partsFor(minted, candidate.region), candidate, token);
        return ec2.launch(spec).catch((error: unknown) => {
          // Throttled in the end, too: an earlier try may have been heard.
          const isHeard = error instanceof Failure && !UNHEARD.includes(error.code);
          if (!isHeard) this.unheardOf.push(minted.id);
          throw error;
        });
      },
      {
        startId: request.startId,
        index,
        pace: async () => {
          await pace();
          this.signal.throwIfAborted();
        },
      },
    );
    ports.log.info(`Launched ${plan.instanceType} (${plan.market}) for runner ${minted.name}: ${instance.id}.`);
    const runner = { id: minted.id, name: minted.name };
    return { runner, plan, region: plan.region, instance, launchedAt: ports.clock.now() };
  }

  /** Before any wait: a job that is cancelled from here on can still be cleaned up by its post step. */
  private note(started: StartedRunner): void {
    this.started.push(started);
    this.record('started');
  }

  private partsFor(minted: MintedRunner, region: string) {
    const { bootScripts, clock } = this.ports;
    return { request: this.request, site: this.ready.sites.get(region)!, minted, bootScripts, now: clock.now() };
  }

  private async untilOnline(started: StartedRunner): Promise<void> {
    await this.watch.untilOnline(started);
    const seconds = ((started.onlineAt! - started.launchedAt) / 1000).toFixed(1);
    this.ports.log.info(
      `Runner ${started.runner.name} is online on ${started.instance.id}, ${seconds} s after its launch.`,
    );
  }

  private record(state: JournalEntry['state']): void {
    this.ports.journal.record({
      startId: this.request.startId,
      regions: [...this.ready.sites.keys()],
      scope: this.request.scope,
      runnerIds: this.minted.map(({ id }) => id),
      instances: this.started.map(({ instance, region }) => ({ id: instance.id, region })),
      state,
    });
  }
}
