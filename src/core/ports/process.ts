/**
 * The ports: what the core needs of EC2 (ec2.ts, catalog.ts), of GitHub (github.ts), of programs (programs.ts) and of
 * its own process (this file). The adapters in `src/ec2`, `src/github` and `src/host` implement them for real,
 * `test/worlds/` in memory. No vendor type is named here.
 *
 * Conventions of all ports: times are epoch milliseconds, and durations have their unit in their name. An expected
 * alternative is a value (`LaunchOutcome`), and a dead end is a thrown `Failure`. If a question could not be asked, the
 * port throws; it never answers "not there" instead.
 */

import type { Scope } from '../kernel/identity.js';

export interface Log {
  /** One phase of the run. GitHub folds what is logged inside. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
  info(sentence: string): void;
  /** Only for decisions that cost money. */
  notice(sentence: string): void;
  /** Only if someone should act. */
  warning(sentence: string): void;
  debug(sentence: string): void;
}

/** The action's state, which outlives this process: the `post` step reads it. */
export interface Journal {
  /** Written before the first side effect, after each launch and on success. */
  record(entry: JournalEntry): void;
}

export interface JournalEntry {
  /** The tag `ci-actions:start` of everything that this start creates. */
  readonly startId: string;
  /** All regions in which this start may have launched instances. */
  readonly regions: readonly string[];
  readonly scope: Scope;
  readonly runnerIds: readonly number[];
  /** Names of runners that instances of this start register, or would have registered. */
  readonly runnerNames?: readonly string[];
  /** The runner that locks the name of a machine, if any. The lock has no instance, and may have been given back. */
  readonly lock?: { readonly id: number; readonly name: string };
  readonly instances: readonly { readonly id: string; readonly region: string }[];
  /** `started`: the post step must clean up; `confirmed`, `rolled-back`: there is nothing left to do. */
  readonly state: 'started' | 'confirmed' | 'rolled-back';
}

/** Random hexadecimal digits in lower case. */
export type Nonce = (digits: number) => string;
