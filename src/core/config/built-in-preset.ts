import type { RawInput } from '../inputs/inputs.js';
import { type BuiltInPreset, builtIn, builtInPresets } from '../kernel/built-in-presets.js';
import { nearest } from '../kernel/nearest.js';

/** The inputs of a preset as text, before they are parsed. */
export type PresetInputs = Readonly<Record<string, RawInput>>;

/** A preset, merged with everything that it extends. */
export interface ResolvedPreset {
  readonly inputs: PresetInputs;
  /** The built-in preset that it extends, directly or through others. It decides which published image is used. */
  readonly base?: BuiltInPreset;
}

/** Finds a preset where there is no presets file. This is all that most starts load of the presets. */
export function resolveBuiltInPreset(name: string): { preset: ResolvedPreset; problems: string[] } {
  const base = builtInPresets.find((one) => one === name);
  if (base) return { preset: { inputs: readBuiltIn(base), base }, problems: [] };
  return { preset: { inputs: {} }, problems: [describeMissing(name, undefined, { known: builtInPresets })] };
}

export function readBuiltIn(name: BuiltInPreset): PresetInputs {
  return withOrigin(builtIn[name], `built-in preset \`${name}\``);
}

export function withOrigin(inputs: Readonly<Record<string, string>>, origin: string): PresetInputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, { text, origin }]));
}

/** @param child the preset that extends it */
export function describeMissing(
  name: string,
  child: string | undefined,
  { known, path }: { readonly known: readonly string[]; readonly path?: string | undefined },
): string {
  const near = nearest(name, known);
  const where = child ? `\`${child}\` extends \`${name}\`, which` : `\`preset\` is "${name}", which`;
  const places = path ? `in ${path} or built in` : 'built in, and no presets file was found';
  return `${where} is not ${places}${near ? `; did you mean \`${near}\`?` : ''} (there are: ${[...new Set(known)].join(', ')}).`;
}
