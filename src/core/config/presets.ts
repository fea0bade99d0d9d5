import { describeUnknown } from '../inputs/inputs.js';
import { type BuiltInPreset, builtInPresets } from '../kernel/built-in-presets.js';
import { describeMissing, type PresetInputs, readBuiltIn, type ResolvedPreset, withOrigin } from './built-in-preset.js';
import { isRecord, renderValue } from './render-value.js';
import { describeExtends, walkPreset } from './walk-presets.js';

export type { ResolvedPreset } from './built-in-preset.js';

/**
 * A presets file and its parser. The caller passes the parser, because few starts have such a file, and only they load
 * a parser.
 */
export interface PresetsFile {
  readonly path: string;
  readonly text: string;
  /** @throws Error for a text that is not YAML */
  readonly parse: (text: string) => unknown;
}

interface ConfiguredPreset {
  readonly extends: readonly string[];
  readonly inputs: Readonly<Record<string, string>>;
}

/**
 * Finds a preset among the built-in presets and those of the presets file. A preset of the file may have the name of a
 * built-in one, which it then replaces and may extend. Later entries of `extends` override earlier ones.
 *
 * @param allowed the names of the inputs that a preset may set
 * @returns problems instead of throwing, so that they are reported together with the problems of the inputs
 */
export function resolvePreset(
  name: string,
  file: PresetsFile | undefined,
  allowed: readonly string[],
): { preset: ResolvedPreset; problems: string[] } {
  const problems: string[] = [];
  const configured = file ? readPresets(file, allowed, problems) : new Map<string, ConfiguredPreset>();
  let inputs: PresetInputs = {};
  let base: BuiltInPreset | undefined;

  walkPreset<BuiltInPreset | PresetInputs>(name, {
    find(wanted, by) {
      const own = configured.get(wanted);
      const asBuiltIn = builtInPresets.find((one) => one === wanted);
      // A preset `amd64` in the file that extends `amd64` extends the built-in one.
      if (asBuiltIn && (!own || by === wanted)) return { id: `built-in ${wanted}`, entries: [{ value: asBuiltIn }] };
      if (!own) return undefined;
      const value = withOrigin(own.inputs, `preset \`${wanted}\` in ${file!.path}`);
      return { entries: [...own.extends.map((parent) => ({ extends: parent })), { value }] };
    },
    apply(value) {
      if (typeof value === 'string') base = value;
      inputs = { ...inputs, ...(typeof value === 'string' ? readBuiltIn(value) : value) };
    },
    refuse(obstacle, path) {
      const known = [...configured.keys(), ...builtInPresets];
      const why =
        obstacle === 'missing'
          ? describeMissing(path.at(-1)!, path.at(-2), { known, path: file?.path })
          : describeExtends(obstacle, path, file?.path);
      problems.push(why);
    },
  });

  return { preset: base === undefined ? { inputs } : { inputs, base }, problems };
}

function readPresets(file: PresetsFile, allowed: readonly string[], problems: string[]): Map<string, ConfiguredPreset> {
  let document: unknown;
  try {
    document = file.parse(file.text);
  } catch (error) {
    problems.push(`${file.path} is not YAML: ${(error as Error).message.split('\n')[0]}`);
    return new Map();
  }
  const presets = isRecord(document) ? document['presets'] : undefined;
  if (!isRecord(presets)) {
    problems.push(`${file.path} has no \`presets:\` with a name for each preset.`);
    return new Map();
  }
  return new Map(
    Object.entries(presets).map(([name, body]) => [
      name,
      readPreset({ name, body, path: file.path }, allowed, problems),
    ]),
  );
}

function readPreset(
  { name, body, path }: { name: string; body: unknown; path: string },
  allowed: readonly string[],
  problems: string[],
): ConfiguredPreset {
  const origin = `preset \`${name}\` in ${path}`;
  if (!isRecord(body)) problems.push(`${origin}: allowed: inputs of start-runner, one a line.`);
  const { extends: parents, ...rest } = isRecord(body) ? body : {};
  const inputs: Record<string, string> = {};
  for (const [key, value] of Object.entries(rest)) {
    const rendered = renderValue(value);
    if (!allowed.includes(key)) problems.push(describeUnknown(key, allowed, origin));
    else if (rendered === undefined)
      problems.push(`\`${key}\` (${origin}): allowed: text, number, list or \`Key: value\` lines.`);
    else inputs[key] = rendered;
  }
  return { extends: [parents ?? []].flat().map(String), inputs };
}
