import type { LocatedId } from '../instances/end-instances.js';
import type { Run, Scope } from '../kernel/identity.js';
import { isClaim, isMachineLock } from '../kernel/origin.js';
import type { TaggedRunner } from '../kernel/runner-tags.js';
import type { JournalEntry } from '../ports/process.js';

interface Start {
  readonly run: Run;
  readonly startId: string;
  readonly scope: Scope;
  /** All regions in which the start may have launched. */
  readonly regions: readonly string[];
}

/** Everything that one start has created, or may have created, as far as this process has seen. */
export class Created {
  /** Registered with GitHub, or without an id to be registered by an instance. */
  readonly runners: TaggedRunner[] = [];
  readonly instances: LocatedId[] = [];
  /** Names of runners whose registration GitHub did not answer: it may have taken effect. */
  readonly unanswered = new Set<string>();
  /** Runners whose instance EC2 may have launched without an answer. */
  readonly possiblyLaunched: TaggedRunner[] = [];

  private constructor(
    readonly start: Start,
    /** There may be further runners and instances, which the journal does not list. */
    readonly isFromJournal: boolean,
  ) {}

  static byStart(start: Start): Created {
    return new Created(start, false);
  }

  /** Restores, in the `post` step, what the journal lists. */
  static fromJournal(entry: JournalEntry, run: Run): Created {
    const { startId, scope, regions, runnerIds, runnerNames = [], lock, instances } = entry;
    const created = new Created({ run, startId, scope, regions }, true);
    created.runners.push(...runnerIds.map((id) => ({ id, name: '' })));
    created.runners.push(...runnerNames.map((name) => ({ id: undefined, name })));
    if (lock) created.runners.push(lock);
    created.instances.push(...instances);
    return created;
  }

  /** Ids of the runners that claim a pooled instance by their name. */
  get claimIds(): readonly number[] {
    return this.runners.flatMap(({ id, name }) => (id !== undefined && isClaim(name) ? id : []));
  }

  /** Names of the runners that instances register. */
  get unregistered(): readonly string[] {
    return this.runners.flatMap(({ id, name }) => (id === undefined ? name : []));
  }

  /** Whether GitHub may have runners of this start that are not in {@link runners}. */
  get mayHaveMoreRunners(): boolean {
    return this.isFromJournal || this.unanswered.size > 0;
  }

  forgetRunner(id: number): void {
    const index = this.runners.findIndex((one) => one.id === id);
    if (index >= 0) this.runners.splice(index, 1);
  }

  toEntry(state: JournalEntry['state']): JournalEntry {
    const { startId, regions, scope } = this.start;
    const lock = this.runners.find(({ name }) => isMachineLock(name));
    const runnerIds = this.runners.flatMap(({ id = [], name }) => (isMachineLock(name) ? [] : id));
    const { unregistered: runnerNames, instances } = this;
    return {
      startId,
      regions,
      scope,
      runnerIds,
      instances: [...instances],
      state,
      ...(runnerNames.length > 0 && { runnerNames }),
      ...(lock?.id !== undefined && { lock: { id: lock.id, name: lock.name } }),
    };
  }
}
