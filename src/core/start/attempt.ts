import { setMaxListeners } from 'node:events';
import { addDiagnosis } from '../diagnosis/diagnose.js';
import { INVISIBLE_BOUND_MS } from '../instances/end-instances.js';
import { Failure } from '../kernel/failure.js';
import { PlanQueue } from '../machine/plan-queue.js';
import { listRegionsOf, prepareRegions, setupKeyOf, type PreparedRegions } from '../machine/region-setup.js';
import type { JournalEntry } from '../ports/process.js';
import type { CheckedRequest } from './context.js';
import { Created } from './created.js';
import { diagnoseStart } from './diagnose-start.js';
import { Launcher } from './launch.js';
import type { StartParts } from './parts.js';
import { Registrar, type PreparedRunner } from './register.js';
import { RegistrationTokens } from './registration-tokens.js';
import { listRoles } from './request.js';
import { rollBack } from './roll-back.js';
import { nameWithRole, type JoinedMachine, type StartedInstance } from './started.js';
import { Watch } from './watch.js';

/** One try at a whole request, which is rolled back unless it is confirmed. */
export class Attempt {
  readonly queue: PlanQueue;
  /** The machine whose runners are used, if none was launched. */
  joined: JoinedMachine | undefined;
  private readonly created: Created;
  private readonly started: StartedInstance[] = [];
  private readonly ports: StartParts;
  private readonly watch: Watch;
  /** Aborted by the first failure, before the next side effect for any other instance. */
  private readonly abort = new AbortController();

  constructor(
    private readonly checked: CheckedRequest,
    ports: StartParts,
  ) {
    const { request, plans, regionSetups } = checked;
    const { run, startId, machines, startup } = request;
    const signal = AbortSignal.any([ports.signal, this.abort.signal]);
    // Each instance adds listeners of its own; this is no leak.
    setMaxListeners(0, signal);
    this.ports = { ...ports, signal };
    this.created = Created.byStart({ ...request, regions: listRegionsOf(regionSetups) });
    const queueing = { plans, run, id: startId, count: machines, retryMs: startup.retryCapacityMs };
    this.queue = new PlanQueue({ ...this.ports, ...queueing });
    this.watch = new Watch(this.ports, startup, machines * listRoles(request).length);
  }

  /** @throws the first failure */
  async run(): Promise<readonly StartedInstance[]> {
    this.record('started');
    const { checked, created, ports, queue } = this;
    const tokens = new RegistrationTokens({ ...checked, ports });
    const context = { ...checked, created, ports, queue, tokens, regions: prepare(checked, ports) };
    const registrar = new Registrar(context);
    // Handled below, once the name of the machine is locked.
    context.regions.catch(() => undefined);
    const [isNamed, isPooled] = [checked.request.machineName, checked.request.pool].map((one) => one !== undefined);
    const singleton = isNamed ? new (await ports.loadSingleton())(context, registrar) : undefined;
    this.joined = await singleton?.take();
    if (this.joined) return [this.joined.started];
    // Only now is it certain that no machine of the same name holds the volume.
    if (singleton) await ports.dataVolume?.prepare(ports.signal);
    const claimer = isPooled ? new (await ports.loadPool()).Claimer(context, registrar) : undefined;
    const launcher = new Launcher(context);
    const lanes = Array.from({ length: checked.request.machines }, async (_, machine) => {
      const claimed = await claimer?.claim(machine);
      const started = claimed ?? (await launcher.launch(machine, await this.register(machine, registrar)));
      await Promise.all([this.finish(started), singleton?.finish(started)]);
    });
    // Each instance has a lane. Every lane is waited for: a launch under way must be known before the start is rolled
    // back.
    const settled = await Promise.allSettled([context.regions, ...lanes].map((lane) => abortOn(lane, this.abort)));
    if (settled.some(({ status }) => status === 'rejected')) throw ports.signal.reason;
    await registrar.removeAllUnanswered();
    return this.started;
  }

  /** Marks the start as complete. From now on stop-runner is responsible for the instances. @throws the signal's reason */
  confirm(): void {
    this.ports.signal.throwIfAborted();
    this.record('confirmed');
  }

  /** Removes everything that was created, and warns of what is left. @returns the error, with the diagnosis */
  async rollBack(error: unknown): Promise<unknown> {
    const diagnosis = await diagnoseStart(error, this.started, this.ports.ec2In);
    // GitHub kills a canceled job after seconds, so the post step does the waiting.
    const isCancelled = error instanceof Failure && error.code === 'cancelled';
    const left = await rollBack(this.created, this.ports, isCancelled ? 0 : INVISIBLE_BOUND_MS);
    if (left.length === 0) this.record('rolled-back');
    for (const sentence of left) {
      this.ports.log.warning(`${sentence} The post step, stop-runner and the instance itself will end it.`);
    }
    if (!(error instanceof Failure)) return error;
    return addDiagnosis(error, diagnosis, { isClean: isCancelled && left.length === 0 });
  }

  /** Nothing but the journal shows the post step that an instance may register runners that do not exist yet. */
  private async register(machine: number, registrar: Registrar): Promise<readonly PreparedRunner[]> {
    const runners = await registrar.register(machine);
    if (runners.some(({ id }) => id === undefined)) this.record('started');
    return runners;
  }

  /** The journal is written before any wait, so that the post step can clean up from here on. */
  private async finish(started: StartedInstance): Promise<void> {
    const { instance, region } = started;
    this.started.push(started);
    this.created.instances.push({ id: instance.id, region });
    this.record('started');
    this.ports.onLaunched?.();
    const attached = this.attachVolume(started);
    if (this.checked.request.startup.waitFor === 'launched') return attached;
    await Promise.all([attached, this.watch.untilOnline(started)]);
    for (const one of started.runners) {
      const seconds = ((one.onlineAt! - started.launchedAt) / 1000).toFixed(1);
      this.ports.log.info(`Runner ${nameWithRole(one)} is online on ${instance.id}, ${seconds} s after its launch.`);
    }
  }

  /** While the instance boots: its agent waits for the volume before it starts a runner. */
  private async attachVolume({ instance, plan }: StartedInstance): Promise<void> {
    const setup = this.checked.regionSetups.get(setupKeyOf(plan))!;
    await this.ports.dataVolume?.attach(instance, setup, this.ports.signal);
  }

  private record(state: JournalEntry['state']): void {
    this.ports.journal.record(this.created.toEntry(state));
  }
}

async function abortOn(lane: Promise<unknown>, controller: AbortController): Promise<void> {
  try {
    await lane;
  } catch (error) {
    controller.abort(error);
    throw error;
  }
}

/** These requests have no side effect, so a failed start does not wait for their answers. */
function prepare({ request, regionSetups }: CheckedRequest, ports: StartParts): Promise<PreparedRegions> {
  const prepared = prepareRegions(request.machine, regionSetups, { ...ports, now: ports.clock.now() });
  return Promise.race([prepared, untilAborted(ports.signal)]);
}

function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
