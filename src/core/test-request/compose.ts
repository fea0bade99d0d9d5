import { LONGEST_LIFETIME_MINUTES } from '../kernel/bounds.js';

/**
 * Characters that upload-artifact rejects in a name. Source: "Invalid characters" in actions/toolkit, package artifact.
 */
const FORBIDDEN_IN_ARTIFACTS = /[":<>|*?\\/\r\n]+/g;

/**
 * An artifact name that is unique in the run. A run may call a workflow several times, and no name could hold the
 * inputs that distinguish the calls.
 */
export function composeArtifactName(title: string, nonce: string): string {
  return `${title.replace(FORBIDDEN_IN_ARTIFACTS, '-').replace(/\s+/g, ' ').trim()} ${nonce.slice(0, 8)}`;
}

/** A runner label that no other job has. */
export function composeLabel({ runId, runAttempt }: { runId: string; runAttempt: string }, nonce: string): string {
  return `ec2-${runId}-${runAttempt}-${nonce}`;
}

/**
 * The time limit of a job in whole minutes.
 *
 * @param more minutes before and after the tests: a sum of numbers and of products of numbers, such as `10 * 2 + 30`
 */
export function composeJobLimit(timeoutMinutes: number, more = ''): number {
  const all = more.split('+').map((product) => product.split('*').reduce((minutes, one) => minutes * Number(one), 1));
  return Math.ceil(all.reduce((sum, minutes) => sum + minutes, timeoutMinutes));
}

/** Time for start-up, checkout and upload beyond the job's own time limit. */
const LIFETIME_MARGIN_MINUTES = 30;

/** The instance's lifetime in minutes for a job with this time limit. */
export function composeLifetime(jobMinutes: number): number {
  return Math.min(jobMinutes + LIFETIME_MARGIN_MINUTES, LONGEST_LIFETIME_MINUTES);
}
