import { readFileSync } from 'node:fs';
import type { Sandbox } from '../../../sandbox/sandbox.js';
import type { WorkflowEvent } from '../../../sandbox/github/pull-requests.js';

type Pull = ReturnType<Sandbox['github']['addPull']>;

/** A comment that starts a workflow, and what became of it on its pull request. */
export interface PostedComment {
  /** The head commit of the pull request. */
  readonly sha: string;
  readonly event: WorkflowEvent;
  /** The comments that answer it, oldest first. */
  answers(): readonly string[];
  reactions(): readonly string[];
}

/** Posts a comment, by default of a member. */
export function postComment({ github }: Sandbox, pull: Pull, body: string, author = 'octocat'): PostedComment {
  const posted = github.addComment({ number: pull.number, body, author });
  const answers = () =>
    github.comments.filter(({ number, body: text }) => number === pull.number && isAnswer(text, posted.id));
  return {
    sha: pull.headSha ?? '',
    event: github.commentEvent(posted),
    answers: () => answers().map(({ body: text }) => text),
    reactions: () => github.reactions.filter(({ commentId }) => commentId === posted.id).map(({ content }) => content),
  };
}

/** Every answer begins with a hidden line that ends with the id of the comment. */
function isAnswer(text: string, id: number): boolean {
  return new RegExp(`^<!-- ci-actions:answer \\S+/${id} -->`).test(text);
}

/** The states of a commit, oldest first: `pending: /test unit (Tests are running)`. */
export function statusesOf({ github }: Sandbox, sha: string): readonly string[] {
  return github.statuses
    .filter((status) => status.sha === sha)
    .map(({ state, context, description }) => `${state}: ${context} (${description})`);
}

/** A workflow to copy whose calls also pass these secrets. @throws Error if it calls nothing with secrets */
export function readStarter(path: string, secrets: readonly string[]): string {
  const text = readFileSync(`workflows/starter/${path}`, 'utf8');
  const lines = secrets.map((name) => `      ${name}: \${{ secrets.${name} }}\n`).join('');
  const changed = text.replace(/^ {4}secrets:\n/gm, (begin) => `${begin}${lines}`);
  if (changed === text) throw new Error(`${path} calls no workflow with secrets.`);
  return changed;
}

/** act has no OpenID Connect. */
export const KEYS = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
