import type { Scope } from '../kernel/identity.js';

/**
 * What the core asks of the world. The adapters in `src/ec2`, `src/github` and `src/host` implement
 * these ports for real; `test/core/fakes.ts` implements them in memory. Nothing here names a vendor type.
 *
 * Conventions: times are milliseconds since the epoch, durations say their unit in their name, an
 * expected alternative is a value (`LaunchOutcome`), a dead end is a thrown `Failure`, and
 * "could not ask" is always thrown, never answered as "not there".
 */

export type * from './ec2.js';
export type * from './github.js';

export interface Log {
  /** A phase of the run: everything logged inside is folded together. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
  info(sentence: string): void;
  /** Only for decisions that cost money. */
  notice(sentence: string): void;
  /** Only when someone should act. */
  warning(sentence: string): void;
  debug(sentence: string): void;
}

/** What outlives this process: the action's state, read by its `post` step. */
export interface Journal {
  /** Written before the first side effect, after each launch and on success. */
  record(entry: JournalEntry): void;
}

export interface JournalEntry {
  /** `ci-actions:start` of everything this start creates. */
  readonly startId: string;
  /** All regions in which this start may have launched. */
  readonly regions: readonly string[];
  readonly scope: Scope;
  readonly runnerIds: readonly number[];
  readonly instances: readonly { readonly id: string; readonly region: string }[];
  /** `started`: the post step must clean up; `confirmed`, `rolled-back`: there is nothing left to do. */
  readonly state: 'started' | 'confirmed' | 'rolled-back';
}

/** Lower-case hexadecimal digits nobody else has. */
export type Nonce = (digits: number) => string;
