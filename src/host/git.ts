import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as advice from '../core/kernel/advice.js';
import { Failure } from '../core/kernel/failure.js';
import type { Remote } from '../core/test-request/find-commit.js';
import { runProgram } from './programs.js';

/** Listing refs takes one short response. A history without files is some megabytes for a large repository. */
const LIST_BOUND_MS = 60_000;
const HISTORY_BOUND_MS = 300_000;

/** A git server, through the `git` program. @param token not needed for a public repository */
export function createRemote(serverUrl: string, token: string | undefined): Remote {
  const git = createGit({ serverUrl, token, consequence: 'it is not known which commit is meant' });
  return {
    async listRefs(repository, names) {
      const lines = await git(['ls-remote', urlOf(serverUrl, repository), ...names], LIST_BOUND_MS);
      const refs = lines.map((line) => line.split('\t')).filter(([, name = '']) => names.includes(name));
      return new Map(refs.map(([sha = '', name = '']) => [name, sha]));
    },
    async contains(repository, sha) {
      const directory = await mkdtemp(join(process.env['RUNNER_TEMP'] || tmpdir(), 'history-'));
      try {
        // Without trees and files: the commits alone show which history holds the commit.
        const clone = ['clone', '--quiet', '--bare', '--filter=tree:0', urlOf(serverUrl, repository), directory];
        await git(clone, HISTORY_BOUND_MS);
        const found = await runProgram({
          command: 'git',
          args: ['-C', directory, 'cat-file', '-e', `${sha}^{commit}`],
          env: offline,
        });
        if (found.code !== 0) return false;
        return (
          (await git(['-C', directory, 'for-each-ref', '--count=1', `--contains=${sha}`], LIST_BOUND_MS)).length > 0
        );
      } finally {
        await rm(directory, { recursive: true, force: true });
      }
    },
  };
}

/** Keeps a partial clone from fetching a missing commit, which GitHub would also serve from a fork. */
const offline: NodeJS.ProcessEnv = { ...process.env, GIT_NO_LAZY_FETCH: '1' };

export function urlOf(serverUrl: string, repository: string): string {
  return `${serverUrl}/${repository}.git`;
}

export interface GitOptions {
  readonly serverUrl: string;
  readonly token: string | undefined;
  /** What a failure means, for its message: `it is not known which commit is meant`. */
  readonly consequence: string;
  /** What users do about it. */
  readonly hint?: string;
  /** Further variables of git. */
  readonly env?: NodeJS.ProcessEnv;
}

/** @returns a function that runs git and returns its lines. @throws Failure `git-failed` with git's own message */
export function createGit({
  serverUrl,
  token,
  consequence,
  hint = advice.GIVE_REPOSITORY_TOKEN,
  env: own,
}: GitOptions) {
  // The token is in the environment, because every process of the machine can read arguments.
  const header = token && `AUTHORIZATION: basic ${Buffer.from(`x-access-token:${token}`).toString('base64')}`;
  const env: NodeJS.ProcessEnv = {
    ...offline,
    ...own,
    GIT_TERMINAL_PROMPT: '0',
    ...(header && {
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: `http.${serverUrl}/.extraheader`,
      GIT_CONFIG_VALUE_0: header,
    }),
  };
  return async (args: readonly string[], boundMs: number, onText?: (text: string) => void): Promise<string[]> => {
    const lines: string[] = [];
    const output = onText ? { onText, wholeOutput: true } : {};
    const ended = await runProgram({
      command: 'git',
      args,
      env,
      boundMs,
      onLine: (line) => lines.push(line),
      ...output,
    });
    if (ended.code === 0) return lines;
    throw new Failure('git-failed', `git ${args[0] === '-C' ? args[2] : args[0]} failed, so ${consequence}.`, {
      why: lines.join(' ') || ended.why || `git ended with ${ended.code}`,
      hint,
    });
  };
}
