import { TAG } from '../../../src/core/kernel/identity.js';
import type { Instance } from '../../../src/core/ports/ec2.js';
import type { FakeClock } from '../../worlds/fake-clock.js';
import type { FakeEc2 } from '../../worlds/fake-ec2.js';
import type { FakeGitHub } from '../../worlds/fake-github.js';

interface Clouds {
  readonly clock: FakeClock;
  readonly ec2: FakeEc2;
  readonly github: FakeGitHub;
}

const BOOT_MS = 20_000;
const CHECK_MS = 5_000;
/** The requests' own `idleTimeoutMs` and `maxLifetimeMs`. */
export const IDLE_MS = 600_000;
const LIFETIME_MS = 21_600_000;

/** The instances of a simulated world, which power themselves off as with the real boot agent. */
export class InterleavedMachines {
  constructor(private readonly clouds: Clouds) {
    clouds.ec2.onLaunch((instance) => clouds.clock.after(BOOT_MS, () => this.boot(instance)));
  }

  isLive(id: string): boolean {
    const { state } = this.clouds.ec2.instances.find((one) => one.id === id)!;
    return state === 'pending' || state === 'running';
  }

  runnerOf({ tags }: Instance) {
    return this.clouds.github.listed.find(({ id }) => String(id) === tags[TAG.runnerId]);
  }

  private boot(instance: Instance): void {
    if (!this.isLive(instance.id)) return;
    const runner = this.runnerOf(instance);
    if (!runner) return this.clouds.ec2.end(instance.id);
    this.clouds.github.connect(runner.name);
    this.check(instance, this.clouds.clock.now());
  }

  private check(instance: Instance, since: number): void {
    const { clock, ec2, github } = this.clouds;
    const runner = this.runnerOf(instance);
    const age = clock.now() - since;
    const isOver = !runner || age >= LIFETIME_MS || (age >= IDLE_MS && !runner.busy);
    if (isOver && this.isLive(instance.id)) ec2.end(instance.id);
    if (this.isLive(instance.id)) return clock.after(CHECK_MS, () => this.check(instance, since));
    if (runner) github.disconnect(runner.name);
  }
}
