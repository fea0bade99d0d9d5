import { Octokit } from '@octokit/rest';
import {
  createGitHub,
  type GitHubEvent,
  type GitHubOptions,
  type GitHubWorld,
} from '../../../sandbox/github/github.js';
import { serve, type Traffic } from '../../../sandbox/http.js';

export interface GitHubSandbox {
  readonly github: GitHubWorld;
  readonly url: string;
  readonly traffic: Traffic;
  readonly events: readonly GitHubEvent[];
  /** By default with the token that has all permissions. */
  octokit(auth?: string): Octokit;
  close(): Promise<void>;
}

const ignore = () => {};

/** Keeps Octokit from logging every error. */
export const QUIET = { debug: ignore, info: ignore, warn: ignore, error: ignore };

/** The sandbox's GitHub alone, on a port of its own. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubSandbox> {
  const events: GitHubEvent[] = [];
  const github = createGitHub({ ...options, emit: (event) => events.push(event) });
  const traffic: Traffic = { requests: [] };
  const server = await serve({ service: 'github', traffic, handler: github });
  return {
    github,
    url: server.url,
    traffic,
    events,
    octokit: (auth = github.token) => new Octokit({ auth, baseUrl: server.url, log: QUIET }),
    close: async () => {
      github.close();
      await server.close();
    },
  };
}

/** What Octokit throws. */
export interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly response?: { readonly headers: Record<string, string> };
}

/** The error of a call that must fail. */
export async function refusal(call: Promise<unknown>): Promise<Refusal> {
  const answer = await call.then(
    () => undefined,
    (error: Refusal) => error,
  );
  if (!answer) throw new Error('The call was not refused.');
  return answer;
}

export const REPO = { owner: 'octo-org', repo: 'octo-repo' };
export const JIT = '/repos/{owner}/{repo}/actions/runners/generate-jitconfig';
