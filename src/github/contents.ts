import { toCall, type Connection } from './connection.js';
import { toFailure } from './failures.js';
import { wordsOf, type CallName } from './http-error.js';
import { isRecord } from './json.js';
import { contentsPermission } from './scope.js';

/**
 * See {@link GitHub.readFile}. A 404 can mean that the token does not see the repository; it counts as "no such file"
 * only when the repository itself can be read.
 */
export async function readFile(connection: Connection, path: string, ref: string): Promise<string | undefined> {
  const { owner, repo } = connection.repository;
  const permission = contentsPermission(connection.repository);
  // Not as a variable of the template: its slashes would be escaped, which some servers refuse.
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  const route = `GET /repos/{owner}/{repo}/contents/${escaped}`;
  const name: CallName = { endpoint: `GET /repos/${owner}/${repo}/contents/${escaped}`, permission };
  const reading = connection.requests.ask(
    toCall(connection, {
      route,
      parameters: { owner, repo, ref },
      accept: 'application/vnd.github.raw+json',
      permission,
      read: ({ data }) => readText(data),
      expected: (error) => {
        if (error.status !== 404) return undefined;
        if (/no commit found/i.test(wordsOf(error))) throw toFailure(error, name);
        return 'absent';
      },
    }),
  );
  // Beside it: mostly there is no such file, and then whoever asks goes on one answer sooner.
  const visible = askWhetherVisible(connection);
  visible.catch(() => undefined);
  const text = await reading;
  if (text !== 'absent') return text.text;
  await visible;
  return undefined;
}

async function askWhetherVisible(connection: Connection): Promise<void> {
  const { owner, repo } = connection.repository;
  await connection.requests.ask(
    toCall(connection, {
      route: 'GET /repos/{owner}/{repo}',
      parameters: { owner, repo },
      permission: contentsPermission(connection.repository),
      read: ({ data }) => (isRecord(data) ? data : undefined),
    }),
  );
}

/** Octokit decodes by content type, and a raw file's is `application/vnd.github.raw+json` or one like it. */
function readText(data: unknown): { text: string } | undefined {
  if (typeof data === 'string') return { text: data };
  return data instanceof ArrayBuffer ? { text: new TextDecoder().decode(data) } : undefined;
}
