import { oneOf, text } from '../../src/terminal/options.js';
import { builtInPresets, type BuiltInPreset } from '../../src/core/kernel/built-in-presets.js';

/** The kinds of values that several commands share. */
export const preset = oneOf(builtInPresets, 'PRESET');
export const presetOrAll = oneOf([...builtInPresets, 'all'], 'PRESET');

export const image = text('AMI', {
  matches: /^ami-([0-9a-f]{8}|[0-9a-f]{17})$/,
  allowed: "an image's id, like ami-0123456789abcdef0",
});

export const region = text('REGION', { matches: /^[a-z]{2,}(-[a-z]+)+-\d+$/, allowed: 'a region like eu-west-1' });

export function listPresets(given: BuiltInPreset | 'all'): readonly BuiltInPreset[] {
  return given === 'all' ? builtInPresets : [given];
}
