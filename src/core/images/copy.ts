import * as advice from '../kernel/advice.js';
import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import type { Clock } from '../kernel/clock.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { OWN_PREFIX } from '../kernel/tags.js';
import { publishedParameter } from '../machine/image.js';
import type { Log, Nonce } from '../ports/process.js';
import { awaitImage } from './await-image.js';
import { requireFit, type VersionSource } from './fitness.js';
import type { ImageEc2, OwnImage } from './ports.js';
import { deprecate, publish, readPublished, type Published } from './publish.js';

export interface CopyRequest {
  readonly preset: BuiltInPreset;
  /** Default: the published one. */
  readonly imageId?: string;
  readonly publish: boolean;
}

export interface CopyPorts {
  readonly from: ImageEc2;
  readonly to: readonly ImageEc2[];
  readonly versions: VersionSource;
  readonly clock: Clock;
  readonly nonce: Nonce;
  readonly log: Log;
  /** Called as soon as a region has its result. */
  readonly onResult?: (copied: Copied) => void;
}

/** The result for one region: a copy that can be launched, or why there is none. */
export type Copied = { readonly region: string } & (
  { readonly imageId: string; readonly published?: Published } | { readonly failure: Failure }
);

/**
 * Copies a preset's image to other regions in parallel, and waits until each copy can be launched and has its tags. A
 * copy that exists or is being made is used as it is, so that an interrupted command can be repeated.
 *
 * @throws Failure when the original image is unfit; a failure in one region is the result of that region
 */
export async function copyImages(request: CopyRequest, ports: CopyPorts): Promise<readonly Copied[]> {
  const { from, versions, clock, log } = ports;
  const imageId = request.imageId ?? (await findPublishedImage(request.preset, from));
  const fit = { versions, log, now: clock.now() };
  const image = await requireFit({ preset: request.preset, imageId }, { ...fit, ec2: from });
  const copy = async (ec2: ImageEc2): Promise<Copied> => {
    try {
      return await copyTo(ec2, image, { request, ports });
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      log.warning(`${ec2.region}: ${messageOf(failure)}`);
      return { region: ec2.region, failure };
    }
  };
  return Promise.all(
    ports.to.map(async (ec2) => {
      const copied = await copy(ec2);
      ports.onResult?.(copied);
      return copied;
    }),
  );
}

async function findPublishedImage(preset: BuiltInPreset, ec2: ImageEc2): Promise<string> {
  const { current } = await readPublished(preset, ec2);
  if (current !== undefined) return current;
  throw new Failure(
    'image-not-found',
    `No ${preset} image is published in ${ec2.region}: there is no SSM parameter ${publishedParameter(preset)}.`,
    { hint: 'Name an image with `--image`, or the region in which it is published with `--region`.' },
  );
}

async function copyTo(
  ec2: ImageEc2,
  image: OwnImage,
  { request, ports }: { readonly request: CopyRequest; readonly ports: CopyPorts },
): Promise<Copied> {
  const { clock, log, versions } = ports;
  const id = (await findCopy(ec2, image, log)) ?? (await beginCopy(ec2, image, ports));
  const copy = await awaitImage(id, { ec2, clock, log });
  refuseLostTags(copy, image, ec2);
  const now = clock.now();
  if (!request.publish) {
    await deprecate(copy, { ec2, log, now });
    return { region: ec2.region, imageId: copy.id };
  }
  const published = await publish({ preset: request.preset, imageId: copy.id }, { ec2, versions, log, now });
  return { region: ec2.region, imageId: copy.id, published };
}

/** @throws Failure `image-name-taken` when something else has the name */
async function findCopy(ec2: ImageEc2, image: OwnImage, log: Log): Promise<string | undefined> {
  const namesakes = (await ec2.listImages()).filter(({ name }) => name === image.name);
  const copy = namesakes.find((one) => lostTags(one, image).length === 0 && !isBroken(one));
  if (copy) {
    log.info(`${ec2.region}: ${copy.id} is a copy of that image already (${copy.state}).`);
    return copy.id;
  }
  const [other] = namesakes;
  if (other) throw nameTaken(image, ec2, `${other.id} (${other.state}), which is not a copy of ${image.id},`);
  return undefined;
}

async function beginCopy(ec2: ImageEc2, image: OwnImage, { from, nonce, log }: CopyPorts): Promise<string> {
  const begun = await ec2.copyImage({
    from: { region: from.region, id: image.id },
    name: image.name,
    snapshotTags: ownTags(image),
    clientToken: `ci-actions-copy-${nonce(16)}`,
  });
  if (begun === 'name-taken') throw nameTaken(image, ec2, 'another image');
  log.info(`${ec2.region}: ${image.id} (${image.name}) is being copied to ${begun.id}.`);
  return begun.id;
}

function nameTaken(image: OwnImage, ec2: ImageEc2, holder: string): Failure {
  return new Failure('image-name-taken', `In ${ec2.region}, ${holder} has the name ${image.name}.`, {
    hint: advice.FREE_IMAGE_NAME,
  });
}

function refuseLostTags(copy: OwnImage, image: OwnImage, ec2: ImageEc2): void {
  const lost = lostTags(copy, image);
  if (lost.length === 0) return;
  throw new Failure(
    'image-unusable',
    `The copy ${copy.id} in ${ec2.region} lacks tags of ${image.id}: ${lost.join(', ')}.`,
    { hint: `Deregister ${copy.id} and copy again; EC2 may refuse tags to a role that lacks ec2:CreateTags.` },
  );
}

function lostTags(copy: OwnImage, image: OwnImage): string[] {
  return Object.entries(ownTags(image))
    .filter(([key, value]) => copy.tags[key] !== value)
    .map(([key]) => key);
}

function ownTags({ tags }: OwnImage): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(OWN_PREFIX)));
}

function isBroken({ state }: OwnImage): boolean {
  return !['available', 'pending', 'transient'].includes(state);
}
