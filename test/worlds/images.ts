import { TAG } from '../../src/core/kernel/identity.js';
import type { Instance } from '../../src/core/ports/ec2.js';
import { FakeClock, FAKE_START } from './fake-clock.js';
import { FakeGitHub } from './fake-github.js';
import { FakeImageEc2, type FakeImage } from './fake-images.js';
import { recordLog } from './log.js';

export const DAY = 86_400_000;

export interface ImageOptions extends Partial<FakeImage> {
  readonly preset?: string;
  readonly ageDays?: number;
}

/** Two empty regions, GitHub and a clock in memory. */
export class ImageWorld {
  readonly clock = new FakeClock();
  private readonly clouds = new Map<string, FakeImageEc2>();
  readonly home = new FakeImageEc2('us-east-1', this.clock, this.clouds);
  readonly away = new FakeImageEc2('eu-west-1', this.clock, this.clouds);
  readonly github = new FakeGitHub();
  private readonly recorded = recordLog();
  readonly said = this.recorded.said;
  readonly log = this.recorded.log;
  private made = 0;

  get now(): number {
    return this.clock.now();
  }

  /** The ports of a command in the home region. */
  get ports() {
    return { ec2: this.home, versions: this.github, log: this.log, now: this.now };
  }

  /** An image as `ami/` builds it, with its snapshot. Default: available, for amd64, built today. */
  add(options: ImageOptions = {}, ec2 = this.home): FakeImage {
    const { preset = 'amd64', ageDays = 0, ...changes } = options;
    const number = `${++this.made}`.padStart(2, '0');
    const createdAt = FAKE_START - ageDays * DAY;
    const tags = {
      [TAG.preset]: preset,
      [TAG.runnerVersion]: '2.336.0',
      [TAG.builtAt]: new Date(createdAt).toISOString(),
      [TAG.sourceImage]: 'ami-0d1000000000000a1',
      [TAG.commit]: 'c0ffee',
    };
    const image: FakeImage = {
      id: `ami-0a1000000000000${number}`,
      name: `ci-actions-${preset}-${number}`,
      state: 'available',
      architecture: preset === 'arm64' ? 'arm64' : 'x86_64',
      rootDeviceName: '/dev/sda1',
      rootVolumeGiB: 50,
      tags,
      createdAt,
      snapshotIds: [`snap-0a1000000000000${number}`],
      ...changes,
    };
    ec2.images.push(image);
    for (const id of image.snapshotIds) ec2.snapshots.push({ id, state: 'completed', createdAt, tags: image.tags });
    return image;
  }

  /** Publishes an image without a command. */
  setPublished(image: FakeImage, ec2 = this.home): void {
    ec2.parameters.set(`/ci-actions/ami/${image.tags[TAG.preset]}`, image.id);
  }

  launch(image: FakeImage, state: Instance['state'] = 'running'): Instance {
    const id = `i-0a1000000000000${++this.made}`;
    const instance = { id, state, type: 't3.xlarge', market: 'on-demand' as const, launchedAt: 0, imageId: image.id };
    this.home.instances.push({ ...instance, tags: {} });
    return { ...instance, tags: {} };
  }
}
