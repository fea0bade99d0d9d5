import type { ImageEc2 } from '../../src/core/images/ports.js';
import type { Clock } from '../../src/core/kernel/clock.js';

/** One implementation of the port, in two regions of one account. */
export interface ImagesWorld {
  readonly ec2: ImageEc2;
  readonly away: ImageEc2;
  /** The clock of its copies. */
  readonly clock: Clock;
  /** The id of an image of another account. */
  readonly foreignImage: string;
  /** Makes an available image of the account, with one snapshot that carries the same tags. @returns its id */
  makeImage(name: string, tags?: Readonly<Record<string, string>>): Promise<string>;
  /** Launches an instance of an image. @returns its id and a function that terminates it */
  launch(imageId: string): Promise<{ readonly id: string; end(): Promise<void> }>;
  /** Makes a launch template with a version for each of these images. */
  makeTemplate(name: string, images: readonly string[]): Promise<void>;
  /** Makes a snapshot that belongs to no image. @returns its id */
  abandonSnapshot(tags: Readonly<Record<string, string>>): Promise<string>;
  close(): void | Promise<void>;
}

/** Polls for at most 10 minutes on the world's own clock, which every world's copies stay within. */
export async function untilAvailable(world: ImagesWorld, ec2: ImageEc2, id: string): Promise<void> {
  const end = world.clock.now() + 600_000;
  while ((await ec2.findImage(id))?.state !== 'available') {
    if (world.clock.now() > end) throw new Error(`${id} did not become available.`);
    await world.clock.sleep(25);
  }
}
