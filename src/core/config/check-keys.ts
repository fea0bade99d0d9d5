import { EXTENDS, PRESETS, readEntries, type PresetValue } from './apply-presets.js';
import { Configuration, type Undo } from './configuration.js';
import { endSentence, MissingNames, shorten } from './describe-missing.js';
import { appendStep, formatKey, parseKey, type Segment } from './key-path.js';
import { listReferences } from './references.js';
import { isMap, type Value, type ValueMap } from './value.js';
import { walkPreset } from './walk-presets.js';
import type { Finding, YamlDocument } from './yaml-document.js';

/** How many values a check sets to see whether the keys exist: some seconds. */
const MOST_CHECKED_VALUES = 250_000;

/**
 * Applies each preset alone, takes it back, and collects the keys that never existed.
 *
 * @param names the presets that can be applied
 * @returns problems; and as notices, keys that only another preset creates, and references to keys that do not exist
 */
export function checkKeys(
  root: ValueMap,
  document: YamlDocument,
  names: readonly string[],
): { readonly problems: readonly Finding[]; readonly notices: readonly Finding[] } {
  const check = new KeysCheck(root, document);
  check.applyAll(names);
  // Few files have a reason to ask, and the answer is as large as the file.
  let created: ReadonlyMap<string, string> | undefined;
  const findCreator = (key: string) => (created ??= listCreatedKeys(root[PRESETS] as ValueMap, names)).get(key);
  check.report(findCreator);
  check.checkReferences(root, [], findCreator);
  return check;
}

/** The first preset that creates a key within a map or list that it sets. */
type FindCreator = (key: string) => string | undefined;

interface WantedKey {
  readonly preset: string;
  readonly key: string;
}

class KeysCheck {
  readonly problems: Finding[] = [];
  readonly notices: Finding[] = [];
  private readonly found = new Set<string>();
  private readonly notFound = new Map<string, WantedKey & { readonly why: string }>();
  private readonly missing = new MissingNames();
  private readonly config: Configuration;
  private readonly presets: ValueMap;

  constructor(
    private readonly root: ValueMap,
    private readonly document: YamlDocument,
  ) {
    this.config = new Configuration(root, document);
    this.presets = root[PRESETS] as ValueMap;
  }

  applyAll(names: readonly string[]): void {
    let cost = 0;
    for (const name of names) {
      cost += this.applyAlone(name);
      if (cost <= MOST_CHECKED_VALUES) continue;
      const text = `from preset \`${name}\` on, keys were not checked, because all presets together set more than ${MOST_CHECKED_VALUES} values.`;
      this.notices.push({ line: this.document.lineOf([PRESETS, name]), text });
      break;
    }
  }

  /** @returns how many values it sets */
  private applyAlone(name: string): number {
    const undo: Undo[] = [];
    const cost = walkPreset<PresetValue>(name, {
      find: (wanted) => {
        const body = this.presets[wanted];
        return isMap(body) ? { entries: readEntries(body) } : undefined;
      },
      apply: (value, preset) => {
        const done = this.set(value, preset);
        if (done) undo.push(done);
      },
      // Reported by the check of the names.
      refuse: () => {},
    });
    for (const back of undo.toReversed()) back();
    return cost;
  }

  private set({ key, value }: PresetValue, preset: string): Undo | undefined {
    const path = parseKey(key);
    const undo = path && this.config.set(path, value, { kind: 'preset', preset, line: 0 });
    const id = `${preset}\n${key}`;
    if (undo) this.found.add(id);
    else if (!this.notFound.has(id)) {
      const why = this.missing.describeKey(this.root, key);
      this.notFound.set(id, { preset, key, why });
    }
    return undo;
  }

  report(findCreator: FindCreator): void {
    for (const [id, { preset, key, why }] of this.notFound) {
      if (this.found.has(id)) continue;
      const path = parseKey(key);
      const creator = path && findCreator(formatKey(path));
      const line = this.document.lineOf([PRESETS, preset, key]);
      if (creator === undefined) this.problems.push({ line, text: endSentence(`preset \`${preset}\`: ${why}`) });
      else
        this.notices.push({
          line,
          text: `preset \`${preset}\` sets \`${key}\`, which exists only after \`${creator}\`: extend that, or name it before this one.`,
        });
    }
  }

  /** References are followed when a value is read, so one that leads nowhere need not be wrong. */
  checkReferences(value: Value, path: Segment[], findCreator: FindCreator): void {
    for (const [step, one] of listChildren(value)) {
      path.push(step);
      this.checkReferences(one, path, findCreator);
      path.pop();
    }
    for (const key of listReferences(value)) {
      const target = parseKey(key);
      if (target && (this.config.get(target) !== undefined || findCreator(formatKey(target)) !== undefined)) continue;
      const why = this.missing.describeKey(this.root, key);
      this.notices.push({
        line: this.document.lineOf(path),
        text: endSentence(`\`${shorten(formatKey(path))}\` refers to \`${shorten(key)}\`: ${why}`),
      });
    }
  }
}

function listChildren(value: Value): readonly (readonly [Segment, Value])[] {
  if (Array.isArray(value)) return value.map((one, at) => [at, one] as const);
  return isMap(value) ? Object.entries(value) : [];
}

/**
 * The keys within maps and lists that presets set, with the first preset that does. The map's own key is none of them: it
 * must exist to be set.
 */
function listCreatedKeys(presets: ValueMap, names: readonly string[]): Map<string, string> {
  const created = new Map<string, string>();
  const collect = (value: Value, above: string, preset: string): void => {
    for (const [step, one] of listChildren(value)) {
      const key = appendStep(above, step);
      if (!created.has(key)) created.set(key, preset);
      collect(one, key, preset);
    }
  };
  for (const name of names)
    for (const [key, value] of Object.entries(presets[name] as ValueMap)) {
      const path = key === EXTENDS || typeof value !== 'object' || value === null ? undefined : parseKey(key);
      if (path) collect(value, formatKey(path), name);
    }
  return created;
}
