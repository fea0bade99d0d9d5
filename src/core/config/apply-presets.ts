import type { Configuration } from './configuration.js';
import { endSentence, MissingNames, shorten } from './describe-missing.js';
import { parseKey } from './key-path.js';
import { pythonText } from './python-text.js';
import { isMap, type Value, type ValueMap, writeJson } from './value.js';
import { describeExtends, type Entry, walkPreset } from './walk-presets.js';

/** The key of the configuration that has the presets, and those of its keys that are not presets. */
export const PRESETS = 'ci_presets';
export const NAME = 'name';
export const NAMES = 'names';
export const TO_APPLY = 'to_apply';
export const VARIABLE_OVERRIDES = 'variable_overrides';
const RESERVED: readonly string[] = [NAME, NAMES, TO_APPLY, VARIABLE_OVERRIDES];
export const EXTENDS = 'extends';

/** A value that a preset sets. */
export interface PresetValue {
  readonly key: string;
  readonly value: Value;
}

export interface AppliedPresets {
  /** `preset[NAME] KEY --> VALUE` of each value, as the seed lists them. A value may have several lines. */
  readonly applied: readonly string[];
  /** The presets, those that were extended included, each once. */
  readonly names: readonly string[];
}

/** @returns the names that can be applied or extended, in the order of the file */
export function listPresets(root: ValueMap): string[] {
  const presets = root[PRESETS];
  return isMap(presets) ? Object.keys(presets).filter((name) => !RESERVED.includes(name)) : [];
}

/** Why a preset cannot be applied, as a sentence. @param line of the file; absent if the text names another place */
export type Report = (text: string, line?: number) => void;

/** The file of a configuration, for messages. */
export interface ConfigFile {
  readonly path: string;
  lineOf(path: readonly (string | number)[]): number;
}

/** Applies presets to a configuration, each with all that it extends. */
export class PresetApplier {
  readonly applied: string[] = [];
  readonly names = new Set<string>();
  private spent = 0;
  private readonly missing = new MissingNames();

  constructor(
    private readonly config: Configuration,
    private readonly file: ConfigFile,
    private readonly report: Report,
  ) {}

  /** @param source where the name was given, for messages: `the comment, line 1` */
  apply(name: string, source: string): void {
    this.spent = walkPreset<PresetValue>(
      name,
      {
        find: (wanted, by) => this.find(wanted, by),
        apply: (value, preset) => this.set(value, preset),
        refuse: (obstacle, path) => {
          const child = (obstacle === 'missing' ? path.at(-2) : path[0]) ?? name;
          const line = this.file.lineOf([PRESETS, child, EXTENDS]);
          if (obstacle !== 'missing') this.report(describeExtends(obstacle, path, undefined), line);
          else if (path.length > 1) this.report(this.describeExtended(child, path.at(-1)!), line);
          else this.report(`${source}: \`${shorten(name)}\` ${endSentence(this.describeMissing(name))}`);
        },
      },
      this.spent,
    );
  }

  private describeExtended(child: string, name: string): string {
    return `preset \`${child}\` extends \`${shorten(name)}\`, which ${endSentence(this.describeMissing(name))}`;
  }

  /** Sets the keys of `ci_presets.variable_overrides`. */
  setVariables(variables: ValueMap): void {
    for (const [key, value] of Object.entries(variables)) {
      const line = this.file.lineOf([PRESETS, VARIABLE_OVERRIDES, key]);
      const path = parseKey(key);
      if (path && this.config.set(path, value, { kind: 'file', line })) continue;
      const why = this.missing.describeKey(this.config.root, key);
      this.report(`\`${VARIABLE_OVERRIDES}\`: ${endSentence(why)}`, line);
    }
  }

  private describeMissing(name: string): string {
    const presets = this.config.root[PRESETS];
    const isEmpty = isMap(presets) && Object.hasOwn(presets, name) && !RESERVED.includes(name);
    if (isEmpty) return `is a preset without keys in ${this.file.path}`;
    const hint = this.missing.suggest(name, listPresets(this.config.root));
    return `is not a preset of ${this.file.path}${hint}`;
  }

  private find(name: string, by: string | undefined): { entries: Iterable<Entry<PresetValue>> } | undefined {
    const body = RESERVED.includes(name) ? undefined : this.config.get([PRESETS, name]);
    if (!isMap(body)) {
      if (body === undefined || body === null) return undefined;
      const extended = by === undefined ? '' : `, which \`${by}\` extends,`;
      this.report(`preset \`${name}\`${extended} is not a map of keys.`, this.file.lineOf([PRESETS, name]));
      return { entries: [] };
    }
    this.names.add(name);
    return { entries: readEntries(body) };
  }

  private set({ key, value }: PresetValue, preset: string): void {
    const path = parseKey(key);
    const line = this.file.lineOf([PRESETS, preset, key]);
    this.applied.push(`preset[${preset}] ${key} --> ${pythonText(value)}`);
    const done = path && this.config.set(path, value, { kind: 'preset', preset, line });
    // An override that replaced a map above counts more than the preset, so the key is no longer needed.
    const isOverridden = path !== undefined && this.config.originOf(path).kind === 'override';
    if (done || isOverridden) return;
    const why = this.missing.describeKey(this.config.root, key);
    this.report(`preset \`${preset}\`: ${endSentence(why)}`, line);
  }
}

/** The entries of a preset, read one by one, because a preset may change a later entry of another. */
export function* readEntries(body: ValueMap): Generator<Entry<PresetValue>> {
  for (const key of Object.keys(body)) {
    const value = body[key] ?? null;
    if (key !== EXTENDS) yield { value: { key, value } };
    else for (const name of listNamed(value)) yield { extends: name };
  }
}

/** @param value of `extends` or `to_apply`: a name, a list of names, or nothing */
export function listNamed(value: Value): string[] {
  if (value === null) return [];
  const names = Array.isArray(value) ? value : [value];
  return names.map((one) => (typeof one === 'string' ? one : writeJson(one)));
}
