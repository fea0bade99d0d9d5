import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { GitHubError, notFound } from './errors.js';

export type Level = 'read' | 'write';

/** Permissions as in an App's manifest; `enterprise_runners` stands for a classic token's `manage_runners:enterprise`. */
export type Permissions = Readonly<Record<string, Level>>;

export interface Token {
  readonly token: string;
  /** Decides the words of GitHub's error for a missing permission. `actions` is a job's own GITHUB_TOKEN. */
  readonly kind: 'classic' | 'fine-grained' | 'app' | 'actions';
  readonly permissions: Permissions | 'all';
  /** `owner/name` of the repositories that it can see. Default: all. */
  readonly repositories?: readonly string[];
  /** Milliseconds since the epoch. */
  readonly expiresAt?: number;
}

export interface AppOptions {
  readonly id: number;
  readonly clientId?: string;
  /** PEM. */
  readonly publicKey: string;
  /** The name in its address. Default: `runners`. */
  readonly slug?: string;
  readonly name?: string;
  /** The organization or user that owns it. Default: `octo-org`. */
  readonly owner?: string;
  /** What an installation grants. */
  readonly permissions?: Permissions;
  readonly installations?: readonly Installation[];
}

/** A manifest that a person confirmed on GitHub's page. */
export interface AppManifest {
  readonly name: string;
  readonly owner: string;
  readonly permissions: Permissions;
}

export interface Installation {
  readonly id: number;
  /** The organization or user that installed the App. */
  readonly account: string;
  readonly permissions: Permissions;
  /** `owner/name`. Default: all repositories of the account. */
  readonly repositories?: readonly string[];
}

/** All valid tokens. */
export class TokenStore {
  readonly #tokens = new Map<string, Token>();

  constructor(tokens: readonly Token[]) {
    for (const token of tokens) this.add(token);
  }

  add(token: Token): Token {
    this.#tokens.set(token.token, token);
    return token;
  }

  revoke(token: string): void {
    this.#tokens.delete(token);
  }

  /** `undefined` without an authorization header. @throws GitHubError 401 for an unknown or expired token */
  authenticate(header: string | undefined): Token | undefined {
    if (!header) return undefined;
    const token = this.#tokens.get(header.replace(/^(bearer|token)\s+/i, '').trim());
    if (!token || (token.expiresAt ?? Infinity) <= Date.now()) throw new GitHubError(401, 'Bad credentials');
    return token;
  }
}

export interface Need {
  readonly permission: string;
  /** Another permission that is enough. */
  readonly or?: string;
  readonly level: Level;
}

/** @throws GitHubError 404 if the token cannot see the repository, 403 if it lacks the permission */
export function authorize(token: Token, need: Need, repository: string | undefined): void {
  const seen = token.repositories?.map((name) => name.toLowerCase());
  if (repository && seen && !seen.includes(repository.toLowerCase())) throw notFound();
  if (token.permissions === 'all') return;
  const { permissions } = token;
  const granted = [need.permission, need.or ?? need.permission].map((name) => permissions[name]);
  if (need.permission === 'metadata' && Object.keys(token.permissions).some(concernsRepositories)) return;
  if (granted.includes('write') || granted.includes(need.level)) return;
  throw new GitHubError(403, REFUSALS[token.kind]);
}

/** GitHub adds "Metadata: read" to every permission on repositories. */
function concernsRepositories(permission: string): boolean {
  return !/^(organization|enterprise)_/.test(permission);
}

const REFUSALS: Readonly<Record<Token['kind'], string>> = {
  classic: 'Must have admin rights to Repository.',
  'fine-grained': 'Resource not accessible by personal access token',
  app: 'Resource not accessible by integration',
  actions: 'Resource not accessible by integration',
};

/** One GitHub App. */
export class App {
  readonly installations: Installation[];

  constructor(readonly options: AppOptions) {
    this.installations = [...(options.installations ?? [])];
  }

  /** Checks the App's own JSON Web Token. @throws GitHubError 401 */
  authenticate(header: string | undefined): void {
    const [head, claims, signature] = (header ?? '').replace(/^bearer\s+/i, '').split('.');
    const decoded = decode(head, claims);
    const key = createPublicKey(this.options.publicKey);
    const signed = Buffer.from(`${head}.${claims}`);
    const fits =
      decoded?.alg === 'RS256' && verify('RSA-SHA256', signed, key, Buffer.from(signature ?? '', 'base64url'));
    if (!fits) throw new GitHubError(401, 'A JSON web token could not be decoded');
    const { iss, exp } = decoded;
    const now = Date.now() / 1000;
    if (typeof exp !== 'number' || exp <= now) {
      throw new GitHubError(
        401,
        "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
      );
    }
    if (exp > now + 600 + 60) throw new GitHubError(401, "'Expiration time' claim ('exp') is too far in the future");
    if (![String(this.options.id), this.options.clientId].includes(String(iss))) {
      throw new GitHubError(401, "'Issuer' claim ('iss') must be an Integer");
    }
  }

  /**
   * Creates a token of an installation for one hour, with the requested permissions or all of the installation's.
   *
   * @throws GitHubError 422 if more is requested than was granted
   */
  createToken(
    installation: Installation,
    request: { permissions?: Permissions; repositories?: readonly string[] },
  ): Token {
    const requested = Object.entries(request.permissions ?? {});
    if (requested.some(([name, level]) => !covers(installation.permissions[name], level))) {
      throw new GitHubError(422, 'The permissions requested are not granted to this installation.');
    }
    const repositories =
      request.repositories?.map((name) => `${installation.account}/${name}`) ?? installation.repositories;
    if (repositories?.some((name) => !covered(installation, name))) {
      throw new GitHubError(
        422,
        'There is at least one repository that does not exist or is not accessible to the parent installation.',
      );
    }
    return {
      token: `ghs_${randomBytes(18).toString('hex')}`,
      kind: 'app',
      permissions: requested.length > 0 ? Object.fromEntries(requested) : installation.permissions,
      ...(repositories && { repositories }),
      expiresAt: Date.now() + 3_600_000,
    };
  }
}

/** A key pair for an App, as PEM. Takes about 100 ms. */
export function newKeyPair(): { readonly publicKey: string; readonly privateKey: string } {
  return generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

function covers(granted: Level | undefined, requested: Level): boolean {
  return granted === 'write' || granted === requested;
}

function covered(installation: Installation, repository: string): boolean {
  const name = repository.toLowerCase();
  if (installation.repositories) return installation.repositories.some((one) => one.toLowerCase() === name);
  return name.startsWith(`${installation.account.toLowerCase()}/`);
}

function decode(head?: string, claims?: string): { alg?: unknown; iss?: unknown; exp?: unknown } | undefined {
  const read = (part?: string) =>
    JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Record<string, unknown>;
  try {
    return { ...read(claims), alg: read(head)['alg'] };
  } catch {
    return undefined;
  }
}

/** Whom a JSON Web Token claims to come from; its signature is not checked here. */
export function readIssuer(header: string | undefined): string {
  const [head, claims] = (header ?? '').replace(/^bearer\s+/i, '').split('.');
  const issuer = decode(head, claims)?.iss;
  return typeof issuer === 'string' || typeof issuer === 'number' ? `${issuer}` : '';
}
