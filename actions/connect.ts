import type { Scope } from '../src/core/kernel/identity.js';
import type { Purpose } from '../src/core/kernel/patience.js';
import type { Ec2, ReaperEc2 } from '../src/core/ports/ec2.js';
import type { Log } from '../src/core/ports/process.js';
import { connectEc2 } from '../src/ec2/connect.js';
import { connectGitHub, type ConnectedGitHub } from '../src/github/connect.js';
import { clock } from '../src/host/clock.js';
import type { RunContext } from '../src/host/context.js';
import { mask } from '../src/host/mask.js';
import { connectEarly, fetchDirectly } from '../src/host/node-fetch.js';
import { loadProxy } from '../src/host/proxy.js';

export interface CredentialValues {
  readonly 'github-token': string | undefined;
  readonly 'app-id': string | undefined;
  readonly 'app-private-key': string | undefined;
  readonly 'app-installation-id': string | undefined;
}

/** What decides how long the requests of a step are retried. */
export interface Patient {
  readonly log: Log;
  readonly signal: AbortSignal;
  /** The purpose of the step's reads. Default: `read`. */
  readonly purpose?: Purpose;
}

/**
 * Connects to GitHub for one scope, with the credentials in the action's inputs, and through a proxy if one is set.
 *
 * @param options.connections how many connections to open early, because the step will soon send as many requests side
 * by side
 */
export async function connectToGitHub(
  values: CredentialValues,
  options: Patient & { context: RunContext; scope: Scope; readsRuns?: boolean; connections?: number },
): Promise<ConnectedGitHub> {
  const { context, scope, log, signal, purpose, readsRuns, connections = 0 } = options;
  const installation = values['app-installation-id'];
  const proxy = await loadProxy();
  const github = await connectGitHub({
    apiUrl: context.apiUrl,
    serverUrl: context.serverUrl,
    credentials:
      values['github-token'] !== undefined
        ? { token: values['github-token'] }
        : {
            appId: values['app-id'] ?? '',
            privateKey: values['app-private-key'] ?? '',
            ...(installation !== undefined && { installationId: Number(installation) }),
          },
    scope,
    // An App's token is limited to one repository: the repository of the scope if the scope is one.
    repository: scope.kind === 'repo' ? scope : { owner: context.owner, repo: context.repo },
    job: context,
    readsRuns,
    clock,
    log,
    signal,
    purpose,
    mask,
    debug: (sentence) => log.debug(sentence),
    fetch: proxy.fetch ?? fetchDirectly,
  });
  if (!proxy.fetch) connectEarly(context.apiUrl, connections);
  return github;
}

type ConnectedEc2 = Ec2 & ReaperEc2;

/**
 * Connects to EC2 in the home region and, on the first call for each, in other regions; through a proxy if one is set.
 */
export async function connectToEc2(
  options: Patient,
): Promise<{ ec2: ConnectedEc2; ec2In: (region: string) => Promise<ConnectedEc2> }> {
  const { agents } = await loadProxy();
  const connect = (region?: string) =>
    connectEc2({ clock, ...options, ...(region && { region }), ...(agents && { agents }) });
  const ec2 = await connect();
  const regions = new Map([[ec2.region, Promise.resolve(ec2)]]);
  const ec2In = (region: string): Promise<ConnectedEc2> => {
    const known = regions.get(region) ?? connect(region);
    regions.set(region, known);
    return known;
  };
  return { ec2, ec2In };
}
