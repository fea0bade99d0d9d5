import { describeContract, type Difference } from './contract.js';
import { IMAGES_CASES, type ImagesCaseName } from './images.cases.js';
import type { ImagesWorld } from './images.world.js';

export type ImagesDifferences = Partial<Record<ImagesCaseName, Difference>>;

/** The contract of the `ImageEc2` port: what every implementation of it must do. */
export function describeImages(
  name: string,
  createWorld: () => ImagesWorld | Promise<ImagesWorld>,
  differences: ImagesDifferences = {},
): void {
  describeContract(`ImageEc2 contract: ${name}`, { cases: IMAGES_CASES, createWorld, differences });
}
