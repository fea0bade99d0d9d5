import * as advice from '../kernel/advice.js';
import type { BuiltInPreset } from '../kernel/built-in-presets.js';
import { Failure, messageOf } from '../kernel/failure.js';
import { TAG } from '../kernel/identity.js';
import { checkRunnerVersion } from '../machine/image.js';
import type { Architecture, GitHub } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import type { ImageEc2, OwnImage } from './ports.js';
import { plural } from '../kernel/plural.js';

/** Where the deprecation of a runner's version is read, or why it cannot be read. */
export type VersionSource = Pick<GitHub, 'readDeprecation'> | { readonly why: string };

export interface FitnessPorts {
  readonly versions: VersionSource;
  readonly log: Log;
  readonly now: number;
}

const ARCHITECTURES: Readonly<Record<BuiltInPreset, Architecture>> = {
  amd64: 'x86_64',
  arm64: 'arm64',
  cuda: 'x86_64',
};

/**
 * Checks that start-runner can use an image for a preset.
 *
 * @throws Failure `image-not-found`, `image-unusable` with every reason, `runner-version-refused`
 */
export async function requireFit(
  { preset, imageId }: { readonly preset: BuiltInPreset; readonly imageId: string },
  ports: FitnessPorts & { readonly ec2: Pick<ImageEc2, 'region' | 'findImage'> },
): Promise<OwnImage> {
  const { region } = ports.ec2;
  const image = await ports.ec2.findImage(imageId);
  if (!image) {
    throw new Failure('image-not-found', `There is no image ${imageId} in ${region} that this account can see.`, {
      hint: `Check the id and the region: an image exists in one region only. ${advice.LIST_IMAGES}`,
    });
  }
  const problems = findProblems(image, preset);
  if (problems.length > 0) {
    const [only] = problems;
    const many = `Image ${image.id} (${image.name}) in ${region} cannot be the ${preset} image, for ${plural(problems.length, 'reason')}.`;
    throw new Failure(
      'image-unusable',
      problems.length === 1 ? `Image ${image.id} (${image.name}) in ${region} ${only}.` : many,
      {
        hint: `Nothing was changed. Build the image of this preset: \`npm run ami -- build ${preset}\` (ami/README.md).`,
        details: problems.length === 1 ? [] : problems.map((problem) => `It ${problem}.`),
      },
    );
  }
  await checkRunner(image, ports);
  return image;
}

/** What makes the image unfit. Each completes "the image …". */
function findProblems(image: OwnImage, preset: BuiltInPreset): string[] {
  const marked = image.tags[TAG.preset];
  const wanted = ARCHITECTURES[preset];
  return [
    ...(image.state === 'available' ? [] : [`is ${image.state}, not available${because(image)}`]),
    ...(marked === preset ? [] : [`${describeMark(marked)}, not for ${preset}`]),
    ...(image.architecture === wanted ? [] : [`is for ${image.architecture}; ${preset} needs ${wanted}`]),
    ...(image.platform?.toLowerCase().includes('windows') ? ['is a Windows image'] : []),
  ];
}

export function because({ stateReason }: OwnImage): string {
  return stateReason === undefined ? '' : ` (${stateReason})`;
}

function describeMark(marked: string | undefined): string {
  return marked === undefined
    ? `has no tag ${TAG.preset}, so ami/ of this account did not build it`
    : `is tagged ${TAG.preset}=${marked}`;
}

/** Fails for a version that GitHub refuses; warns if GitHub could not be asked. */
async function checkRunner(image: OwnImage, { versions, log, now }: FitnessPorts): Promise<void> {
  const version = image.tags[TAG.runnerVersion];
  if (version === undefined) return log.warning(`Image ${image.id} has no tag ${TAG.runnerVersion}: ${UNCHECKED}.`);
  const silent = { readDeprecation: async () => 'unknown' as const };
  if ('why' in versions) {
    await checkRunnerVersion(image, { github: silent, log, now });
    return log.info(`Runner ${version}: ${UNCHECKED} (${versions.why}).`);
  }
  try {
    await checkRunnerVersion(image, { github: versions, log, now });
  } catch (error) {
    if (!(error instanceof Failure) || error.code === 'runner-version-refused') throw error;
    log.warning(`Runner ${version}: ${UNCHECKED}: ${messageOf(error)}`);
  }
}

const UNCHECKED = 'whether GitHub accepts it was not checked';
