import type { Octokit } from '@octokit/rest';
import type { Clock } from '../core/kernel/clock.js';
import { Failure } from '../core/kernel/failure.js';
import { wordsOf } from './http-error.js';
import { isRecord } from './json.js';
import type { Answer, RequestPolicy, Requests } from './request.js';
import { pathsOf, type Repository, type Scope } from './scope.js';

/** A GitHub App: its App id or client id, and its key. Without an installation id, the installation is looked up. */
export interface AppInput {
  readonly appId: string;
  readonly privateKey: string;
  readonly installationId?: number | undefined;
}

export interface AppContext {
  readonly octokit: Octokit;
  readonly scope: Scope;
  readonly repository: Repository;
  readonly readsRuns?: boolean;
  readonly clock: Clock;
  readonly mask: (secret: string) => void;
  readonly policy: Omit<RequestPolicy, 'credentials'>;
}

type Permissions = Record<string, string>;

/** What an installation token may do, as GitHub's API expects it. */
export interface TokenRequest {
  readonly permissions: Permissions;
  /** Names without the owner. */
  readonly repositories?: string[];
}

export interface Installation {
  readonly id: number;
  /** The permissions that its owner granted, such as `{ administration: 'write' }`. */
  readonly granted: Permissions;
}

/** The installation of the input, or the one that covers the scope, with its permissions. */
export async function findInstallation(
  requests: Requests,
  input: AppInput,
  { octokit, scope, repository }: AppContext,
): Promise<Installation> {
  const { name } = pathsOf(scope);
  const path =
    input.installationId !== undefined
      ? `/app/installations/${input.installationId}`
      : scope.kind === 'org'
        ? `/orgs/${encodeURIComponent(scope.org)}/installation`
        : `/repos/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.repo)}/installation`;
  const installation = await requests.ask({
    endpoint: `GET ${path}`,
    permission: `an installation of the App that covers ${name}`,
    asApp: true,
    send: async (authorization) => octokit.request(`GET ${path}`, { headers: { authorization } }),
    read: readInstallation,
    // With another message, a 404 means that GitHub does not know the App.
    expected: (error) => (error.status === 404 && /^not found/i.test(wordsOf(error)) ? ('absent' as const) : undefined),
  });
  if (installation !== 'absent') return installation;
  throw new Failure('github-not-found', `The GitHub App ${input.appId} is not installed for ${name}.`, {
    hint: 'Install the App there, or correct `app-id` or `app-installation-id`.',
  });
}

function readInstallation({ data }: Answer): Installation | undefined {
  if (!isRecord(data) || typeof data['id'] !== 'number' || !isRecord(data['permissions'])) return undefined;
  return { id: data['id'], granted: data['permissions'] as Permissions };
}

/**
 * The requests for a token with the least permissions, the most useful one first. A token may manage the runners and,
 * if this was granted, read files (or runs, with `readsRuns`) of this repository only. The runners of an organization
 * belong to no repository, so the last request for an organization names no repository.
 */
export function listTokenRequests(
  installation: Installation,
  { scope, repository, readsRuns }: AppContext,
): readonly TokenRequest[] {
  const needed = scope.kind === 'org' ? 'organization_self_hosted_runners' : 'administration';
  if (installation.granted[needed] !== 'write') {
    throw new Failure('github-forbidden', `The GitHub App's installation lacks the permission \`${needed}: write\`.`, {
      hint: "Add it in the App's settings, then accept the change in the installation.",
      details: [`Granted: ${describe(installation.granted)}.`],
    });
  }
  const runners: Permissions = { [needed]: 'write' };
  const readable = readsRuns ? 'actions' : 'contents';
  const reading: Permissions = installation.granted[readable] ? { [readable]: 'read' } : {};
  const both: TokenRequest = { permissions: { ...runners, ...reading }, repositories: [repository.repo] };
  if (scope.kind !== 'org') return [both];
  const mayRead = reading[readable] !== undefined && sameOwner(scope.org, repository.owner);
  return mayRead ? [both, { permissions: runners }] : [{ permissions: runners }];
}

function describe(granted: Permissions): string {
  const names = Object.entries(granted).map(([name, level]) => `${name}: ${level}`);
  return names.length > 0 ? names.join(', ') : 'nothing';
}

function sameOwner(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
