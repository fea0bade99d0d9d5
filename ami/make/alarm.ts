import type { Listed } from '../../src/core/images/survey.js';
import { builtInPresets } from '../../src/core/kernel/built-in-presets.js';

/** GitHub refuses a runner 30 days after the next release: nine days are left to mend what is broken. */
const OLDEST_DAYS = 21;

export interface Situation {
  /** GitHub's words for how the builds of this run ended. */
  readonly result: string;
  /** And for how the run before ended; `undefined` when there was none. */
  readonly before: string | undefined;
  /** `undefined` when they could not be listed. */
  readonly images: readonly Pick<Listed, 'preset' | 'region' | 'id' | 'ageDays' | 'published'>[] | undefined;
}

/** Why a person should look; nothing when all is well. One failure alone is none: the next run may mend it. */
export function findReasons({ result, before, images }: Situation): string[] {
  const twice = isBad(result) && before !== undefined && isBad(before);
  return [
    ...(twice ? [`The build failed twice in a row (${before}, then ${result}).`] : []),
    ...(images === undefined
      ? ['The images could not be listed.']
      : builtInPresets.flatMap((preset) => judge(preset, images))),
  ];
}

function isBad(conclusion: string): boolean {
  return !['success', 'skipped', 'cancelled', 'neutral'].includes(conclusion);
}

function judge(preset: string, images: NonNullable<Situation['images']>): string[] {
  const published = images.filter((image) => image.preset === preset && image.published);
  // A preset that nobody has built yet is nobody's problem; one whose images lost their publication is.
  if (published.length === 0) {
    return images.some((image) => image.preset === preset) ? [`No image of ${preset} is published.`] : [];
  }
  return published
    .filter(({ ageDays }) => ageDays > OLDEST_DAYS)
    .map(({ id, region, ageDays }) => `The published image of ${preset} in ${region}, ${id}, is ${ageDays} days old.`);
}
