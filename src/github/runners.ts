import { Trouble, type Purpose } from '../core/kernel/patience.js';
import type { RegisteredRunner, RegisterRequest, Runner } from '../core/ports/github.js';
import { toCall, type Connection } from './connection.js';
import { readAll } from './pages.js';
import { isRecord, wordsOf, type HttpError } from './refusals.js';
import type { Answer } from './request.js';

/** How long a successful look at the runners is proof that the token may see them. */
const TRUST_MS = 10_000;

interface ListOptions {
  readonly name?: string;
  readonly purpose?: Purpose | undefined;
}

/**
 * The runners of one scope.
 *
 * GitHub answers 404 for a runner that is gone, and also for any runner at all to a token that lost its access. So a
 * 404 for one runner counts as "not there" only when the collection could be read within the last seconds: if nothing
 * else has shown that, it is read once to find out.
 */
export class Runners {
  private visibleAt = -Infinity;
  private looking: Promise<void> | undefined;

  constructor(private readonly connection: Connection) {}

  /** See {@link GitHub.registerRunner}: never repeated after a lost answer. */
  register(request: RegisterRequest, signal?: AbortSignal): Promise<RegisteredRunner | 'name-taken' | 'unanswered'> {
    return this.connection.requests.askOnce(
      toCall(this.connection, {
        route: `POST ${this.connection.paths.runners}/generate-jitconfig`,
        parameters: {
          name: request.name,
          labels: [...new Set([request.label, request.origin ?? request.label])],
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
      await this.makeSureWeMayLook(purpose);
      return undefined;
    }
    this.visibleAt = this.connection.clock.now();
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
    this.visibleAt = this.connection.clock.now();
    return runners;
  }

  /** A GitHub too old to filter by name lists all runners, which is why the name is compared here too. */
  async findByName(name: string): Promise<Runner | undefined> {
    const listed = await this.list({ name });
    return listed.find((runner) => runner.name.toLowerCase() === name.toLowerCase());
  }

  /**
   * Removing twice is safe, so a lost answer is repeated; the second time GitHub may say that it is absent. One that
   * was registered a moment ago may be unknown to the part of GitHub that was asked: it is looked for before that counts.
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
      if (outcome !== 'absent') this.visibleAt = clock.now();
      if (outcome !== 'absent' || (await this.read(id, 'end')) === undefined) return outcome;
      return new Trouble('unanswered', { reason: 'it lists the runner, and does not know it when it is to go' });
    });
  }

  /** @throws Failure `github-not-found` when the whole collection is out of sight. */
  private async makeSureWeMayLook(purpose: Purpose | undefined): Promise<void> {
    if (this.connection.clock.now() - this.visibleAt < TRUST_MS) return;
    this.looking ??= this.look(purpose).finally(() => (this.looking = undefined));
    await this.looking;
  }

  private async look(purpose: Purpose | undefined): Promise<void> {
    await this.connection.requests.ask(
      toCall(this.connection, {
        route: `GET ${this.connection.paths.runners}`,
        parameters: { per_page: 1 },
        purpose,
        read: ({ data }) => (isRecord(data) && typeof data['total_count'] === 'number' ? data : undefined),
      }),
    );
    this.visibleAt = this.connection.clock.now();
  }
}

/** GitHub has other conflicts, under which no other name would fare better. */
function isNameTaken(error: HttpError): boolean {
  return error.status === 409 && /already exists/i.test(wordsOf(error));
}

/** GitHub has one 422 that is an answer: the runner is at work. */
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

function readRunner(data: unknown): Runner | undefined {
  if (!isRecord(data)) return undefined;
  const { id, name, status, busy, labels, version } = data;
  if (typeof id !== 'number' || typeof name !== 'string' || typeof status !== 'string') return undefined;
  if (typeof busy !== 'boolean' || !Array.isArray(labels)) return undefined;
  return {
    id,
    name,
    status,
    busy,
    labels: labels.map((label: unknown) => (isRecord(label) ? String(label['name']) : String(label))),
    ...(typeof version === 'string' && version !== '' ? { version } : {}),
  };
}
