import { Trouble } from '../core/kernel/patience.js';
import { toCall, type Connection, type Rest } from './connection.js';
import { isRecord, readList } from './json.js';
import { readComment } from './pull-request-shapes.js';
import { grantOf, pullRequestsPermission } from './scope.js';

/** GitHub's largest page. */
const PAGE_SIZE = 100;
/** So many comments in an hour are not a pull request's, but the answers of a server that ignores the page. */
const MOST_PAGES = 50;
/** How far GitHub's clock may be behind this machine's. It only limits how many comments are read. */
const CLOCK_SLACK_MS = 3_600_000;

/** A comment to create: see {@link PullRequests.createComment}. */
export interface NewComment {
  readonly number: number;
  readonly body: string;
  readonly marker: string;
}

/**
 * Creates one comment. After a lost response the newest comments are searched at once, because most lost comments
 * exist; and again before it is sent again, because GitHub may finish a slow request after the client has gone.
 *
 * @returns the id of the comment
 * @throws Failure `github-*`
 */
export async function createComment(connection: Connection, comment: NewComment): Promise<number> {
  const { requests, clock } = connection;
  const since = new Date(clock.now() - CLOCK_SLACK_MS).toISOString();
  const call = toCall(connection, postOf(connection, comment));
  let isLost = false;
  return requests.persist(call, async () => {
    const earlier = isLost ? await findComment(connection, comment, since) : 'absent';
    if (earlier === 'unanswered') return lost('GitHub cannot be asked whether the comment exists');
    if (earlier !== 'absent') return earlier;
    const outcome = await requests.askOnce(call);
    if (outcome !== 'unanswered') return outcome;
    isLost = true;
    const created = await findComment(connection, comment, since);
    return typeof created === 'number' ? created : lost('no answer to a new comment');
  });
}

function lost(reason: string): Trouble {
  return new Trouble('unanswered', { reason });
}

function postOf(connection: Connection, { number, body }: NewComment): Rest<number> {
  const { owner, repo } = connection.repository;
  return {
    route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    parameters: { owner, repo, issue_number: number, body },
    permission: pullRequestsPermission(connection.repository, 'write'),
    grant: grantOf('pull-requests: write'),
    purpose: 'register',
    read: ({ data }) => (isRecord(data) && typeof data['id'] === 'number' ? data['id'] : undefined),
  };
}

/** The id of the comment with the marker among the comments since a time, oldest first. */
async function findComment(
  connection: Connection,
  { number, marker }: NewComment,
  since: string,
): Promise<number | 'absent' | 'unanswered'> {
  const { owner, repo } = connection.repository;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const comments = await connection.requests.askOnce(
      toCall(connection, {
        route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
        parameters: { owner, repo, issue_number: number, since, per_page: PAGE_SIZE, page },
        permission: pullRequestsPermission(connection.repository, 'read'),
        grant: grantOf('pull-requests: read'),
        read: ({ data }) => readList(data, readComment),
      }),
    );
    if (comments === 'unanswered') return 'unanswered';
    const found = comments.find(({ body }) => body.includes(marker));
    if (found) return found.id;
    if (comments.length < PAGE_SIZE) return 'absent';
  }
  return 'unanswered';
}
