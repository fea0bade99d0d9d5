import type { Clock } from '../kernel/clock.js';
import type { GitHubByScope } from './github-by-scope.js';
import type { Inventory } from './inventory.js';
import type { Repository } from './reach.js';

/** What every judgment needs besides the candidate. */
export interface JudgeContext {
  /** The repository of the sweep. */
  readonly home: Repository;
  readonly graceMs: number;
  readonly inventory: Inventory;
  readonly gitHubByScope: GitHubByScope;
  readonly clock: Clock;
}
