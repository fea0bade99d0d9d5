import * as advice from '../kernel/advice.js';
import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import { Failure } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import type { Image } from '../ports/catalog.js';
import type { Ec2 } from '../ports/ec2.js';
import type { GitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { ImageReference } from './request.js';

/** The SSM parameter under which `ami/` publishes a preset's image. */
export function publishedParameter(base: BuiltInPreset): string {
  return `/ci-actions/ami/${base}`;
}

/** The SSM parameter of Canonical's current Ubuntu 24.04. Source: Canonical's "Find an Ubuntu image" page. */
export function ubuntuParameter(architecture: 'amd64' | 'arm64'): string {
  return `/aws/service/canonical/ubuntu/server/24.04/stable/current/${architecture}/hvm/ebs-gp3/ami-id`;
}

/**
 * Public SSM parameters of stock images, used until `ami/` has built any. Source of cuda's: AWS's "Deep Learning Base
 * GPU AMI (Ubuntu 24.04)" page.
 */
const stockParameter: Record<BuiltInPreset, string> = {
  amd64: ubuntuParameter('amd64'),
  arm64: ubuntuParameter('arm64'),
  cuda: '/aws/service/deeplearning/ami/x86_64/base-oss-nvidia-driver-gpu-ubuntu-24.04/latest/ami-id',
};

/** Resolves a reference to an image that can be launched. @throws Failure `image-not-found`, `image-unusable` */
export async function resolveImage(reference: ImageReference, ports: { ec2: Ec2; log: Log }): Promise<Image> {
  const image = await findImage(reference, ports);
  if (image.state !== 'available') {
    throw new Failure('image-unusable', `Image ${image.id} (${image.name}) is ${image.state}, not available.`, {
      hint: advice.WAIT_FOR_IMAGE,
    });
  }
  if (image.platform?.toLowerCase().includes('windows')) {
    throw new Failure('image-unusable', `Image ${image.id} (${image.name}) is a Windows image.`, {
      hint: 'These actions start Linux runners only: name a Linux image in `ec2-image-id`.',
    });
  }
  return image;
}

async function findImage(reference: ImageReference, { ec2, log }: { ec2: Ec2; log: Log }): Promise<Image> {
  if (reference.kind === 'published') return findPublished(reference.base, { ec2, log });
  if (reference.kind === 'id') return requireImage(reference.id, ec2, `\`ec2-image-id\` names ${reference.id}`);
  if (reference.kind === 'name') {
    const image = await ec2.findNewestImage(reference.pattern);
    if (image) return image;
    throw notFound(`No image of this account in ${ec2.region} has a name that matches "${reference.pattern}".`);
  }
  const id = (await ec2.readParameters([reference.path])).get(reference.path);
  if (id) return requireImage(id, ec2, `SSM parameter ${reference.path} names ${id}`);
  throw notFound(`There is no SSM parameter ${reference.path} in ${ec2.region}.`);
}

async function findPublished(base: BuiltInPreset, { ec2, log }: { ec2: Ec2; log: Log }): Promise<Image> {
  const own = publishedParameter(base);
  const values = await ec2.readParameters([own, stockParameter[base]]);
  const published = values.get(own);
  if (published) return requireImage(published, ec2, `SSM parameter ${own} names ${published}`);
  const fallback = values.get(stockParameter[base]);
  if (!fallback) throw notFound(`Neither ${own} nor ${stockParameter[base]} exists in SSM in ${ec2.region}.`);
  log.notice(
    `No image was published at ${own} yet, so the runner is installed at boot on a stock image. Images built by ami/ (ami/README.md) start faster.`,
  );
  return requireImage(fallback, ec2, `SSM parameter ${stockParameter[base]} names ${fallback}`);
}

/** @param source what named the id, as the beginning of a sentence */
async function requireImage(id: string, ec2: Ec2, source: string): Promise<Image> {
  const image = await ec2.describeImage(id);
  if (image) return image;
  throw notFound(`${source}, but EC2 shows no such image to this account in ${ec2.region}.`);
}

function notFound(message: string): Failure {
  return new Failure('image-not-found', message, {
    hint: advice.CHECK_IMAGE_ID,
  });
}

// Older runners cannot register. Source: https://github.com/orgs/community/discussions/194762.
const OLDEST_RUNNER = [2, 329, 0] as const;
/** How long before GitHub refuses a version the warnings begin. */
const NEARLY_STALE_MS = 7 * 24 * 3_600_000;

/**
 * Refuses an image whose runner GitHub no longer accepts: its instance would boot, fail to register and time out. An
 * image without a version tag was not built by `ami/`: its runner is installed at boot, or the user vouches for it.
 *
 * @throws Failure `runner-version-refused`
 */
export async function checkRunnerVersion(
  image: Image,
  ports: { github: Pick<GitHub, 'readDeprecation'>; log: Pick<Log, 'warning'>; now: number },
): Promise<void> {
  const version = image.tags[TAG.runnerVersion];
  if (version === undefined) return;
  refuseOldRunner(image);
  const deprecation = await ports.github.readDeprecation(version);
  if (deprecation === 'unknown' || deprecation.refusedFrom === undefined) return;
  const day = new Date(deprecation.refusedFrom).toISOString().slice(0, 10);
  if (deprecation.refusedFrom <= ports.now) throw versionRefused(image, version, `GitHub has refused it since ${day}`);
  if (deprecation.refusedFrom - ports.now < NEARLY_STALE_MS) {
    ports.log.warning(
      `Image ${image.id} holds runner ${version}, which GitHub refuses from ${day} on: rebuild the image (ami/README.md).`,
    );
  }
}

/** The part of {@link checkRunnerVersion} that needs no request. @throws Failure `runner-version-refused` */
export function refuseOldRunner(image: Image): void {
  const version = image.tags[TAG.runnerVersion];
  if (version === undefined || !isTooOldToRegister(version)) return;
  throw versionRefused(image, version, 'GitHub registers only 2.329.0 and newer');
}

function versionRefused(image: Image, version: string, why: string): Failure {
  return new Failure('runner-version-refused', `Image ${image.id} holds runner ${version}; ${why}.`, {
    hint: advice.REBUILD_IMAGE,
  });
}

/** Whether GitHub never accepts this runner version again. */
export function isTooOldToRegister(version: string): boolean {
  return isOlder(version, OLDEST_RUNNER);
}

function isOlder(version: string, than: readonly [number, number, number]): boolean {
  const parts = version.split('.').map(Number);
  const at = than.findIndex((number, index) => (parts[index] ?? 0) !== number);
  return at >= 0 && (parts[at] ?? 0) < than[at]!;
}
