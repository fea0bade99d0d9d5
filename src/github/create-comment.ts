import type { Comment } from '../core/ports/pull-requests.js';
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
    const earlier = isLost ? await findSent(connection, comment, since) : 'absent';
    if (earlier === 'unanswered') return lost('GitHub cannot be asked whether the comment exists');
    if (earlier !== 'absent') return earlier;
    const outcome = await requests.askOnce(call);
    if (outcome !== 'unanswered') return outcome;
    isLost = true;
    const created = await findSent(connection, comment, since);
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
function findSent(
  connection: Connection,
  { number, marker }: NewComment,
  since: string,
): Promise<number | 'absent' | 'unanswered'> {
  return searchComments(
    (page) => connection.requests.askOnce(pageOf(connection, { number, page, since })),
    ({ body }) => body.includes(marker),
  );
}

/** See {@link PullRequests.findComment}. @throws Failure `github-*` */
export async function findComment(
  connection: Connection,
  { number, marker }: Pick<NewComment, 'number' | 'marker'>,
): Promise<number | undefined> {
  const ofPeople: Comment[] = [];
  const found = await searchComments(
    (page) => connection.requests.ask(pageOf(connection, { number, page })),
    (comment) => {
      if (!comment.body.startsWith(marker)) return false;
      if (comment.author?.endsWith('[bot]')) return true;
      ofPeople.push(comment);
      return false;
    },
  );
  if (typeof found === 'number' || ofPeople.length === 0) return typeof found === 'number' ? found : undefined;
  const own = await readOwnLogin(connection);
  return ofPeople.find(({ author }) => author !== undefined && author === own)?.id;
}

/** The user of a personal token; undefined of a job's own token and of an App's, which are no user. */
async function readOwnLogin(connection: Connection): Promise<string | undefined> {
  const login = await connection.requests.ask(
    toCall(connection, {
      route: 'GET /user',
      parameters: {},
      permission: pullRequestsPermission(connection.repository, 'write'),
      read: ({ data }) => (isRecord(data) && typeof data['login'] === 'string' ? data['login'] : undefined),
      expected: ({ status }) => (status === 403 || status === 404 ? 'none' : undefined),
    }),
  );
  return login === 'none' ? undefined : login;
}

async function searchComments(
  readPage: (page: number) => Promise<readonly Comment[] | 'unanswered'>,
  isWanted: (comment: Comment) => boolean,
): Promise<number | 'absent' | 'unanswered'> {
  for (let page = 1; page <= MOST_PAGES; page++) {
    const comments = await readPage(page);
    if (comments === 'unanswered') return 'unanswered';
    const found = comments.find(isWanted);
    if (found) return found.id;
    if (comments.length < PAGE_SIZE) return 'absent';
  }
  return 'unanswered';
}

/** A page of the comments, the oldest first. */
function pageOf(
  connection: Connection,
  { number, page, since }: { readonly number: number; readonly page: number; readonly since?: string },
) {
  const { owner, repo } = connection.repository;
  return toCall(connection, {
    route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    parameters: { owner, repo, issue_number: number, ...(since !== undefined && { since }), per_page: PAGE_SIZE, page },
    permission: pullRequestsPermission(connection.repository, 'read'),
    grant: grantOf('pull-requests: read'),
    read: ({ data }) => readList(data, readComment),
  });
}
