import { OWN_PREFIX, type Tags } from './tags.js';

/** The repository, organization or enterprise in which a runner is registered. */
export type Scope =
  | { readonly kind: 'repo'; readonly owner: string; readonly repo: string }
  | { readonly kind: 'org'; readonly org: string }
  | { readonly kind: 'enterprise'; readonly enterprise: string };

/** The workflow run and the job that an action runs in. */
export interface Run {
  readonly owner: string;
  readonly repo: string;
  readonly runId: string;
  readonly runAttempt: string;
  readonly job: string;
  /** Of GitHub, without a slash at the end; for links in messages. Default: github.com. */
  readonly serverUrl?: string;
}

/** The tags by which everything that this suite creates is found again, without the memory of any process. */
export const TAG = {
  repository: `${OWN_PREFIX}repository`,
  runId: `${OWN_PREFIX}run-id`,
  runAttempt: `${OWN_PREFIX}run-attempt`,
  job: `${OWN_PREFIX}job`,
  start: `${OWN_PREFIX}start`,
  label: `${OWN_PREFIX}label`,
  scope: `${OWN_PREFIX}scope`,
  runnerId: `${OWN_PREFIX}runner-id`,
  runnerName: `${OWN_PREFIX}runner-name`,
  expiresAt: `${OWN_PREFIX}expires-at`,
  /** `startup=5 idle=10`: the boot agent's timeouts, in minutes. */
  timeouts: `${OWN_PREFIX}timeouts`,
  // On instances of a pool. `claimedAt` is added when a start claims the instance.
  pool: `${OWN_PREFIX}pool`,
  poolShape: `${OWN_PREFIX}pool-shape`,
  claimedAt: `${OWN_PREFIX}claimed-at`,
  /** On instances that a start with `machine-name` launched: that name. At most one of a name is alive. */
  machineName: `${OWN_PREFIX}machine-name`,
  /** On instances, `30`, `30 ssm`, `30 always` or `30 always ssm`: for how many minutes a stop leaves it after a failed job, or after any that was not canceled; and how to open a shell. */
  keepOnFailure: `${OWN_PREFIX}keep-on-failure`,
  /** On an instance with a data volume: what its stop needs to know, see `volumes/volume-tag.ts`. */
  dataVolume: `${OWN_PREFIX}data-volume`,
  // On data volumes and their snapshots, which outlive instances.
  /** The volume's name, or its id if it has none. */
  volume: `${OWN_PREFIX}volume`,
  /** Until when the reaper leaves it alone (ISO 8601). Each use renews it; on an instance, a stop writes it after a job. */
  keepUntil: `${OWN_PREFIX}keep-until`,
  // On images that `ami/` built.
  preset: `${OWN_PREFIX}preset`,
  runnerVersion: `${OWN_PREFIX}runner-version`,
  builtAt: `${OWN_PREFIX}built-at`,
  sourceImage: `${OWN_PREFIX}source-image`,
  commit: `${OWN_PREFIX}commit`,
} as const;

/** GitHub's limit on a runner's name. Source: 422 answer of generate-jitconfig; see also runs-on#523. */
export const NAME_LIMIT = 64;
/** Excludes `" / : < > \ | * ?`, everything that needs quoting, and the comma, which separates labels. */
export const NAME_PATTERN = {
  matches: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  allowed: 'up to 64 letters, digits, `.`, `_` and `-`, beginning with a letter or digit',
};

/**
 * `ec2-<run>-<attempt>-<job>-<nonce>`: run, attempt and job make the name unique, and the nonce separates the steps and
 * matrix legs of one job. A long job name is cut, so that the whole has at most {@link NAME_LIMIT} characters.
 */
export function composeName(run: Run, nonce: string): string {
  const fixed = `ec2-${run.runId}-${run.runAttempt}--${nonce}`.length;
  const job = run.job.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, Math.max(0, NAME_LIMIT - fixed));
  return `ec2-${run.runId}-${run.runAttempt}-${job}-${nonce}`;
}

/** Whether {@link composeName} made this label for this start. Such a label belongs to no other start. */
export function isLabelOfStart(label: string, startId: string): boolean {
  return startId !== '' && label.startsWith('ec2-') && label.endsWith(`-${startId}`);
}

export function repositoryOf(run: Run): string {
  return `${run.owner}/${run.repo}`;
}

/** The page of a run of the same repository. */
export function linkRun(run: Run, runId: string): string {
  return `${run.serverUrl ?? 'https://github.com'}/${repositoryOf(run)}/actions/runs/${runId}`;
}

/** The tags that name an instance's repository, run and attempt. Only workflows of this repository may act on it. */
export function runTags(run: Run): Tags {
  return {
    [TAG.repository]: repositoryOf(run),
    [TAG.runId]: run.runId,
    [TAG.runAttempt]: run.runAttempt,
  };
}

export function renderScope(scope: Scope): string {
  if (scope.kind === 'repo') return `repo:${scope.owner}/${scope.repo}`;
  return scope.kind === 'org' ? `org:${scope.org}` : `enterprise:${scope.enterprise}`;
}

/** The inverse of {@link renderScope}. `undefined` for any other text: people can edit tags. */
export function parseScope(text: string | undefined): Scope | undefined {
  const [, kind, name = ''] = /^(repo|org|enterprise):(.+)$/.exec(text ?? '') ?? [];
  if (kind === 'org') return { kind, org: name };
  if (kind === 'enterprise') return { kind, enterprise: name };
  const [owner, repo] = name.split('/');
  return kind === 'repo' && owner && repo ? { kind, owner, repo } : undefined;
}
