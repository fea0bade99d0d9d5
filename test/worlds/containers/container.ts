import type { ContainerExit, ContainerState, ContainerStatus } from '../../../src/core/ports/containers.js';
import type { FakeClock } from '../fake-clock.js';
import type { ServiceSpec } from './service.js';

/** Docker waits before the first restart, twice as long before each further one, and at most a minute. */
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 60_000;
/** A run of this length makes the next wait short again. */
const STABLE_MS = 10_000;

export interface ContainerIdentity {
  readonly id: string;
  readonly name: string;
  readonly project?: string;
  readonly service?: string;
  readonly image: string;
  readonly address: string;
}

/** A container that lives by the clock of the test. */
export class FakeContainer {
  status: ContainerStatus = 'created';
  exitCode = 0;
  restarts = 0;
  error: string | undefined;
  oomKilled = false;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  health: ContainerState['health'];
  readonly log: string[] = [];
  removed = false;
  /** Grows with each start and end, so that events of an earlier run are dropped. */
  private life = 0;
  private stopped = false;

  constructor(
    readonly identity: ContainerIdentity,
    readonly spec: ServiceSpec,
    private readonly world: { readonly clock: FakeClock; readonly changed: (exit?: ContainerExit) => void },
  ) {}

  get state(): ContainerState {
    const { id, name, service, image } = this.identity;
    return {
      id,
      name,
      ...(service !== undefined && { service }),
      image,
      status: this.status,
      exitCode: this.exitCode,
      oomKilled: this.oomKilled,
      ...(this.error !== undefined && { error: this.error }),
      restarts: this.restarts,
      ...(this.startedAt !== undefined && { startedAt: this.startedAt }),
      ...(this.finishedAt !== undefined && { finishedAt: this.finishedAt }),
      ...(this.health && { health: this.health }),
      ...(this.health && this.health !== 'starting' && { lastHealthOutput: this.spec.health?.output ?? '' }),
      addresses: this.addresses,
    };
  }

  get addresses(): readonly string[] {
    if (this.spec.network === 'none') return [];
    if (this.spec.network === 'host') return ['127.0.0.1'];
    return this.status === 'running' ? [this.identity.address] : [];
  }

  get isEnded(): boolean {
    return this.removed || this.status === 'exited' || this.status === 'dead';
  }

  opened(port: number): boolean {
    const after = this.spec.opens?.[port];
    return this.status === 'running' && after !== undefined && this.world.clock.now() >= this.startedAt! + after;
  }

  start(): void {
    const { clock } = this.world;
    if (this.spec.startError !== undefined) {
      this.error = this.spec.startError;
      return;
    }
    const life = (this.life += 1);
    this.status = 'running';
    this.startedAt = clock.now();
    this.stopped = false;
    this.print(this.spec.prints ?? []);
    this.health = this.spec.health && 'starting';
    const { healthyAfterMs, unhealthyAfterMs } = this.spec.health ?? {};
    if (healthyAfterMs !== undefined) this.later(healthyAfterMs, () => void (this.health = 'healthy'));
    if (unhealthyAfterMs !== undefined) this.later(unhealthyAfterMs, () => void (this.health = 'unhealthy'));
    const run = this.spec.runs?.[Math.min(this.restarts, this.spec.runs.length - 1)];
    if (run) this.later(run.afterMs, () => life === this.life && this.end(run.code));
    this.world.changed();
  }

  /** Its main program ends. */
  end(code: number): void {
    this.life += 1;
    this.finishedAt = this.world.clock.now();
    this.exitCode = code;
    this.health &&= 'unhealthy';
    const again =
      !this.stopped && (this.spec.restart === 'always' || this.spec.restart === 'unless-stopped' || this.failed(code));
    this.status = again ? 'restarting' : 'exited';
    if (again) this.later(this.backoff(), () => this.restart());
    this.world.changed({ containerId: this.identity.id, exitCode: code, oomKilled: false });
  }

  /** Called by a test, and by a stop whose grace is over. */
  kill(code = 137): void {
    this.stopped = true;
    if (!this.isEnded) this.end(code);
  }

  /** @returns the milliseconds that it takes */
  stop(graceSeconds: number): number {
    if (this.isEnded || this.status === 'created') return 0;
    this.stopped = true;
    if (this.spec.ignoresTerm) return graceSeconds * 1000;
    this.end(143);
    return 0;
  }

  print(lines: readonly string[]): void {
    this.log.push(...lines);
  }

  remove(): void {
    this.life += 1;
    this.removed = true;
    this.world.changed();
  }

  private failed(code: number): boolean {
    return this.spec.restart === 'on-failure' && code !== 0;
  }

  private restart(): void {
    this.restarts += 1;
    this.start();
  }

  private backoff(): number {
    const ranMs = this.finishedAt! - this.startedAt!;
    return ranMs > STABLE_MS
      ? FIRST_BACKOFF_MS
      : Math.min(FIRST_BACKOFF_MS * 2 ** Math.min(this.restarts, 20), LONGEST_BACKOFF_MS);
  }

  /** Does something later in this run, if it still lasts then. */
  private later(ms: number, action: () => void): void {
    const { life } = this;
    this.world.clock.after(ms, () => {
      if (life !== this.life) return;
      action();
      this.world.changed();
    });
  }
}
