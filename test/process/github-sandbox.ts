import { Octokit } from '@octokit/rest';
import { createGitHub, type GitHubEvent, type GitHubOptions, type GitHubWorld } from '../../sandbox/github/world.js';
import { serve, type Traffic } from '../../sandbox/http.js';

export interface GitHubSandbox {
  readonly github: GitHubWorld;
  readonly url: string;
  readonly traffic: Traffic;
  readonly events: readonly GitHubEvent[];
  /** With the token that may do everything, unless another is given. */
  octokit(auth?: string): Octokit;
  close(): Promise<void>;
}

/** The sandbox's GitHub alone, on a port of its own. */
export async function startGitHub(options: GitHubOptions = {}): Promise<GitHubSandbox> {
  const events: GitHubEvent[] = [];
  const github = createGitHub({ ...options, emit: (event) => events.push(event) });
  const traffic: Traffic = { requests: [] };
  const server = await serve({ service: 'github', traffic, handler: github });
  const quiet = () => undefined;
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  return {
    github,
    url: server.url,
    traffic,
    events,
    octokit: (auth = github.token) => new Octokit({ auth, baseUrl: server.url, log }),
    close: async () => {
      github.close();
      await server.close();
    },
  };
}
