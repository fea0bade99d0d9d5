import type { Switchboard } from './rules/switchboard.js';
import type { JobBoard } from './world/jobs.js';
import type { DiscussionStore } from './world/discussions.js';
import type { Deprecation, RateLimit, Repository, Run, RunnerGroup } from './world/records.js';
import type { RunnerRegistry } from './world/runners.js';
import type { SecondaryLimit } from './world/secondary-limit.js';
import type { SettingsStore } from './world/settings.js';
import type { App, AppManifest, TokenStore } from './world/tokens.js';

/** Everything in this GitHub. The routes read and change it. */
export interface State {
  readonly registry: RunnerRegistry;
  readonly board: JobBoard;
  readonly switchboard: Switchboard;
  readonly tokens: TokenStore;
  /** The App that was there before. */
  app(): App;
  /** The Apps that were created from a manifest, by slug. */
  readonly createdApps: Map<string, App>;
  /** Manifests that a person confirmed, by their one-time code. */
  readonly manifests: Map<string, AppManifest>;
  readonly settings: SettingsStore;
  readonly discussions: DiscussionStore;
  readonly repositories: readonly Repository[];
  readonly runs: Map<number, Run>;
  readonly groups: readonly RunnerGroup[];
  /** Text by path, or by `ref:path` for a single commit, branch or tag. */
  readonly files: Map<string, string>;
  /** Commit by branch or tag. */
  readonly refs: Map<string, string>;
  readonly registrationTokens: Map<string, { readonly scope: string; readonly expiresAt: number }>;
  /** The newest runner version. */
  readonly runnerVersion: string;
  /** Tags of the newest releases of other projects, by `owner/repo`. */
  readonly otherReleases: Map<string, string>;
  /** The releases of the runner. */
  readonly versions: ReadonlyMap<string, Deprecation>;
  /** False for a GitHub Enterprise Server without the API for deprecations. */
  readonly servesDeprecations: boolean;
  readonly rateLimit: RateLimit;
  /** Absent: no secondary limit. */
  readonly secondaryLimit: SecondaryLimit | undefined;
}
