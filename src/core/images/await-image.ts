import type { Clock } from '../kernel/clock.js';
import { Failure } from '../kernel/failure.js';
import type { Log } from '../ports/process.js';
import { because } from './fitness.js';
import type { ImageEc2, OwnImage } from './ports.js';

/** A copy of a 100 GB snapshot between continents takes less than an hour, a larger one longer. EC2 gives no bound. */
const LONGEST_MS = 4 * 3_600_000;
/** How long EC2 may take to list a new image. Usually it takes some seconds. */
const INVISIBLE_MS = 2 * 60_000;
/** A copy takes minutes, but one that began earlier may be done at once. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 15_000;

/**
 * Waits until an image is available.
 *
 * @throws Failure `image-unusable` when EC2 cannot make it or takes too long; `image-not-found` when it goes away
 */
export async function awaitImage(
  id: string,
  { ec2, clock, log }: { readonly ec2: ImageEc2; readonly clock: Clock; readonly log: Log },
): Promise<OwnImage> {
  const begun = clock.now();
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    const image = await ec2.findImage(id);
    const waited = clock.now() - begun;
    if (image?.state === 'available') {
      if (waited > 0) log.info(`${ec2.region}: ${id} is available after ${Math.round(waited / 1_000)} s.`);
      return image;
    }
    if (image && !['pending', 'transient'].includes(image.state)) throw failed(image, ec2);
    if (!image && waited > INVISIBLE_MS) throw gone(id, ec2);
    if (waited + pause > LONGEST_MS) throw late(id, ec2);
    await clock.sleep(pause);
  }
}

function failed(image: OwnImage, { region }: ImageEc2): Failure {
  return new Failure('image-unusable', `Image ${image.id} in ${region} is ${image.state}${because(image)}.`, {
    hint: 'Deregister it and copy again.',
  });
}

function gone(id: string, { region }: ImageEc2): Failure {
  return new Failure('image-not-found', `EC2 does not know the copy ${id} in ${region}.`, {
    hint: 'It may have been deregistered. Copy again.',
  });
}

function late(id: string, { region }: ImageEc2): Failure {
  return new Failure('image-unusable', `Image ${id} in ${region} is not available after 240 minutes.`, {
    hint: 'EC2 continues to copy it. Run the same command again later: it waits for the same copy.',
  });
}
