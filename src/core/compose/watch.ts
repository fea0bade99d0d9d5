import type { ContainerState } from '../ports/containers.js';
import type { Log } from '../ports/process.js';
import { Bell } from './bell.js';
import type { ProjectModel, ServiceModel } from './model.js';
import { PortProbe } from './ports.js';
import { judgeService, type ContainerFacts, type Standing } from './readiness.js';
import type { Readiness } from './request.js';
import type { ComposeWorld } from './world.js';

/** How often ports are tried, and how soon after an event the containers are listed again. */
const CADENCE_MS = 100;
/** How often the containers are listed without an event, because events can be lost. */
const RELIST_MS = 1_000;

export interface ServiceStanding {
  readonly service: ServiceModel;
  readonly standing: Standing;
}

/** How a watch ended: every service was ready, one failed, or the time was over. */
export type WatchEnd =
  { readonly kind: 'ready' } | { readonly kind: 'failed' | 'late'; readonly services: readonly ServiceStanding[] };

export interface Ready {
  readonly by: string;
  readonly at: number;
}

/** Watches services from their creation until all of them are ready. */
export class ReadinessWatch {
  /** As they were listed last. */
  states: readonly ContainerState[] = [];
  readonly ready = new Map<string, Ready>();
  readonly warnings: string[] = [];
  private readonly bell = new Bell();
  private readonly probe: PortProbe;
  private readonly restarts = new Map<string, number>();
  private readonly proven = new Set<string>();
  private readonly texts = new Set<string>();
  private readonly readers = new Set<string>();
  private readonly services: readonly { readonly service: ServiceModel; readonly wanted: Readiness | undefined }[];
  private changed = false;
  private listedAt: number;
  /** How long the last list took. */
  private listMs = 0;

  constructor(
    private readonly world: ComposeWorld,
    {
      model,
      servers,
      ready,
    }: { model: ProjectModel; servers: readonly string[]; ready: Readonly<Record<string, Readiness>> },
    private readonly log: Pick<Log, 'info'>,
  ) {
    this.probe = new PortProbe(world, model);
    // At first there is nothing to list.
    this.listedAt = world.clock.now();
    this.services = model.services
      .filter(({ name }) => servers.includes(name))
      .map((service) => ({ service, wanted: ready[service.name] }));
  }

  /** Whether a container was ready by a health check or a port. */
  isProvenServer(containerId: string): boolean {
    return this.proven.has(containerId);
  }

  /** @throws the signal's reason */
  async run(deadline: number, signal: AbortSignal): Promise<WatchEnd> {
    const { containers, clock, projectName } = this.world;
    const stop = containers.watch(projectName, () => {
      this.changed = true;
      this.bell.ring();
    });
    const readers = new AbortController();
    try {
      for (;;) {
        await this.look();
        const standings = this.judge();
        this.readLogs(AbortSignal.any([signal, readers.signal]));
        const failed = standings.filter(({ standing }) => standing.kind === 'failed');
        if (failed.length > 0) return { kind: 'failed', services: failed };
        const waiting = standings.filter(({ standing }) => standing.kind === 'waiting');
        if (waiting.length === 0) return { kind: 'ready' };
        const restMs = deadline - clock.now();
        if (restMs <= 0) return { kind: 'late', services: waiting };
        await this.bell.wait(clock, Math.min(CADENCE_MS, restMs), signal);
      }
    } finally {
      stop();
      readers.abort();
    }
  }

  /** Lists the containers anew. @returns the services that failed */
  async findFailed(): Promise<readonly ServiceStanding[]> {
    this.changed = true;
    this.listedAt = Number.NEGATIVE_INFINITY;
    await this.look();
    return this.judge().filter(({ standing }) => standing.kind === 'failed');
  }

  private async look(): Promise<void> {
    const { containers, clock, projectName } = this.world;
    const beganAt = clock.now();
    // A start of many services is a storm of events. It must not become one of questions, which take the machine's time.
    const restMs = Math.max(CADENCE_MS, 2 * this.listMs);
    if (beganAt - this.listedAt >= (this.changed ? restMs : RELIST_MS)) {
      this.changed = false;
      this.states = (await containers.list(projectName)).filter(({ oneOff }) => !oneOff);
      this.listedAt = clock.now();
      this.listMs = this.listedAt - beganAt;
    }
    await this.probe.try(this.services, this.states);
  }

  private judge(): ServiceStanding[] {
    return this.services.map(({ service, wanted }) => {
      const own = this.states.filter((state) => state.service === service.name);
      this.sayRestarts(service.name, own);
      const containers = own.map((state) => ({ state, facts: this.factsOf(service, state) }));
      const standing = judgeService(service, wanted, containers);
      if (standing.kind === 'ready') this.note(service, standing, own);
      return { service, standing };
    });
  }

  private factsOf(service: ServiceModel, state: ContainerState): ContainerFacts {
    return {
      ...this.probe.look(state),
      isReachable: this.probe.addressesOf(service, state).length > 0,
      hasText: this.texts.has(state.id),
      isProvenServer: this.proven.has(state.id),
    };
  }

  private note(
    { name }: ServiceModel,
    { by, warning }: Standing & { kind: 'ready' },
    own: readonly ContainerState[],
  ): void {
    if (/^(healthy|port)/.test(by)) for (const { id } of own) this.proven.add(id);
    if (this.ready.has(name)) return;
    const at = this.world.clock.now();
    this.ready.set(name, { by, at });
    const startedAt = Math.min(...own.map((state) => state.startedAt ?? at));
    this.log.info(`${name} is ready after ${(Math.max(0, at - startedAt) / 1_000).toFixed(1)} s: ${by}.`);
    if (warning !== undefined) this.warnings.push(warning);
  }

  private sayRestarts(name: string, own: readonly ContainerState[]): void {
    for (const { id, restarts, exitCode } of own) {
      if (restarts > (this.restarts.get(id) ?? 0))
        this.log.info(`${name} was restarted (${restarts} so far; its last exit code is ${exitCode}).`);
      this.restarts.set(id, restarts);
    }
  }

  /** Reads the logs of the services that are ready by a text. */
  private readLogs(signal: AbortSignal): void {
    for (const { service, wanted } of this.services) {
      if (wanted?.kind !== 'log') continue;
      for (const { id, startedAt } of this.states.filter((state) => state.service === service.name)) {
        if (startedAt === undefined || this.readers.has(id)) continue;
        this.readers.add(id);
        const onLine = (line: string): void => {
          if (!line.includes(wanted.text) || this.texts.has(id)) return;
          this.texts.add(id);
          this.bell.ring();
        };
        // A reader that failed is started again with the next look.
        void this.world.containers
          .follow(id, { onLine, signal })
          .catch(() => {})
          .finally(() => this.readers.delete(id));
      }
    }
  }
}
