import { toCall, type Connection } from './connection.js';
import { toFailure } from './failures.js';
import { wordsOf } from './http-error.js';
import { isRecord } from './json.js';
import type { Call } from './request.js';
import { contentsPermission, grantOf } from './scope.js';

/**
 * See {@link GitHub.readFile}. A 404 may also mean that the token cannot read the repository. It counts as "no such
 * file" only when the repository itself can be read.
 */
export async function readFile(connection: Connection, path: string, ref: string): Promise<string | undefined> {
  const { owner, repo } = connection.repository;
  const permission = contentsPermission(connection.repository);
  // The path is no variable of the template, because Octokit would escape its slashes, which some servers reject.
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  const route = `GET /repos/{owner}/{repo}/contents/${escaped}`;
  const call: Call<{ text: string } | 'absent', 'absent'> = toCall(connection, {
    route,
    parameters: { owner, repo, ref },
    accept: 'application/vnd.github.raw+json',
    permission,
    grant: grantOf('contents: read'),
    read: ({ data }) => readText(data),
    expected: (error) => {
      if (error.status !== 404) return undefined;
      if (/no commit found/i.test(wordsOf(error))) throw toFailure(error, call);
      return 'absent';
    },
  });
  const reading = connection.requests.ask(call);
  // Sent at the same time: usually the file does not exist, and then the caller waits for one response less.
  const visible = readRepository(connection);
  visible.catch(() => undefined);
  const text = await reading;
  if (text !== 'absent') return text.text;
  await visible;
  return undefined;
}

/** @throws Failure `github-not-found` if the token cannot see the repository of the run */
export async function readRepository(connection: Connection): Promise<void> {
  const { owner, repo } = connection.repository;
  await connection.requests.ask(
    toCall(connection, {
      route: 'GET /repos/{owner}/{repo}',
      parameters: { owner, repo },
      permission: contentsPermission(connection.repository),
      grant: grantOf('contents: read'),
      read: ({ data }) => (isRecord(data) ? data : undefined),
    }),
  );
}

/**
 * The body may be binary, because Octokit decodes by content type: here `application/vnd.github.raw+json` or similar.
 */
function readText(data: unknown): { text: string } | 'absent' | undefined {
  // The list of a folder.
  if (Array.isArray(data)) return 'absent';
  if (typeof data === 'string') return { text: data };
  return data instanceof ArrayBuffer ? { text: new TextDecoder().decode(data) } : undefined;
}
