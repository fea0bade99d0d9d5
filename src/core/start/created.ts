import type { JournalEntry } from '../ports/process.js';
import type { RegisteredRunner } from '../ports/github.js';
import { isClaim } from '../kernel/origin.js';
import { startTags, type StartRequest } from '../machine/request.js';
import type { StartPorts } from './ports.js';
import { removeTraces } from './roll-back.js';
import type { Watched } from './watch.js';

/** What one start has created so far, told to the journal, and taken back by. */
export class StartTraces<Started extends Watched> {
  readonly registered: RegisteredRunner[] = [];
  readonly started: Started[] = [];
  /** Names whose registration was never answered. */
  readonly suspects = new Set<string>();
  /** Runners whose launch was never answered: it may have taken effect. */
  readonly unheardOf: number[] = [];

  constructor(
    private readonly request: StartRequest,
    /** All in which there may be something. */
    private readonly regions: readonly string[],
    private readonly ports: StartPorts,
  ) {}

  record(state: JournalEntry['state']): void {
    const { request, regions } = this;
    this.ports.journal.record({
      startId: request.startId,
      regions,
      scope: request.scope,
      runnerIds: this.registered.map(({ id }) => id),
      instances: this.listInstances(),
      state,
    });
  }

  /** @returns what could not be removed, a sentence each */
  remove(patienceMs: number): Promise<string[]> {
    const { request, regions, unheardOf } = this;
    return removeTraces(
      {
        regions,
        tags: startTags(request.run, request.startId),
        instances: this.listInstances(),
        runnerIds: this.registered.map(({ id }) => id),
        ...(this.suspects.size > 0 && { startId: request.startId }),
        unheardOf,
        claimIds: this.registered.filter(({ name }) => isClaim(name)).map(({ id }) => id),
        patienceMs,
      },
      this.ports,
    );
  }

  private listInstances(): { id: string; region: string }[] {
    return this.started.map(({ instance, region }) => ({ id: instance.id, region }));
  }
}
