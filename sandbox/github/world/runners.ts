import { createHash, randomUUID } from 'node:crypto';
import { GitHubError, notFound } from './errors.js';
import type { EmitGitHub } from './events.js';
import { makeRsaParameters } from './rsa-parameters.js';

export interface RunnerLabel {
  readonly id: number;
  readonly name: string;
  readonly type: 'read-only' | 'custom';
}

/** A runner as GitHub stores it. */
export interface RunnerRecord {
  readonly id: number;
  readonly name: string;
  /** `repos/{owner}/{repo}`, `orgs/{org}` or `enterprises/{enterprise}`. */
  readonly scope: string;
  readonly groupId: number;
  readonly ephemeral: boolean;
  readonly workFolder: string;
  /** The credentials with which a runner program connects as this runner. */
  readonly credentials: Credentials;
  labels: RunnerLabel[];
  /** `unknown` until a program connects, as on GitHub. */
  os: string;
  version: string | null;
  status: 'online' | 'offline';
  busy: boolean;
}

export interface Credentials {
  readonly clientId: string;
  /** The parameters of the runner's RSA key, in base64. */
  readonly key: Readonly<Record<string, string>>;
}

export interface NewRunner {
  readonly scope: string;
  readonly name: string;
  readonly groupId: number;
  readonly labels: readonly string[];
  readonly workFolder: string;
  readonly ephemeral: boolean;
}

/** Labels that GitHub adds to runners that are not just-in-time. They cannot be removed. */
const SYSTEM_LABELS = new Set(['self-hosted', 'linux', 'macos', 'windows', 'x64', 'arm', 'arm64']);
const FORBIDDEN_IN_NAMES = /["/:<>\\|*?\p{Cc}]/u;
const LONGEST_NAME = 64;
const LONGEST_LABEL = 256;

/** All registered runners of all scopes. */
export class RunnerRegistry {
  readonly #runners = new Map<number, RunnerRecord>();
  readonly #labelIds = new Map<string, number>();
  #nextId = 1;

  constructor(readonly emit: EmitGitHub) {}

  /** @throws GitHubError 422 for an invalid name or label, 409 for a name that exists in this scope */
  register(request: NewRunner): RunnerRecord {
    checkName(request.name);
    const wanted = request.name.toLowerCase();
    if (this.list(request.scope).some(({ name }) => name.toLowerCase() === wanted)) {
      throw new GitHubError(409, 'Already exists - A runner with the name *** already exists.');
    }
    const runner: RunnerRecord = {
      ...request,
      id: this.#nextId++,
      labels: this.toLabels(request.labels),
      credentials: newCredentials(),
      os: 'unknown',
      version: null,
      status: 'offline',
      busy: false,
    };
    this.#runners.set(runner.id, runner);
    this.emit({ name: 'runner-registered', runner: runner.name, runnerId: runner.id });
    return runner;
  }

  all(): RunnerRecord[] {
    return [...this.#runners.values()];
  }

  list(scope: string): RunnerRecord[] {
    return this.all().filter((runner) => runner.scope === scope);
  }

  find(id: number): RunnerRecord | undefined {
    return this.#runners.get(id);
  }

  /** @throws GitHubError 404 */
  get(scope: string, id: string): RunnerRecord {
    const runner = this.#runners.get(Number(id));
    if (runner?.scope !== scope) throw notFound();
    return runner;
  }

  /** Removes a runner from the list. A program that is connected as it stays connected. */
  forget(runner: RunnerRecord, why: string): boolean {
    const known = this.#runners.delete(runner.id);
    if (known) this.emit({ name: 'runner-removed', runner: runner.name, runnerId: runner.id, detail: why });
    return known;
  }

  toLabels(names: readonly string[]): RunnerLabel[] {
    names.forEach(checkLabel);
    return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()].map((name) => {
      const key = name.toLowerCase();
      const id = this.#labelIds.get(key) ?? this.#labelIds.size + 1;
      this.#labelIds.set(key, id);
      return { id, name, type: SYSTEM_LABELS.has(key) ? 'read-only' : 'custom' };
    });
  }
}

/** Whether the runner has all of a job's labels. Case does not count. */
export function hasLabels(runner: RunnerRecord, wanted: readonly string[]): boolean {
  const own = new Set(runner.labels.map(({ name }) => name.toLowerCase()));
  return wanted.every((label) => own.has(label.toLowerCase()));
}

/** Whether runners of this scope may serve this repository (`owner/name`). An enterprise has all organizations here. */
export function serves(scope: string, repository: string): boolean {
  const [kind, rest] = [scope.split('/')[0], scope.slice(scope.indexOf('/') + 1)];
  if (kind === 'repos') return rest.toLowerCase() === repository.toLowerCase();
  if (kind === 'orgs') return rest.toLowerCase() === repository.split('/')[0]?.toLowerCase();
  return true;
}

/** A proof that its sender has the credentials, without their content. */
export function proofOf(credentials: Credentials): string {
  return createHash('sha256').update(`${credentials.clientId}:${credentials.key['d']}`).digest('hex');
}

/**
 * The just-in-time configuration: base64 of a JSON object with the files of a configured runner.
 *
 * @param serverUrl the server that the runner program connects to, without a trailing slash
 */
export function encodeJitConfig(runner: RunnerRecord, serverUrl: string): string {
  const files = {
    '.runner': {
      agentId: String(runner.id),
      agentName: runner.name,
      disableUpdate: 'True',
      ephemeral: runner.ephemeral ? 'True' : 'False',
      poolId: String(runner.groupId),
      poolName: 'Default',
      serverUrl: `${serverUrl}/_runner/`,
      gitHubUrl: `${serverUrl}/${runner.scope.replace(/^(repos|orgs)\//, '')}`,
      workFolder: runner.workFolder,
      useV2Flow: 'True',
      serverUrlV2: `${serverUrl}/_runner/`,
    },
    '.credentials': {
      scheme: 'OAuth',
      data: {
        clientId: runner.credentials.clientId,
        authorizationUrl: `${serverUrl}/_runner/token`,
        requireFipsCryptography: 'True',
      },
    },
    '.credentials_rsaparams': runner.credentials.key,
  };
  const encoded = Object.entries(files).map(([name, file]) => [name, toBase64(JSON.stringify(file))]);
  return toBase64(JSON.stringify(Object.fromEntries(encoded)));
}

function toBase64(text: string): string {
  return Buffer.from(text).toString('base64');
}

/** The key is made when it is first read, because most runners of a long list never connect. */
function newCredentials(): Credentials {
  let key: Credentials['key'] | undefined;
  return {
    clientId: randomUUID(),
    get key() {
      return (key ??= makeRsaParameters());
    },
  };
}

function checkName(name: string): void {
  if (name.trim() === '' || name.length > LONGEST_NAME || FORBIDDEN_IN_NAMES.test(name)) {
    throw new GitHubError(
      422,
      `Validation Failed: the runner name must have 1 to ${LONGEST_NAME} characters, none of " / : < > \\ | * ?`,
    );
  }
}

function checkLabel(label: string): void {
  if (label.trim() === '' || label.length > LONGEST_LABEL || /[,\p{Cc}]/u.test(label)) {
    throw new GitHubError(422, `Validation Failed: the label ${JSON.stringify(label)} is invalid`);
  }
}
