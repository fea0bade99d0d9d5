import * as advice from '../kernel/advice.js';
import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { publishedParameter } from '../machine/image.js';
import { deprecationDate } from './build-date.js';
import { requireFit, type FitnessPorts } from './fitness.js';
import type { ImageEc2, OwnImage } from './ports.js';

export interface PublishPorts extends FitnessPorts {
  readonly ec2: ImageEc2;
}

export interface Published {
  readonly preset: BuiltInPreset;
  readonly region: string;
  readonly imageId: string;
  /** The image that start-runner used before, to which a rollback returns. */
  readonly previous?: string;
  /** False when the image was already published. */
  readonly changed: boolean;
}

/** The SSM parameter with the image that was published before. */
export function previousParameter(preset: BuiltInPreset): string {
  return `${publishedParameter(preset)}/previous`;
}

/** The published image and the one before it. */
export async function readPublished(
  preset: BuiltInPreset,
  ec2: Pick<ImageEc2, 'readParameters'>,
): Promise<{ readonly current?: string; readonly previous?: string }> {
  const names = [publishedParameter(preset), previousParameter(preset)] as const;
  const values = await ec2.readParameters(names);
  const [current, previous] = names.map((name) => values.get(name));
  return { ...(current !== undefined && { current }), ...(previous !== undefined && { previous }) };
}

/**
 * Makes start-runner use this image for this preset. Publishing the same image twice changes nothing, so the image to
 * which a rollback returns stays.
 *
 * @throws Failure `image-not-found`, `image-unusable`, `runner-version-refused`: nothing was changed
 */
export async function publish(
  request: { readonly preset: BuiltInPreset; readonly imageId: string },
  ports: PublishPorts,
): Promise<Published> {
  const { ec2 } = ports;
  const image = await requireFit(request, ports);
  const { preset } = request;
  const { current, previous } = await readPublished(preset, ec2);
  const changed = current !== image.id;
  if (changed) {
    // The old value is saved before the new one replaces it.
    if (current !== undefined) await ec2.writeParameter(previousParameter(preset), current);
    await ec2.writeParameter(publishedParameter(preset), image.id);
  }
  await deprecate(image, ports);
  const before = changed ? current : previous;
  return {
    preset,
    region: ec2.region,
    imageId: image.id,
    ...(before !== undefined && { previous: before }),
    changed,
  };
}

/** Sets the deprecation date, and only warns on failure: the image can be used without it. */
export async function deprecate(
  image: OwnImage,
  { ec2, log, now }: Pick<PublishPorts, 'log' | 'now'> & { readonly ec2: Pick<ImageEc2, 'region' | 'deprecateImage'> },
): Promise<void> {
  const from = deprecationDate(image, now);
  const day = new Date(from).toISOString().slice(0, 10);
  try {
    await ec2.deprecateImage(image.id, from);
    log.info(`${image.id} in ${ec2.region} is deprecated from ${day} on.`);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    log.warning(`${image.id} in ${ec2.region} has no deprecation date (${day}): ${messageOf(error)}`);
  }
}

/**
 * Swaps the published image and the one before it, so that a second rollback reverses the first.
 *
 * @throws Failure `image-not-found` when no image was published before; as {@link publish} when that image is unfit
 */
export async function publishPrevious(preset: BuiltInPreset, ports: PublishPorts): Promise<Published> {
  const { ec2, log } = ports;
  const { current, previous } = await readPublished(preset, ec2);
  if (previous === undefined || previous === current) {
    const found = previous === undefined ? 'does not exist' : `names ${current}, which is the published image itself`;
    throw new Failure(
      'image-not-found',
      `There is nothing to go back to: SSM parameter ${previousParameter(preset)} in ${ec2.region} ${found}.`,
      { hint: `Publish another image instead. ${advice.LIST_IMAGES}` },
    );
  }
  await requireFit({ preset, imageId: previous }, ports);
  await ec2.writeParameter(publishedParameter(preset), previous);
  if (current !== undefined) {
    await ec2.writeParameter(previousParameter(preset), current).catch((error: unknown) => {
      log.warning(`${previous} is published, but ${previousParameter(preset)} does not name ${current} yet: set it.`);
      throw error;
    });
  }
  return {
    preset,
    region: ec2.region,
    imageId: previous,
    ...(current !== undefined && { previous: current }),
    changed: true,
  };
}
