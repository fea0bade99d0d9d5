import { setMaxListeners } from 'node:events';
import { addFindings, diagnose, isMachinesFault, type Diagnosis } from '../diagnosis/diagnose.js';
import { Failure, type FailureCode } from '../kernel/failure.js';
import { launchFirst, PlanQueue } from '../machine/plan-queue.js';
import { composeLaunch } from '../machine/launch-spec.js';
import { registerRunner, removeSuspects } from './register.js';
import { createPacer, LAUNCH_RATE, REGISTER_RATE } from '../kernel/pacer.js';
import { PoolClaims } from './claim.js';
import type { RegisteredRunner } from '../ports/github.js';
import type { Plan } from '../ports/ec2.js';
import type { Preflight } from '../machine/preflight.js';
import type { StartRequest } from '../machine/request.js';
import { prepareRegions, type PreparedRegions } from '../machine/region-setup.js';
import type { StartPorts } from './ports.js';
import { StartTraces } from './created.js';
import { INVISIBLE_BOUND_MS } from '../instances/end-instances.js';
import { Watch, type Watched } from './watch.js';

/** Failures of a launch that may have taken effect all the same. */
const UNHEARD: readonly FailureCode[] = ['aws-unreachable', 'aws-throttled'];

export interface StartedRunner extends Watched {
  readonly plan: Plan;
}

/** One try at a whole request: what it has created so far, and how to take that back. */
export class Attempt {
  readonly queue: PlanQueue;
  private readonly traces: StartTraces<StartedRunner>;
  private readonly claims: PoolClaims;
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  private readonly watch: Watch;
  private regionSetups: Promise<PreparedRegions> | undefined;

  constructor(
    private readonly request: StartRequest,
    private readonly ready: Preflight,
    private readonly ports: StartPorts,
  ) {
    this.signal = AbortSignal.any([ports.signal, this.stop.signal]);
    // As many lanes as there are runners listen to it; that is no leak.
    setMaxListeners(0, this.signal);
    const { count, retryCapacityMs } = request;
    this.queue = new PlanQueue({ ...ports, signal: this.signal, plans: ready.plans, count, retryMs: retryCapacityMs });
    this.traces = new StartTraces(request, [...ready.regionSetups.keys()], ports);
    const { traces } = this;
    const cancellable = { ...ports, signal: this.signal };
    this.claims = new PoolClaims({ request, ready, ports: cancellable, traces, prepare: () => this.prepare() });
    this.watch = new Watch(cancellable, request.startupTimeoutMs, request.count);
  }

  async run(): Promise<readonly StartedRunner[]> {
    this.traces.record('started');
    const registrations = createPacer(REGISTER_RATE, this.ports.clock);
    const launches = createPacer(LAUNCH_RATE, this.ports.clock);
    const indices = Array.from({ length: this.request.count }, (_, index) => index);
    const lanes = indices.map(async (index) => {
      const pace = () => registrations.take(this.signal);
      const claimed = await this.claims.claim(pace);
      const started =
        claimed ?? (await this.launch(index, await this.register(index, pace), () => launches.take(this.signal)));
      this.note(started);
      if (this.request.waitFor === 'online') await this.untilOnline(started);
    });
    // Every lane is waited for: one that is in the middle of a launch must be known before anything is undone.
    const settled = await Promise.allSettled([this.prepare(), ...lanes].map((lane) => this.orStopAll(lane)));
    if (settled.some(({ status }) => status === 'rejected')) throw this.signal.reason;
    await removeSuspects({ ...this.ports, suspects: this.traces.suspects, startId: this.request.startId });
    return this.traces.started;
  }

  /** Whoever asked knows what there is now: from here on it is the stop's to end it. @throws the signal's reason */
  confirm(): void {
    this.signal.throwIfAborted();
    this.traces.record('confirmed');
  }

  /** Removes everything and says, in the failure, what was seen and what is left. */
  async undo(error: unknown): Promise<unknown> {
    const suspect = this.traces.started.find(({ onlineAt }) => onlineAt === undefined);
    const diagnosis: Diagnosis =
      suspect && isMachinesFault(error)
        ? await diagnose(
            { id: suspect.instance.id, launchedAt: suspect.launchedAt },
            await this.ports.ec2In(suspect.region),
          )
        : { lines: [] };
    // A cancelled job has seconds: its post step has more patience.
    const isCancelled = error instanceof Failure && error.code === 'cancelled';
    const left = await this.traces.remove(isCancelled ? 0 : INVISIBLE_BOUND_MS);
    if (left.length === 0) this.traces.record('undone');
    for (const sentence of left) {
      this.ports.log.warning(`${sentence} The post step, stop-runner and the instance itself will end it.`);
    }
    if (!(error instanceof Failure)) return error;
    return addFindings(error, diagnosis, { isClean: isCancelled && left.length === 0 });
  }

  /** The first failure stops all others before their next side effect. */
  private async orStopAll(lane: Promise<unknown>): Promise<void> {
    try {
      await lane;
    } catch (error) {
      this.stop.abort(error);
      throw error;
    }
  }

  /** GitHub is asked while it registers the runners. What has no side effect is not waited for once the attempt has failed. */
  private prepare(): Promise<PreparedRegions> {
    const { request, ready, ports, signal } = this;
    const asking = { ...ports, now: ports.clock.now() };
    this.regionSetups ??= Promise.race([prepareRegions(request, ready.regionSetups, asking), untilAborted(signal)]);
    return this.regionSetups;
  }

  private async register(index: number, pace: () => Promise<void>): Promise<RegisteredRunner> {
    await pace();
    this.signal.throwIfAborted();
    const registered = await registerRunner(this.request, index, {
      ...this.ports,
      signal: this.signal,
      groupId: this.ready.groupId,
      suspects: this.traces.suspects,
    });
    this.ports.mask(registered.jitConfig);
    this.traces.registered.push(registered);
    return registered;
  }

  private async launch(index: number, registered: RegisteredRunner, pace: () => Promise<void>): Promise<StartedRunner> {
    const { request, ports } = this;
    const { bootScripts } = ports;
    const regionSetups = await this.prepare();
    const { plan, instance } = await launchFirst(
      this.queue,
      async (candidate, token) => {
        const ec2 = await ports.ec2In(candidate.region);
        const parts = {
          request,
          setup: regionSetups.get(candidate.region)!,
          registered,
          bootScripts,
          now: ports.clock.now(),
        };
        const spec = composeLaunch(parts, candidate, token);
        return ec2.launch(spec, this.signal).catch((error: unknown) => {
          // Throttled or cancelled in the end, too: an earlier try was not answered and may have been heard.
          const isHeard = error instanceof Failure && !UNHEARD.includes(error.code) && error !== this.signal.reason;
          if (!isHeard) this.traces.unheardOf.push(registered.id);
          throw error;
        });
      },
      {
        start: request,
        index,
        pace: async () => {
          await pace();
          this.signal.throwIfAborted();
        },
      },
    );
    ports.log.info(`Launched ${plan.instanceType} (${plan.market}) for runner ${registered.name}: ${instance.id}.`);
    const runner = { id: registered.id, name: registered.name };
    return { runner, plan, region: plan.region, instance, launchedAt: ports.clock.now() };
  }

  /** Before any wait: a job that is cancelled from here on can still be cleaned up by its post step. */
  private note(started: StartedRunner): void {
    this.traces.started.push(started);
    this.traces.record('started');
  }

  private async untilOnline(started: StartedRunner): Promise<void> {
    await this.watch.untilOnline(started);
    const seconds = ((started.onlineAt! - started.launchedAt) / 1000).toFixed(1);
    this.ports.log.info(
      `Runner ${started.runner.name} is online on ${started.instance.id}, ${seconds} s after its launch.`,
    );
  }
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
