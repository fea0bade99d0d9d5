import type { Octokit } from '@octokit/rest';
import githubAppJwt from 'universal-github-app-jwt';
import { Failure } from '../core/kernel/failure.js';
import type { Clock } from '../core/kernel/clock.js';
import { readPrivateKey } from './private-key.js';
import { wordsOf, type HttpError } from './http-error.js';
import { isRecord } from './json.js';
import { Requests, type Answer, type Credentials, type RequestPolicy } from './request.js';
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
interface TokenRequest {
  readonly permissions: Permissions;
  /** Names without the owner. */
  readonly repositories?: string[];
}

interface Installation {
  readonly id: number;
  /** The permissions that its owner granted, such as `{ administration: 'write' }`. */
  readonly granted: Permissions;
}

/** Finds the App's installation and creates a first token. @throws Failure `bad-input`, `github-*` */
export async function useApp(input: AppInput, context: AppContext): Promise<Credentials> {
  if (context.scope.kind === 'enterprise') {
    throw new Failure('bad-input', 'GitHub does not let a GitHub App manage the runners of an enterprise.', {
      hint: 'Give `github-token` with the classic scope `manage_runners:enterprise`, or set `runner-scope` to `org`.',
    });
  }
  const key = { id: input.appId, privateKey: readPrivateKey(input.privateKey) };
  const app: Credentials = { authorize: async () => `Bearer ${(await githubAppJwt(key)).token}` };
  const requests = new Requests({ ...context.policy, credentials: app });
  const installation = await findInstallation(requests, input, context);
  const credentials = new InstallationCredentials({ requests, installation, context });
  await credentials.authorize();
  return credentials;
}

/** An installation token expires after an hour. A new one is created in time to use the old one until then. */
const RENEW_AFTER_MS = 55 * 60_000;

/** Creates the installation's token, and a new one before it expires. */
class InstallationCredentials implements Credentials {
  createdAt: number | undefined;
  private token = '';
  private renewing: Promise<void> | undefined;
  /** What the token may do, the most useful request first. */
  private tokenRequests: readonly TokenRequest[];

  constructor(
    private readonly app: {
      readonly requests: Requests;
      readonly installation: Installation;
      readonly context: AppContext;
    },
  ) {
    this.tokenRequests = listTokenRequests(app.installation, app.context);
  }

  async authorize(): Promise<string> {
    const { clock } = this.app.context;
    if (this.createdAt === undefined || clock.now() - this.createdAt >= RENEW_AFTER_MS) {
      // Concurrent calls share one renewal.
      this.renewing ??= this.renew().finally(() => (this.renewing = undefined));
      await this.renewing;
    }
    return `Bearer ${this.token}`;
  }

  private async renew(): Promise<void> {
    const { clock, mask } = this.app.context;
    const token = await this.createBestToken();
    mask(token);
    this.createdAt = clock.now();
    this.token = token;
  }

  private async createBestToken(): Promise<string> {
    let refusal: HttpError | undefined;
    for (const [index, request] of this.tokenRequests.entries()) {
      const created = await this.createToken(request);
      if (typeof created === 'string') {
        this.tokenRequests = this.tokenRequests.slice(index);
        return created;
      }
      refusal = created;
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

  /** @returns the token, or GitHub's 422, which may mean that the installation does not cover so much */
  private async createToken(request: TokenRequest): Promise<string | HttpError> {
    const { requests, installation, context } = this.app;
    return requests.ask({
      endpoint: `POST /app/installations/${installation.id}/access_tokens`,
      permission: `an installation of the App that covers ${pathsOf(context.scope).name}`,
      asApp: true,
      purpose: 'register',
      send: async (authorization): Promise<Answer> =>
        context.octokit.request('POST /app/installations/{installation_id}/access_tokens', {
          installation_id: installation.id,
          ...request,
          headers: { authorization },
        }),
      read: ({ data }) =>
        isRecord(data) && typeof data['token'] === 'string' && data['token'] ? data['token'] : undefined,
      expected: (error) => (error.status === 422 ? error : undefined),
    });
  }
}

/** The installation of the input, or the one that covers the scope, with its permissions. */
async function findInstallation(
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
 * The least permissions: for the runners, and for reading files (the reaper: runs) if granted, in this repository only.
 * The runners of an organization belong to no repository, so the second request leaves the repository out.
 */
function listTokenRequests(
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
