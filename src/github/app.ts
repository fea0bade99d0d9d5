import type { Octokit } from '@octokit/rest';
import githubAppJwt from 'universal-github-app-jwt';
import { Failure } from '../core/kernel/failure.js';
import type { Clock } from '../core/kernel/clock.js';
import { readPrivateKey } from './private-key.js';
import { wordsOf, type HttpError } from './http-error.js';
import { isRecord } from './json.js';
import { Requests, type Answer, type Credentials, type RequestPolicy } from './request.js';
import { pathsOf, type Repository, type Scope } from './scope.js';

/** A GitHub App: its number or client id, its key, and where it is installed unless that is to be looked up. */
export interface GivenApp {
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

/** What a token is asked to be good for. */
interface Wish {
  readonly permissions: Permissions;
  /** Names without their owner. */
  readonly repositories?: string[];
}

interface Installation {
  readonly id: number;
  /** What its owner granted, such as `{ administration: 'write' }`. */
  readonly granted: Permissions;
}

/** Finds the App's installation and mints a first token. @throws Failure `bad-input`, `github-*` */
export async function useApp(given: GivenApp, context: AppContext): Promise<Credentials> {
  if (context.scope.kind === 'enterprise') {
    throw new Failure('bad-input', 'GitHub does not let a GitHub App manage the runners of an enterprise.', {
      hint: 'Give `github-token` with the classic scope `manage_runners:enterprise`, or set `runner-scope` to `org`.',
    });
  }
  const key = { id: given.appId, privateKey: readPrivateKey(given.privateKey) };
  const app: Credentials = { authorize: async () => `Bearer ${(await githubAppJwt(key)).token}` };
  const requests = new Requests({ ...context.policy, credentials: app });
  const installation = await findInstallation(requests, given, context);
  const credentials = new InstallationCredentials({ requests, installation, context });
  await credentials.authorize();
  return credentials;
}

/** GitHub's tokens for an installation last an hour; this leaves time to use one. */
const RENEW_AFTER_MS = 55 * 60_000;

/** Mints the installation's token, and a new one before it ends. */
class InstallationCredentials implements Credentials {
  mintedAt: number | undefined;
  private token = '';
  private renewing: Promise<void> | undefined;
  /** What to ask for, the most useful first. */
  private wishes: readonly Wish[];

  constructor(
    private readonly app: {
      readonly requests: Requests;
      readonly installation: Installation;
      readonly context: AppContext;
    },
  ) {
    this.wishes = leastWishes(app.installation, app.context);
  }

  async authorize(): Promise<string> {
    const { clock } = this.app.context;
    if (this.mintedAt === undefined || clock.now() - this.mintedAt >= RENEW_AFTER_MS) {
      // Calls side by side share one renewal.
      this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
      await this.renewing;
    }
    return `Bearer ${this.token}`;
  }

  private async renew(): Promise<void> {
    const { clock, mask } = this.app.context;
    const token = await this.mintBest();
    mask(token);
    this.mintedAt = clock.now();
    this.token = token;
  }

  private async mintBest(): Promise<string> {
    let refusal: HttpError | undefined;
    for (const [index, wish] of this.wishes.entries()) {
      const minted = await this.mint(wish);
      if (typeof minted === 'string') {
        this.wishes = this.wishes.slice(index);
        return minted;
      }
      refusal = minted;
    }
    const { installation, context } = this.app;
    const { name } = pathsOf(context.scope);
    const words = refusal === undefined ? '' : wordsOf(refusal);
    throw new Failure(
      'github-not-found',
      `The App's installation ${installation.id} does not cover ${name}: ${words}`,
      {
        hint: 'Add the repository to the installation, or correct `app-installation-id`.',
        cause: refusal,
      },
    );
  }

  /** A refusal (422) may mean that this installation does not reach that far. */
  private async mint(wish: Wish): Promise<string | HttpError> {
    const { requests, installation, context } = this.app;
    return requests.ask({
      endpoint: `POST /app/installations/${installation.id}/access_tokens`,
      permission: `an installation of the App that covers ${pathsOf(context.scope).name}`,
      asApp: true,
      purpose: 'register',
      send: async (authorization): Promise<Answer> =>
        context.octokit.request('POST /app/installations/{installation_id}/access_tokens', {
          installation_id: installation.id,
          ...wish,
          headers: { authorization },
        }),
      read: ({ data }) =>
        isRecord(data) && typeof data['token'] === 'string' && data['token'] ? data['token'] : undefined,
      expected: (error) => (error.status === 422 ? error : undefined),
    });
  }
}

/** The installation given or the one that covers the scope, with what it may do. */
async function findInstallation(
  requests: Requests,
  given: GivenApp,
  { octokit, scope, repository }: AppContext,
): Promise<Installation> {
  const { name } = pathsOf(scope);
  const path =
    given.installationId !== undefined
      ? `/app/installations/${given.installationId}`
      : scope.kind === 'org'
        ? `/orgs/${encodeURIComponent(scope.org)}/installation`
        : `/repos/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.repo)}/installation`;
  const installation = await requests.ask({
    endpoint: `GET ${path}`,
    permission: `an installation of the App that covers ${name}`,
    asApp: true,
    send: async (authorization) => octokit.request(`GET ${path}`, { headers: { authorization } }),
    read: readInstallation,
    // Another 404 means that GitHub does not know the App at all.
    expected: (error) => (error.status === 404 && /^not found/i.test(wordsOf(error)) ? ('absent' as const) : undefined),
  });
  if (installation !== 'absent') return installation;
  throw new Failure('github-not-found', `The GitHub App ${given.appId} is not installed where it is needed: ${name}.`, {
    hint: 'Install the App there, or correct `app-id` or `app-installation-id`.',
  });
}

function readInstallation({ data }: Answer): Installation | undefined {
  if (!isRecord(data) || typeof data['id'] !== 'number' || !isRecord(data['permissions'])) return undefined;
  return { id: data['id'], granted: data['permissions'] as Permissions };
}

/**
 * No more than the runners' permission, and reading files (for the reaper: runs) where that was granted; for this
 * repository alone. An organization's runners belong to no repository, so there that is the part that can be missing.
 */
function leastWishes(installation: Installation, { scope, repository, readsRuns }: AppContext): readonly Wish[] {
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
  const both: Wish = { permissions: { ...runners, ...reading }, repositories: [repository.repo] };
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
