import type { PullRequests } from '../src/core/ports/pull-requests.js';
import type { Log } from '../src/core/ports/process.js';
import { connectPullRequests } from '../src/github/connect-pull-requests.js';
import { clock } from '../src/host/clock.js';
import type { RunContext } from '../src/host/context.js';
import { mask } from '../src/host/mask.js';
import { fetchDirectly } from '../src/host/node-fetch.js';
import { loadProxy } from '../src/host/proxy.js';

/** Connects to GitHub for the pull requests of the run's repository. */
export async function reachPullRequests(
  token: string,
  { context, log, signal }: { readonly context: RunContext; readonly log: Log; readonly signal: AbortSignal },
): Promise<PullRequests> {
  const { owner, repo, apiUrl, serverUrl } = context;
  const proxy = await loadProxy();
  return connectPullRequests({
    apiUrl,
    serverUrl,
    credentials: { token },
    scope: { kind: 'repo', owner, repo },
    repository: { owner, repo },
    clock,
    log,
    signal,
    mask,
    debug: (sentence) => log.debug(sentence),
    fetch: proxy.fetch ?? fetchDirectly,
  });
}
