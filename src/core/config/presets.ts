import { describeUnknown, type RawInput } from '../inputs/inputs.js';
import { type BuiltInPreset, builtIn, builtInPresets } from '../kernel/built-in-presets.js';
import { nearest } from '../kernel/nearest.js';

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

/** The inputs of a preset as text, before they are parsed. */
type PresetInputs = Readonly<Record<string, RawInput>>;

/** A preset, merged with everything that it extends. */
export interface ResolvedPreset {
  readonly inputs: PresetInputs;
  /** The built-in preset that it extends, directly or through others. It decides which published image is used. */
  readonly base?: BuiltInPreset;
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

  function resolve(wanted: string, path: readonly string[]): ResolvedPreset {
    const own = configured.get(wanted);
    const asBuiltIn = builtInPresets.find((one) => one === wanted);
    const seen = path.includes(wanted);
    // A preset `amd64` in the file that extends `amd64` extends the built-in one.
    if (asBuiltIn && (!own || path.at(-1) === wanted)) return resolveBuiltIn(asBuiltIn);
    if (seen)
      problems.push(`The presets of ${file!.path} extend each other in a circle: ${[...path, wanted].join(' → ')}.`);
    else if (!own)
      problems.push(describeMissing(wanted, path.at(-1), [...configured.keys(), ...builtInPresets], file?.path));
    if (seen || !own) return { inputs: {} };
    return merge(
      own.extends.map((parent) => resolve(parent, [...path, wanted])),
      {
        inputs: withOrigin(own.inputs, `preset \`${wanted}\` in ${file!.path}`),
      },
    );
  }

  return { preset: resolve(name, []), problems };
}

function resolveBuiltIn(name: BuiltInPreset): ResolvedPreset {
  return { inputs: withOrigin(builtIn[name], `built-in preset \`${name}\``), base: name };
}

function merge(parents: readonly ResolvedPreset[], own: ResolvedPreset): ResolvedPreset {
  const base = parents.findLast((parent) => parent.base !== undefined)?.base;
  const inputs = Object.assign({}, ...parents.map((parent) => parent.inputs), own.inputs) as PresetInputs;
  return base === undefined ? { inputs } : { inputs, base };
}

function withOrigin(inputs: Readonly<Record<string, string>>, origin: string): PresetInputs {
  return Object.fromEntries(Object.entries(inputs).map(([name, text]) => [name, { text, origin }]));
}

function describeMissing(name: string, child: string | undefined, known: readonly string[], path?: string): string {
  const near = nearest(name, known);
  const where = child ? `\`${child}\` extends \`${name}\`, which` : `\`preset\` is "${name}", which`;
  const places = path ? `in ${path} or built in` : 'built in, and no presets file was found';
  return `${where} is not ${places}${near ? `; did you mean \`${near}\`?` : ''} (there are: ${[...new Set(known)].join(', ')}).`;
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

/**
 * A YAML value as the text that a workflow would pass: a list becomes lines, a map becomes `Key=Value` lines, and a list
 * of maps, as of `runners`, becomes JSON.
 */
function renderValue(value: unknown): string | undefined {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) return JSON.stringify(value);
  const lines = Array.isArray(value)
    ? value.map(renderScalar)
    : isRecord(value)
      ? Object.entries(value).map(([key, one]) => {
          const text = renderScalar(one);
          return text === undefined ? undefined : `${key}=${text}`;
        })
      : [renderScalar(value)];
  return lines.includes(undefined) ? undefined : lines.join('\n');
}

function renderScalar(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
