import { Trouble, type Purpose } from '../core/kernel/patience.js';
import type { RegisteredRunner, RegisterRequest, RegistrationToken, Runner } from '../core/ports/github.js';
import { toCall, type Connection } from './connection.js';
import { wordsOf, type HttpError } from './http-error.js';
import { isRecord } from './json.js';
import { readAll } from './pages.js';
import type { Answer } from './request.js';

/** How long a successful listing proves that the token may read the runners. */
const ACCESS_PROOF_MS = 10_000;

interface ListOptions {
  readonly name?: string;
  readonly purpose?: Purpose | undefined;
}

/**
 * The runners of one scope.
 *
 * GitHub answers 404 for a runner that is gone, and for every runner to a token that lost its access. So a 404 for one
 * runner counts as "absent" only when the collection could be read in the last seconds. If no other call has read it,
 * it is read once.
 */
export class Runners {
  private readableAt = -Infinity;
  private checking: Promise<void> | undefined;

  constructor(private readonly connection: Connection) {}

  /** See {@link GitHub.registerRunner}: never repeated after a lost response. */
  register(request: RegisterRequest, signal?: AbortSignal): Promise<RegisteredRunner | 'name-taken' | 'unanswered'> {
    return this.connection.requests.askOnce(
      toCall(this.connection, {
        route: `POST ${this.connection.paths.runners}/generate-jitconfig`,
        parameters: {
          name: request.name,
          labels: [...new Set([request.label, ...(request.labels ?? []), request.origin ?? request.label])],
          runner_group_id: request.groupId,
          work_folder: request.workFolder,
        },
        purpose: 'register',
        signal,
        read: readRegistered,
        expected: (error) => (isNameTaken(error) ? ('name-taken' as const) : undefined),
      }),
    );
  }

  /** Repeated after a lost response: a token that no one uses has no effect. */
  async createToken(signal?: AbortSignal): Promise<RegistrationToken> {
    const { requests, paths, address } = this.connection;
    const created = await requests.ask(
      toCall(this.connection, {
        route: `POST ${paths.runners}/registration-token`,
        purpose: 'register',
        signal,
        read: readToken,
      }),
    );
    return { ...created, url: address };
  }

  async read(id: number, purpose?: Purpose): Promise<Runner | undefined> {
    const answer = await this.connection.requests.ask(
      toCall(this.connection, {
        route: `GET ${this.connection.paths.runners}/{runner_id}`,
        parameters: { runner_id: id },
        purpose,
        read: ({ data }) => readRunner(data),
        expected: ({ status }) => (status === 404 ? ('absent' as const) : undefined),
      }),
    );
    if (answer === 'absent') {
      await this.assertReadable(purpose);
      return undefined;
    }
    this.readableAt = this.connection.clock.now();
    return answer;
  }

  async list({ purpose, ...filter }: ListOptions = {}): Promise<readonly Runner[]> {
    const runners = await readAll(this.connection, {
      route: `GET ${this.connection.paths.runners}`,
      parameters: { ...filter },
      property: 'runners',
      purpose,
      readItem: readRunner,
    });
    this.readableAt = this.connection.clock.now();
    return runners;
  }

  /** Compares the name again, because an old GitHub server ignores the filter and lists all runners. */
  async findByName(name: string): Promise<Runner | undefined> {
    const listed = await this.list({ name });
    return listed.find((runner) => runner.name.toLowerCase() === name.toLowerCase());
  }

  /**
   * Removing twice is safe, so the call is repeated after a lost response; the second time GitHub may answer that the
   * runner is absent. Some of GitHub's servers may not know a new runner yet, so a second read confirms the absence.
   */
  async remove(id: number): Promise<'removed' | 'absent' | 'busy'> {
    const { requests, paths, clock } = this.connection;
    const call = toCall(this.connection, {
      route: `DELETE ${paths.runners}/{runner_id}`,
      parameters: { runner_id: id },
      purpose: 'end',
      read: () => 'removed' as const,
      expected: readRemovalRefusal,
    });
    return requests.persist(call, async () => {
      const outcome = await requests.ask(call);
      if (outcome !== 'absent') this.readableAt = clock.now();
      if (outcome !== 'absent' || (await this.read(id, 'end')) === undefined) return outcome;
      return new Trouble('unanswered', { reason: 'it lists the runner but cannot find it to remove it' });
    });
  }

  /** @throws Failure `github-not-found` when the token cannot read the collection */
  private async assertReadable(purpose: Purpose | undefined): Promise<void> {
    if (this.connection.clock.now() - this.readableAt < ACCESS_PROOF_MS) return;
    this.checking ??= this.readCount(purpose).finally(() => (this.checking = undefined));
    await this.checking;
  }

  private async readCount(purpose: Purpose | undefined): Promise<void> {
    await this.connection.requests.ask(
      toCall(this.connection, {
        route: `GET ${this.connection.paths.runners}`,
        parameters: { per_page: 1 },
        purpose,
        read: ({ data }) => (isRecord(data) && typeof data['total_count'] === 'number' ? data : undefined),
      }),
    );
    this.readableAt = this.connection.clock.now();
  }
}

/** Whether the name is taken. Other conflicts would occur with another name too. */
function isNameTaken(error: HttpError): boolean {
  return error.status === 409 && /already exists/i.test(wordsOf(error));
}

/** One 422 is an expected result: the runner is busy. */
function readRemovalRefusal(error: HttpError): 'absent' | 'busy' | undefined {
  if (error.status === 404) return 'absent';
  return error.status === 422 && /running a job|busy/i.test(wordsOf(error)) ? 'busy' : undefined;
}

function readRegistered({ data }: Answer): RegisteredRunner | undefined {
  if (!isRecord(data) || !isRecord(data['runner'])) return undefined;
  const { id, name } = data['runner'];
  const jitConfig = data['encoded_jit_config'];
  if (typeof id !== 'number' || typeof name !== 'string' || typeof jitConfig !== 'string' || !jitConfig)
    return undefined;
  return { id, name, jitConfig };
}

function readToken({ data }: Answer): Omit<RegistrationToken, 'url'> | undefined {
  if (!isRecord(data) || typeof data['token'] !== 'string' || data['token'] === '') return undefined;
  const expiresAt = Date.parse(String(data['expires_at']));
  return Number.isNaN(expiresAt) ? undefined : { token: data['token'], expiresAt };
}

function readRunner(data: unknown): Runner | undefined {
  if (!isRecord(data)) return undefined;
  const { id, name, status, busy, labels, version, ephemeral } = data;
  if (typeof id !== 'number' || typeof name !== 'string' || typeof status !== 'string') return undefined;
  if (typeof busy !== 'boolean' || !Array.isArray(labels)) return undefined;
  return {
    id,
    name,
    status,
    busy,
    labels: labels.map((label: unknown) => (isRecord(label) ? String(label['name']) : String(label))),
    ...(typeof version === 'string' && version !== '' ? { version } : {}),
    ...(ephemeral === false ? { isReused: true } : {}),
  };
}
