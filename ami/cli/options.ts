import { choice, flag, integer, list, text, withDefault } from '../../src/core/inputs/input-kinds.js';
import { BadValue, type InputDefinition } from '../../src/core/inputs/inputs.js';
import { nearest } from '../../src/core/kernel/nearest.js';
import { builtInPresets } from '../../src/core/kernel/built-in-presets.js';

/** One option of a command: its parser, its line in `--help` and its errors come from here. */
export interface Option<T> extends InputDefinition<T> {
  readonly required?: boolean;
  /** `--dry-run`: there or not. */
  readonly isFlag?: boolean;
}

const REGION = /^[a-z]{2,}(-[a-z]+)+-\d+$/;
const REGIONS = { matches: REGION, allowed: 'regions like eu-west-1, separated by commas' };

/** Narrows an optional definition to one that a command insists on. */
export function required<T>(definition: InputDefinition<T | undefined>): Option<T> {
  return { ...definition, required: true } as Option<T>;
}

export function toggle(description: string): Option<boolean> {
  return { ...withDefault('false', flag(description)), isFlag: true };
}

export const preset = withNearest(choice('Whose image.', builtInPresets), builtInPresets);

export const presetOrAll = withDefault(
  'all',
  withNearest(choice('Whose images.', [...builtInPresets, 'all']), [...builtInPresets, 'all']),
);

export const image = text('The image.', {
  matches: /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/,
  allowed: 'an image’s id, like ami-0123456789abcdef0',
});

export const region = text('Where. Default: the region of the AWS credentials.', {
  matches: REGION,
  allowed: 'a region like eu-west-1',
});

export const regions = list('Where. Default: the region of the AWS credentials.', REGIONS);

export const targets = list('Where to.', REGIONS);

export const keep = withDefault('3', {
  ...integer('How many of the newest stay, for each preset and region.', { min: 1, max: 1_000 }),
  parse(given: string) {
    try {
      return integer('', { min: 1, max: 1_000 }).parse(given);
    } catch {
      throw new BadValue('a whole number from 1 to 1000: the last image of a preset is never removed');
    }
  },
});

function withNearest<T>(definition: InputDefinition<T>, words: readonly string[]): InputDefinition<T> {
  return {
    ...definition,
    parse(given) {
      const near = nearest(given, words);
      if (near === undefined || near === given) return definition.parse(given);
      throw new BadValue(`${words.map((word) => `\`${word}\``).join(', ')} (nearest: \`${near}\`)`);
    },
  };
}
