import { OWN_PREFIX, type Tags } from './tags.js';

/** Where GitHub keeps a runner. */
export type Scope =
  | { readonly kind: 'repo'; readonly owner: string; readonly repo: string }
  | { readonly kind: 'org'; readonly org: string }
  | { readonly kind: 'enterprise'; readonly enterprise: string };

/** The workflow run on whose behalf an action acts. */
export interface Run {
  readonly owner: string;
  readonly repo: string;
  readonly runId: string;
  readonly runAttempt: string;
  readonly job: string;
}

/** The tags by which everything of ours is found again without any process's memory. */
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
  /** `startup=5 idle=10`: the bounds that the boot agent keeps, in minutes. */
  timeouts: `${OWN_PREFIX}timeouts`,
  // On instances of a pool; the last once a start has claimed one.
  pool: `${OWN_PREFIX}pool`,
  poolShape: `${OWN_PREFIX}pool-shape`,
  claimedAt: `${OWN_PREFIX}claimed-at`,
  // On images, written by `ami/`.
  preset: `${OWN_PREFIX}preset`,
  runnerVersion: `${OWN_PREFIX}runner-version`,
  builtAt: `${OWN_PREFIX}built-at`,
  sourceImage: `${OWN_PREFIX}source-image`,
  commit: `${OWN_PREFIX}commit`,
} as const;

/** GitHub's limit on a runner's name. Source: 422 answer of generate-jitconfig; see also runs-on#523. */
export const NAME_LIMIT = 64;
/** No `" / : < > \ | * ?`, nothing that needs quoting, no comma (it separates labels). */
export const NAME_PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/**
 * `<kind>-<run>-<attempt>-<job>-<nonce>`: unique per run, attempt, job and, by the nonce, per step and matrix
 * leg; at most {@link NAME_LIMIT} characters however long the job's name is.
 */
export function composeName(run: Run, nonce: string): string {
  const fixed = `ec2-${run.runId}-${run.runAttempt}--${nonce}`.length;
  const job = run.job.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, Math.max(0, NAME_LIMIT - fixed));
  return `ec2-${run.runId}-${run.runAttempt}-${job}-${nonce}`;
}

/** Whether a label is the one that {@link composeName} made for a start: no other start has it. */
export function isLabelOfStart(label: string, startId: string): boolean {
  return startId !== '' && label.startsWith('ec2-') && label.endsWith(`-${startId}`);
}

export function repositoryOf(run: Run): string {
  return `${run.owner}/${run.repo}`;
}

/** The tags that say whose an instance is: any holder of our role may look, only this repository may act. */
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

/** The inverse of {@link renderScope}; `undefined` for a text that a person may have put there. */
export function parseScope(given: string | undefined): Scope | undefined {
  const [, kind, name = ''] = /^(repo|org|enterprise):(.+)$/.exec(given ?? '') ?? [];
  if (kind === 'org') return { kind, org: name };
  if (kind === 'enterprise') return { kind, enterprise: name };
  const [owner, repo] = name.split('/');
  return kind === 'repo' && owner && repo ? { kind, owner, repo } : undefined;
}
