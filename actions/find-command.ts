import { shorten } from '../src/core/config/describe-missing.js';
import type { HeardComment } from '../src/core/command/hear-comment.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { PullRequests } from '../src/core/ports/pull-requests.js';
import { ON_ISSUE, type CommandEvent } from '../src/host/comment-event.js';

/** What decides what is to run. */
export type FoundCommand =
  | { readonly kind: 'comment'; readonly comment: HeardComment }
  /** A text that nobody posted, or none: the one who started the run decides. */
  | { readonly kind: 'text'; readonly text?: string }
  | { readonly kind: 'none'; readonly why: string };

const ADDRESS = /^https?:\/\/[^\s/]+\/([^\s/]+\/[^\s/]+)\/(?:pull|issues)\/\d+#issuecomment-(\d+)$/;

const ALLOWED_ADDRESS = 'that of a comment on a pull request, which ends in `#issuecomment-` and a number, or a text';

/**
 * The comment of the event, or the one that the input names or holds.
 *
 * @throws Failure `bad-input` for an event whose texts are not read, or an address of no comment
 */
export async function findCommand(
  given: string | undefined,
  event: CommandEvent,
  { github, repository }: { readonly github: Pick<PullRequests, 'readComment'>; readonly repository: string },
): Promise<FoundCommand> {
  if (event.kind === 'unread')
    throw new Failure('bad-input', `plan-run reads no commands of the event \`${event.name}\`.`, {
      hint: 'Use the event `issue_comment`, which GitHub also sends for comments on pull requests.',
    });
  if (event.kind === 'comment') {
    const { comment, why } = event;
    return why === undefined
      ? { kind: 'comment', comment: { ...comment, text: given ?? comment.text } }
      : { kind: 'none', why };
  }
  const [, of = '', id] = ADDRESS.exec(given ?? '') ?? [];
  if (id === undefined && /^https?:\/\/\S+$/.test(given ?? ''))
    throw new Failure('bad-input', `\`comment\` is the address ${shorten(given!)}; allowed: ${ALLOWED_ADDRESS}.`, {
      hint: 'Copy the link of the comment from its menu. Texts of reviews are not read.',
    });
  if (id === undefined) return { kind: 'text', ...(given !== undefined && { text: given }) };
  if (of.toLowerCase() !== repository.toLowerCase())
    throw new Failure('bad-input', `\`comment\` is the address of a comment in ${of}; allowed: one in ${repository}.`, {
      hint: 'Correct it in the workflow. Nothing runs.',
    });
  return readPosted(Number(id), github);
}

async function readPosted(id: number, github: Pick<PullRequests, 'readComment'>): Promise<FoundCommand> {
  const posted = await github.readComment(id);
  if (!posted)
    throw new Failure('bad-input', `\`comment\` is the address of a comment that does not exist (${id}).`, {
      hint: 'Copy the link of the comment again.',
    });
  if (!posted.isOnPullRequest) return { kind: 'none', why: ON_ISSUE };
  const { body, number, author, createdAt } = posted;
  return {
    kind: 'comment',
    comment: { id, number, text: body, posted: body, createdAt, ...(author !== undefined && { author }) },
  };
}
