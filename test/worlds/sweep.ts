import type { Failure } from '../../src/core/kernel/failure.js';
import { renderScope, TAG, type Scope } from '../../src/core/kernel/identity.js';
import { runnerTags } from '../../src/core/kernel/runner-tags.js';
import type { Market } from '../../src/core/ports/catalog.js';
import type { Instance } from '../../src/core/ports/ec2.js';
import type { Runner } from '../../src/core/ports/github.js';
import { reap, type ReapRequest, type SweepResult } from '../../src/core/reap/reap.js';
import { AMD64_IMAGE } from './fake-catalog.js';
import { FakeClock } from './fake-clock.js';
import { FakeEc2 } from './fake-ec2.js';
import { FakeGitHub } from './fake-github.js';
import { recordLog } from './log.js';

export const MINUTE = 60_000;
export const HOME = { owner: 'octo-org', repo: 'octo-repo' };
export const HOME_SCOPE: Scope = { kind: 'repo', ...HOME };
export const ORG_SCOPE: Scope = { kind: 'org', org: 'octo-org' };

interface Started {
  readonly instance: Instance;
  readonly runner: Runner;
}

/** What a past start has made. Defaults are those of start-runner. */
interface StartOptions {
  readonly repository?: string;
  readonly runId?: string;
  readonly scope?: Scope;
  readonly type?: string;
  readonly market?: Market;
  readonly in?: FakeEc2;
  readonly runner?: Partial<Runner>;
  /** Default: six hours. */
  readonly lifetimeMs?: number;
}

/** EC2, GitHub by scope and a clock in memory, with what past starts have left there. */
export class SweepWorld {
  /** A sweep waits for nothing, so the clock may run for weeks. */
  readonly clock = new FakeClock(undefined, 60 * 24 * 60 * MINUTE);
  readonly ec2 = new FakeEc2({ clock: this.clock, timeline: { pendingMs: 0 } });
  private readonly recorded = recordLog({ debug: true });
  readonly said = this.recorded.said;
  private readonly log = this.recorded.log;
  readonly cancel = new AbortController();
  /** Scopes to which no connection can be made, and why. */
  readonly unreachable = new Map<string, Failure>();
  /** Every scope that was connected to. */
  readonly connected = new Set<string>();
  private readonly gitHubByScope = new Map<string, FakeGitHub>();
  private started = 0;
  private launched = 0;

  /** GitHub for a scope. Each knows the runs of every repository. */
  github(scope: Scope = HOME_SCOPE): FakeGitHub {
    const known = this.gitHubByScope.get(renderScope(scope)) ?? new FakeGitHub();
    this.gitHubByScope.set(renderScope(scope), known);
    return known;
  }

  /** Calls of every scope's GitHub that change something. */
  get changes(): string[] {
    return [...this.gitHubByScope.values()].flatMap(({ calls }) =>
      calls.filter((call) => /^(remove|register)/.test(call)),
    );
  }

  /** A runner and its instance, of a run that is active. */
  async start(options: StartOptions = {}): Promise<Started> {
    const { repository = 'octo-org/octo-repo', runId = '77', scope = HOME_SCOPE } = options;
    const runner = this.register(runId, options);
    this.setRun('active', runId, repository);
    const now = this.clock.now();
    const tags = {
      [TAG.repository]: repository,
      [TAG.runId]: runId,
      [TAG.runAttempt]: '1',
      [TAG.scope]: renderScope(scope),
      [TAG.runnerId]: String(runner.id),
      [TAG.runnerName]: runner.name,
      [TAG.expiresAt]: new Date(now + (options.lifetimeMs ?? 360 * MINUTE)).toISOString(),
    };
    return { instance: await this.launch(tags, options), runner };
  }

  /** An instance whose tags name several runners, of a run that is active. */
  async startSeveral(count: number, options: StartOptions = {}): Promise<Started & { readonly runners: Runner[] }> {
    const { instance, runner } = await this.start(options);
    this.github(options.scope).remove(runner.name);
    const { id: _, name, ...state } = runner;
    const runners = Array.from({ length: count }, (_one, at) =>
      this.github(options.scope).addRunner({ ...state, name: `${name}-${at}` }),
    );
    this.ec2.retag(instance.id, runnerTags(runners));
    return { instance, runner: runners[0]!, runners };
  }

  /** An instance with only these tags. */
  async launch(tags: Readonly<Record<string, string>>, options: StartOptions = {}): Promise<Instance> {
    const outcome = await (options.in ?? this.ec2).launch({
      plan: { instanceType: options.type ?? 't3.xlarge', market: options.market ?? 'on-demand' },
      imageId: AMD64_IMAGE,
      securityGroupIds: [],
      rootVolume: { deviceName: '/dev/sda1' },
      tags,
      userData: Buffer.from(''),
      clientToken: `launch-${this.launched++}`,
    });
    if (outcome.kind !== 'launched') throw new Error(outcome.kind);
    return outcome.instance;
  }

  /** A registered runner without an instance. */
  register(runId: string, { scope = HOME_SCOPE, runner = {} }: StartOptions = {}): Runner {
    const name = `ec2-${runId}-1-start-0123abcd-${this.started++}`;
    return this.github(scope).addRunner({ name, status: 'online', ...runner });
  }

  setRun(state: 'active' | 'completed', runId = '77', repository = 'octo-org/octo-repo'): void {
    this.github({ kind: 'repo', owner: repository.split('/')[0]!, repo: repository.split('/')[1]! }).attempts.set(
      `${repository} ${runId} 1`,
      state,
    );
  }

  age(minutes: number): Promise<void> {
    return this.clock.sleep(minutes * MINUTE);
  }

  reap(changes: Partial<ReapRequest> = {}, regions: readonly FakeEc2[] = [this.ec2]): Promise<SweepResult> {
    return reap(
      { reach: { kind: 'repo', home: HOME }, graceMs: 15 * MINUTE, dryRun: false, ...changes },
      {
        regions,
        gitHubOf: (scope) => this.connect(scope),
        clock: this.clock,
        log: this.log,
        signal: this.cancel.signal,
      },
    );
  }

  private async connect(scope: Scope): Promise<FakeGitHub> {
    const name = renderScope(scope);
    this.connected.add(name);
    const failure = this.unreachable.get(name);
    if (failure) throw failure;
    return this.github(scope);
  }

  state({ instance }: Pick<Started, 'instance'>, ec2 = this.ec2): string {
    return ec2.instances.find(({ id }) => id === instance.id)!.state;
  }
}

/** Each finding as `kind outcome: why`. */
export function brief({ findings }: SweepResult): string[] {
  return findings.map(({ kind, outcome, why }) => `${kind} ${outcome}: ${why}`);
}
