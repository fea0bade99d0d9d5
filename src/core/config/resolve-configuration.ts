import {
  listNamed,
  listPresets,
  NAMES,
  PresetApplier,
  PRESETS,
  TO_APPLY,
  VARIABLE_OVERRIDES,
} from './apply-presets.js';
import { type Change, Configuration, type Origin } from './configuration.js';
import { endSentence, MissingNames } from './describe-missing.js';
import { parseKey } from './key-path.js';
import { isMap, type Value, type ValueMap } from './value.js';
import { type Finding, readYaml, type YamlDocument } from './yaml-document.js';
import type { YamlLanguage } from './yaml-scalars.js';

/** A key that a comment or an input sets. `source` names the place for users: `the comment, line 3`. */
export interface Override {
  readonly key: string;
  readonly value: Value;
  readonly source: string;
  /** Whether a key that does not exist is created. Otherwise it is a problem. */
  readonly mayCreate?: boolean;
}

/** A preset that a comment or an input names. */
export interface WantedPreset {
  readonly name: string;
  readonly source: string;
}

/** A configuration as its file has it. */
export interface ConfigurationFile {
  readonly path: string;
  readonly root: ValueMap;
  readonly document: YamlDocument;
  /** Whether it is a map of keys in YAML. If not, nothing can be applied. */
  readonly isReadable: boolean;
  /** The names of its presets. */
  readonly presets: readonly string[];
  /** Each a sentence that names the place. With problems, the rest is only for messages. */
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export interface Resolution {
  /** References (`@key`) are as the file has them: see `readValue`. */
  readonly config: Configuration;
  /** The seed's list of what was applied. An entry has several lines if its value has. */
  readonly presetsApplied: readonly string[];
  /** The applied presets, those that others extend included. */
  readonly names: readonly string[];
  readonly changes: readonly Change[];
  readonly problems: readonly string[];
}

/** @param language `both`: a value that depends on the YAML parser is a problem; otherwise a warning */
export function readConfiguration(file: { path: string; text: string }, language: YamlLanguage): ConfigurationFile {
  const document = readYaml(file.text, language);
  const describe = ({ line, text }: Finding) => endSentence(`${file.path}, line ${line}: ${text}`);
  const problems = document.problems.map(describe);
  const doubts = document.doubts.map(describe);
  if (problems.length === 0 && !isMap(document.value)) problems.push(`${file.path} is not a map of keys.`);
  const root = isMap(document.value) ? document.value : {};
  const isStrict = language === 'both';
  return {
    path: file.path,
    root,
    document,
    isReadable: problems.length === 0,
    presets: listPresets(root),
    problems: isStrict ? [...problems, ...doubts] : problems,
    warnings: isStrict ? [] : doubts,
  };
}

/**
 * The configuration of a run: the file, then the presets of `ci_presets.to_apply` and the keys of
 * `ci_presets.variable_overrides`, the overrides, the wanted presets in their order, and the overrides again, because
 * they count more than any preset.
 *
 * @param file its values are changed, so it is good for one run
 */
export function resolveConfiguration(
  file: ConfigurationFile,
  { presets, overrides }: { readonly presets: readonly WantedPreset[]; readonly overrides: readonly Override[] },
): Resolution {
  const { document, path, root } = file;
  const problems = [...file.problems];
  const report = (text: string, line?: number) =>
    problems.push(line === undefined ? text : `${path}, line ${line}: ${text}`);
  const config = new Configuration(root, document);
  const applier = new PresetApplier(config, { path, lineOf: (key) => document.lineOf(key) }, report);
  if (file.isReadable) {
    applyPresetsOfFile(config, applier, path);
    // A preset may create the key of an override, so only what fails at the end is a problem.
    applyOverrides(config, overrides);
    for (const { name, source } of presets) applier.apply(name, source);
    problems.push(...applyOverrides(config, overrides));
    recordNames(root, applier.names);
  }
  return {
    config,
    presetsApplied: applier.applied,
    names: [...applier.names],
    changes: config.listChanges(),
    problems: [...new Set(problems)],
  };
}

/** What the file itself wants to be applied in every run. */
function applyPresetsOfFile(config: Configuration, applier: PresetApplier, path: string): void {
  const source = `${path}, \`${PRESETS}.${TO_APPLY}\``;
  for (const name of listNamed(config.get([PRESETS, TO_APPLY]) ?? null)) applier.apply(name, source);
  const variables = config.get([PRESETS, VARIABLE_OVERRIDES]);
  if (isMap(variables)) applier.setVariables(variables);
}

/**
 * Applies overrides. A name without a dot need not exist, as in the seed, whose positional arguments become such keys.
 *
 * @returns why the others could not be applied
 */
function applyOverrides(config: Configuration, overrides: readonly Override[]): string[] {
  const missing = new MissingNames();
  return overrides.flatMap(({ key, value, source, mayCreate }) => {
    const path = parseKey(key);
    const origin: Origin = { kind: 'override', source };
    const create = mayCreate === true || (path?.length === 1 && typeof path[0] === 'string');
    const done = path && (config.set(path, value, origin) ?? (create && config.create(path, value, origin)));
    return done ? [] : `${source}: ${endSentence(missing.describeKey(config.root, key))}`;
  });
}

/** Writes the applied presets into the configuration, where the seed's scripts look for them. */
function recordNames(root: ValueMap, names: ReadonlySet<string>): void {
  if (names.size > 0 && isMap(root[PRESETS])) root[PRESETS][NAMES] = [...names];
}
