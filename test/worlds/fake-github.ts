import { Failure } from '../../src/core/kernel/failure.js';
import type {
  Architecture,
  AttemptState,
  GitHub,
  RegisteredRunner,
  RegisterRequest,
  RegistrationToken,
  ReaperGitHub,
  Runner,
  RunnerDownload,
  RunJob,
  StopGitHub,
  RunnerGroup,
} from '../../src/core/ports/github.js';

/** How the next call fails. */
type Method = Exclude<keyof (GitHub & ReaperGitHub & StopGitHub), 'pace'>;

/** GitHub's documented rule for runner names: at most 64 characters and none of these. */
const FORBIDDEN_IN_NAMES = /["/:<>\\|*?]/;

/**
 * GitHub's runners in memory, without HTTP. The contract suite (`test/contract/github.suite.ts`) runs against this fake
 * and against the real adapter on the sandbox.
 */
export class FakeGitHub implements GitHub, ReaperGitHub, StopGitHub {
  pace = 1;
  /** Every registration that took effect, oldest first. */
  readonly registered: RegisterRequest[] = [];
  /** Every call in order, as `registerRunner` or `readRunner 7`. */
  readonly calls: string[] = [];
  readonly groups = new Map<string, number>([['Default', 1]]);
  /** Why a group gives this repository no runner, by the group's id. */
  readonly closedGroups = new Map<number, string>();
  /** What could not be checked about groups. */
  groupDoubt: string | undefined;
  /** File contents by `path@ref`. */
  readonly files = new Map<string, string>();
  /** Run attempts by `owner/repo run attempt`. Other attempts are unknown. */
  readonly attempts = new Map<string, Exclude<AttemptState, 'unknown'>>();
  /** Jobs by `owner/repo run attempt`. Other attempts have none. */
  readonly jobs = new Map<string, readonly RunJob[]>();
  /** Names of runners that the token cannot see. */
  readonly hiddenRepositories = new Set<string>();
  readonly downloads: RunnerDownload[] = [];
  /** When GitHub begins to refuse a runner version, in epoch ms; `undefined` if it has no such plan. */
  readonly deprecations = new Map<string, number | undefined>();
  /** When a registration token that is created now expires; epoch ms. */
  tokensExpireAt: () => number = () => Infinity;
  /** Called before each call takes effect, so that a test can change the world while the core waits. */
  onCall: (method: Method, argument: unknown) => void = () => undefined;

  private readonly runners = new Map<number, Runner>();
  private readonly failures = new Map<Method, unknown[]>();
  private readonly lostRegistrations: ('before' | 'after')[] = [];
  private nextId = 1;
  private tokens = 0;

  constructor() {
    this.offerVersion('2.336.0');
  }

  // For tests.

  /** Makes the next call of this method reject, without effect. Several errors queue up. */
  failNext(method: Method, error: unknown, times = 1): void {
    const queued = this.failures.get(method) ?? [];
    this.failures.set(method, [...queued, ...Array.from({ length: times }, () => error)]);
  }

  /** Removes all faults. */
  heal(): void {
    this.failures.clear();
    this.lostRegistrations.length = 0;
  }

  /** Makes the next registration `unanswered`: lost `before` it takes effect, or `after` it has registered the runner. */
  loseNextRegistration(where: 'before' | 'after'): void {
    this.lostRegistrations.push(where);
  }

  /** Adds a runner that another program has registered. */
  addRunner(runner: Partial<Runner> & { readonly name: string }): Runner {
    const added: Runner = { id: this.nextId++, status: 'offline', busy: false, labels: [], ...runner };
    this.nextId = Math.max(this.nextId, added.id + 1);
    this.runners.set(added.id, added);
    return added;
  }

  /** Connects the runner program. */
  connect(name: string, version = '2.336.0'): void {
    this.change(name, { status: 'online', version });
  }

  /** Disconnects the runner program. The runner stays listed. */
  disconnect(name: string): void {
    this.change(name, { status: 'offline' });
  }

  goBusy(name: string): void {
    this.change(name, { status: 'online', busy: true });
  }

  /** Completes the runner's only job, after which GitHub removes a single-use runner. */
  finish(name: string): void {
    this.remove(name);
  }

  /** Removes the runner, like a user who removes it. */
  remove(name: string): void {
    this.runners.delete(this.named(name).id);
  }

  /** Adds a release of the runner for both architectures, as the latest. GitHub refuses it from a time (epoch ms) on, or never. */
  offerVersion(version: string, refusedFrom?: number): void {
    for (const architecture of ['x64', 'arm64']) {
      const url = `https://downloads.example/actions-runner-linux-${architecture}-${version}.tar.gz`;
      this.downloads.push({ url, version, sha256: (architecture === 'x64' ? 'a' : 'b').repeat(64) });
    }
    this.deprecations.set(version, refusedFrom);
  }

  /** The runners that GitHub lists now. */
  get listed(): readonly Runner[] {
    return [...this.runners.values()];
  }

  // The port.

  async registerRunner(request: RegisterRequest): Promise<RegisteredRunner | 'name-taken' | 'unanswered'> {
    this.begin('registerRunner', request);
    const lost = this.lostRegistrations.shift();
    if (lost === 'before') return 'unanswered';
    this.refuseWhatGitHubRefuses(request);
    if (this.listed.some((runner) => sameName(runner.name, request.name))) return lost ? 'unanswered' : 'name-taken';
    const labels = [...new Set([request.label, ...(request.labels ?? []), request.origin ?? request.label])];
    const { id, name } = this.addRunner({ name: request.name, labels });
    this.registered.push(request);
    return lost ? 'unanswered' : { id, name, jitConfig: Buffer.from(`jit config of ${name}`).toString('base64') };
  }

  async createRegistrationToken(): Promise<RegistrationToken> {
    this.begin('createRegistrationToken');
    this.tokens++;
    const expiresAt = this.tokensExpireAt();
    return { token: `token-${this.tokens}`, url: 'https://github.com/octo-org/octo-repo', expiresAt };
  }

  async readRunner(id: number): Promise<Runner | undefined> {
    this.begin('readRunner', id);
    return this.runners.get(id);
  }

  async findRunnerByName(name: string): Promise<Runner | undefined> {
    this.begin('findRunnerByName', name);
    return this.listed.find((runner) => sameName(runner.name, name));
  }

  async listRunners(): Promise<readonly Runner[]> {
    this.begin('listRunners');
    return this.listed;
  }

  async removeRunner(id: number): Promise<'removed' | 'absent' | 'busy'> {
    this.begin('removeRunner', id);
    if (this.runners.get(id)?.busy) return 'busy';
    return this.runners.delete(id) ? 'removed' : 'absent';
  }

  async resolveGroup(nameOrId = '1'): Promise<RunnerGroup> {
    this.begin('resolveGroup', nameOrId);
    const id = /^\d+$/.test(nameOrId)
      ? [...this.groups.values()].find((one) => one === Number(nameOrId))
      : [...this.groups].find(([name]) => sameName(name, nameOrId))?.[1];
    const reason = this.closedGroups.get(id ?? 0);
    if (reason !== undefined) {
      throw new Failure('runner-group-unusable', `Runner group ${id} is closed: ${reason}.`, { hint: 'Open it.' });
    }
    const name = [...this.groups].find(([, one]) => one === id)?.[0];
    if (id !== undefined) return { id, name: name!, ...(this.groupDoubt !== undefined && { doubt: this.groupDoubt }) };
    throw new Failure('bad-input', `There is no runner group \`${nameOrId}\`.`, {
      hint: `Set \`runner-group\` to one of: ${[...this.groups.keys()].join(', ')}.`,
    });
  }

  async findDownload(version: string, architecture: Architecture): Promise<RunnerDownload> {
    this.begin('findDownload', version);
    const wanted = architecture === 'arm64' ? '-arm64-' : '-x64-';
    const fitting = this.downloads.filter((download) => download.url.includes(wanted));
    const found = version === 'latest' ? fitting.at(-1) : fitting.find((download) => download.version === version);
    if (found) return found;
    throw new Failure('github-not-found', `There is no runner ${version} for Linux on ${architecture}.`, {
      hint: 'Use `latest`.',
    });
  }

  async readDeprecation(version: string): Promise<{ readonly refusedFrom?: number } | 'unknown'> {
    this.begin('readDeprecation', version);
    if (!this.deprecations.has(version)) return 'unknown';
    const refusedFrom = this.deprecations.get(version);
    return refusedFrom === undefined ? {} : { refusedFrom };
  }

  async readFile(path: string, ref: string): Promise<string | undefined> {
    this.begin('readFile', `${path}@${ref}`);
    return this.files.get(`${path}@${ref}`);
  }

  async readRunAttempt(repository: string, runId: string, attempt: string): Promise<AttemptState> {
    this.begin('readRunAttempt', `${repository} ${runId} ${attempt}`);
    if (this.hiddenRepositories.has(repository)) {
      throw new Failure('github-not-found', `GitHub shows no ${repository}.`, { hint: 'Give a token that sees it.' });
    }
    return this.attempts.get(`${repository} ${runId} ${attempt}`) ?? 'unknown';
  }

  async listRunJobs(repository: string, runId: string, attempt: string): Promise<readonly RunJob[]> {
    this.begin('listRunJobs', `${repository} ${runId} ${attempt}`);
    if (this.hiddenRepositories.has(repository)) {
      throw new Failure('github-not-found', `GitHub shows no ${repository}.`, { hint: 'Give a token that sees it.' });
    }
    return this.jobs.get(`${repository} ${runId} ${attempt}`) ?? [];
  }

  private begin(method: Method, argument?: unknown): void {
    this.calls.push(typeof argument === 'string' || typeof argument === 'number' ? `${method} ${argument}` : method);
    this.onCall(method, argument);
    const queued = this.failures.get(method);
    if (queued?.length) throw queued.shift();
  }

  private refuseWhatGitHubRefuses(request: RegisterRequest): void {
    if (request.name === '' || request.name.length > 64 || FORBIDDEN_IN_NAMES.test(request.name)) {
      throw new Failure('github-rejected', `GitHub refuses the runner name \`${request.name}\`.`, {
        hint: 'Rename it.',
      });
    }
    if (![...this.groups.values()].includes(request.groupId)) {
      throw new Failure('github-not-found', `There is no runner group ${request.groupId}.`, {
        hint: 'Use another group.',
      });
    }
  }

  private named(name: string): Runner {
    const found = this.listed.find((runner) => sameName(runner.name, name));
    if (!found) throw new Error(`the test names a runner that is not there: ${name}`);
    return found;
  }

  private change(name: string, changes: Partial<Runner>): void {
    const runner = this.named(name);
    this.runners.set(runner.id, { ...runner, ...changes });
  }
}

function sameName(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
