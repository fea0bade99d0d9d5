import githubAppJwt from 'universal-github-app-jwt';
import { Failure } from '../core/kernel/failure.js';
import {
  findInstallation,
  listTokenRequests,
  type AppContext,
  type AppInput,
  type Installation,
  type TokenRequest,
} from './app-installation.js';
import { wordsOf, type HttpError } from './http-error.js';
import { isRecord } from './json.js';
import { readPrivateKey } from './private-key.js';
import { Requests, type Answer, type Credentials } from './request.js';
import { pathsOf } from './scope.js';

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

/** An installation token expires after an hour. Renewing it earlier leaves time to use a token. */
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
