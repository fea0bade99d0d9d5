import type { Listed } from '../../src/core/images/survey.js';
import { builtInPresets } from '../../src/core/kernel/built-in-presets.js';
import { plural } from '../../src/core/kernel/plural.js';

/** GitHub refuses a runner 30 days after the next runner release, so nine days are left to repair the builds. */
const OLDEST_DAYS = 21;

export interface Situation {
  /** The conclusion of this run's builds, in GitHub's words. */
  readonly result: string;
  /** The conclusion of the previous run; `undefined` if there was none. */
  readonly before: string | undefined;
  /** `undefined` if the images could not be listed. */
  readonly images: readonly Pick<Listed, 'preset' | 'region' | 'id' | 'ageDays' | 'published'>[] | undefined;
}

/** The reasons for an issue; empty if everything is in order. One failed run is no reason: the next may succeed. */
export function findReasons({ result, before, images }: Situation): string[] {
  const twice = isBad(result) && before !== undefined && isBad(before);
  return [
    ...(twice ? [`The build failed twice in a row (${before}, then ${result}).`] : []),
    ...(images === undefined
      ? ['The images could not be listed.']
      : builtInPresets.flatMap((preset) => findReasonsOf(preset, images))),
  ];
}

function isBad(conclusion: string): boolean {
  return !['success', 'skipped', 'cancelled', 'neutral'].includes(conclusion);
}

function findReasonsOf(preset: string, images: NonNullable<Situation['images']>): string[] {
  const published = images.filter((image) => image.preset === preset && image.published);
  // A preset that was never built is fine. A preset with images, none of them published, is not.
  if (published.length === 0) {
    return images.some((image) => image.preset === preset) ? [`No image of ${preset} is published.`] : [];
  }
  return published
    .filter(({ ageDays }) => ageDays > OLDEST_DAYS)
    .map(
      ({ id, region, ageDays }) =>
        `The published image of ${preset} in ${region}, ${id}, is ${plural(ageDays, 'day')} old.`,
    );
}
