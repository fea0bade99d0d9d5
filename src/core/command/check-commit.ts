import type { PullRequest } from '../ports/pull-requests.js';
import type { Plan } from './plan.js';

/** Below this length, a hash is an abbreviation. Hashes of SHA-1 have 40 digits, those of SHA-256 have 64. */
const FULL_LENGTH = 40;

export interface CommitCheck {
  readonly plan: Pick<Plan, 'commit' | 'mode'>;
  readonly pull: PullRequest;
  readonly isFork: boolean;
  /** When the comment was written, in epoch ms. */
  readonly writtenAt: number;
  /** The command with the full commit, as its author can write it. */
  readonly again: string;
}

/**
 * Whether the commit to test is the one that the comment's author has read. The owner of a fork may push other code at any
 * time, so the comment must name a fork's commit.
 *
 * @returns why nothing may run
 */
export function checkCommit({ plan, pull, isFork, writtenAt, again }: CommitCheck): string | undefined {
  const { commit } = plan;
  const sha = pull.headSha;
  if (commit !== undefined && !sha.startsWith(commit))
    return `The head commit is ${sha}, not \`${commit}\`. Look at it, then write: ${again}`;
  // A plan is text alone: no code of the fork is run for it.
  if (!isFork || plan.mode === 'plan') return undefined;
  if (commit === undefined) return `This pull request comes from a fork. Read its code at ${sha}, then write: ${again}`;
  // Anyone can make a commit whose hash begins with the same digits, but not before the abbreviation is known.
  const wasPushedBefore = pull.pushedAt !== undefined && pull.pushedAt < writtenAt;
  if (commit.length < Math.min(FULL_LENGTH, sha.length) && !wasPushedBefore)
    return `The fork was pushed to while you wrote. Read its code at ${sha}, then write: ${again}`;
  return undefined;
}
