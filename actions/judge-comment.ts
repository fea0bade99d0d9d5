import { Failure } from '../src/core/kernel/failure.js';
import type { PullRequests } from '../src/core/ports/pull-requests.js';
import type { Log } from '../src/core/ports/process.js';
import type { RunContext } from '../src/host/context.js';
import { reachPullRequests } from './connect-pull-requests.js';

export interface CommentScene {
  readonly context: RunContext;
  readonly token: string | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
}

export interface NewComment {
  /** The pull request. */
  readonly number: number;
  /** Begins with {@link marker}. */
  readonly body: string;
  readonly marker: string;
}

/** Posts a comment, or edits the one that an earlier run posted. @throws Failure `github-*` */
export async function postComment(comment: NewComment, scene: CommentScene): Promise<void> {
  const { context, token, log, signal } = scene;
  if (token === undefined) {
    throw new Failure('bad-input', '`github-token` is empty, and a comment needs one.', {
      hint: "Leave the input out: its default is the job's own token.",
    });
  }
  const github = await reachPullRequests(token, { context, log, signal });
  log.info(`${await write(comment, github)} on pull request #${comment.number}.`);
}

async function write({ number, body, marker }: NewComment, github: PullRequests): Promise<string> {
  const earlier = await github.findComment(number, marker);
  // Somebody may delete it meanwhile.
  if (earlier !== undefined && (await github.updateComment(earlier, body)) === 'updated') return 'Edited the comment';
  await github.createComment(number, body, marker);
  return 'Posted a comment';
}
