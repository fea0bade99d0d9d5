import { context } from '@actions/github';
import type { HeardComment } from '../core/command/hear-comment.js';

/** What the run's event says, as far as commands are concerned. */
export type CommandEvent =
  /** `why`: it has a comment, which is no command. */
  | { readonly kind: 'comment'; readonly comment: HeardComment; readonly why?: string }
  /** The event has text of users that this action does not read. */
  | { readonly kind: 'unread'; readonly name: string }
  /** Nobody wrote a text: a push, a schedule, a dispatch. */
  | { readonly kind: 'none' };

/** Events whose texts come from users who may have no permission. Commands are read of `issue_comment` alone. */
const UNREAD = /^(pull_request_review|pull_request_review_comment|commit_comment|discussion.*|issues)$/;

/** Why a comment is no command. */
export const ON_ISSUE = 'The comment is on an issue, not on a pull request.';

/** Shape: GitHub's webhook payload `issue_comment`. */
interface Payload {
  readonly action?: string;
  readonly comment?: { id: number; body?: string | null; created_at: string; user?: { login: string } | null };
  readonly issue?: { number: number; pull_request?: unknown };
}

export function readCommandEvent(): CommandEvent {
  if (UNREAD.test(context.eventName)) return { kind: 'unread', name: context.eventName };
  const { action, comment, issue } = context.payload as Payload;
  if (context.eventName !== 'issue_comment' || !comment || !issue) return { kind: 'none' };
  const heard = {
    id: comment.id,
    number: issue.number,
    text: comment.body ?? '',
    posted: comment.body ?? '',
    ...(comment.user && { author: comment.user.login }),
    createdAt: Date.parse(comment.created_at),
  };
  const why = findReason(action, issue);
  return { kind: 'comment', comment: heard, ...(why !== undefined && { why }) };
}

/** An edited comment may have been edited by other people than its author. */
function findReason(action: string | undefined, issue: NonNullable<Payload['issue']>): string | undefined {
  if (action !== 'created') return `The comment was ${action}, and only new comments are commands.`;
  return issue.pull_request ? undefined : ON_ISSUE;
}
