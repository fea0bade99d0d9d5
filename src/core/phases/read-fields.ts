import { filePatterns } from '../inputs/file-patterns.js';
import { partialMinutes } from '../inputs/fine-durations.js';
import { BadValue } from '../inputs/inputs.js';
import type { MatrixValue } from './phase.js';

/** The readers of a phase's fields. Each throws BadValue with what is allowed. */

/** A name that bash can export. */
const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const NAMES =
  'up to 100 letters, digits, `.`, `_` and `-`, beginning with a letter or digit: it is the name of a folder';
const SCALAR = 'text, a number, `true` or `false`';

type Raw = Readonly<Record<string, unknown>>;

export function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function readName(value: unknown): string {
  const name = typeof value === 'number' ? String(value) : value;
  if (typeof name !== 'string' || !NAME.test(name)) throw new BadValue(NAMES);
  return name;
}

export function readCommands(value: unknown): string {
  if (typeof value !== 'string' || value.trim() === '') throw new BadValue('Bash commands');
  return value;
}

export function readFlag(value: unknown): boolean {
  if (typeof value !== 'boolean') throw new BadValue('`true` or `false`');
  return value;
}

const minutes = partialMinutes('', { max: 7_000 });

/** @returns ms */
export function readMinutes(value: unknown): number {
  return minutes.parse(String(value))!;
}

/** A name, or a list of them. */
export function readNames(value: unknown): readonly string[] {
  const names = typeof value === 'string' ? [value] : value;
  const several = typeof value === 'string' ? value.split(/[\s,]+/).filter((one) => one !== '') : [];
  if (several.length > 1 && several.every((one) => NAME.test(one)))
    throw new BadValue(`one name, or several as a list: \`[${several.join(', ')}]\``);
  if (!Array.isArray(names)) throw new BadValue('the name of a phase, or a list of names');
  return [...new Set(names.map(readName))];
}

/** @param least of each count */
export function readCounts(value: unknown, least = 1): Readonly<Record<string, number>> {
  if (typeof value === 'string') return { [readName(value)]: 1 };
  const allowed = `a map from kinds of slots to whole numbers from ${least}, such as \`build: 2\``;
  if (!isRaw(value)) throw new BadValue(allowed);
  for (const [kind, count] of Object.entries(value)) {
    if (!NAME.test(kind)) throw new BadValue(allowed, kind);
    if (!Number.isInteger(count) || (count as number) < least || (count as number) > 10_000)
      throw new BadValue(allowed, `${kind}: ${String(count)}`);
  }
  return value as Readonly<Record<string, number>>;
}

export function readVariables(value: unknown): Readonly<Record<string, string>> {
  if (!isRaw(value)) throw new BadValue(`a map from variables to ${SCALAR}`);
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => {
      refuseName(name);
      if (one === null) return [name, ''];
      if (!isScalar(one)) throw new BadValue(`${SCALAR} as the value of ${name}`, `${name}: ${JSON.stringify(one)}`);
      return [name, String(one)];
    }),
  );
}

export function readMatrix(value: unknown): Readonly<Record<string, readonly MatrixValue[]>> {
  const allowed = 'a map from variables to lists of at least one value, such as `GPU: [1, 2]`';
  if (!isRaw(value) || Object.keys(value).length === 0) throw new BadValue(allowed);
  return Object.fromEntries(
    Object.entries(value).map(([name, list]) => {
      refuseName(name);
      const values: unknown[] = Array.isArray(list) ? list : [list];
      const given = `${name}: ${JSON.stringify(list)}`;
      if (values.length === 0) throw new BadValue(allowed, given);
      if (!values.every(isScalar)) throw new BadValue(`${allowed}, each ${SCALAR}`, given);
      if (new Set(values.map(String)).size < values.length) throw new BadValue(`${allowed}, none twice`, given);
      return [name, values];
    }),
  );
}

/** Variables that GitHub, the phase or the loader of programs needs as they are. */
function refuseName(name: string): void {
  if (!VARIABLE.test(name))
    throw new BadValue('names of variables of letters, digits and `_`, not beginning with a digit', name);
}

const patterns = filePatterns('');

/** A pattern, or a list of them. `$ARTIFACT_DIR/` may stand before each. */
export function readPatterns(value: unknown): readonly string[] {
  const texts: unknown = typeof value === 'string' ? value.split('\n').filter((line) => line.trim() !== '') : value;
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((one) => typeof one === 'string'))
    throw new BadValue('a file pattern, or a list of them');
  for (const text of texts) {
    const pattern = withoutFolder(text.trim());
    if (pattern.startsWith('$'))
      throw new BadValue('patterns with no variable but `$ARTIFACT_DIR/` at the beginning', text);
    patterns.parse(pattern);
  }
  return texts.map((text) => text.trim());
}

const FOLDER = /^\$(ARTIFACT_DIR|\{ARTIFACT_DIR\})\//;

/** Whether a pattern is of the phase's own folder for artifacts. */
export function isInArtifacts(pattern: string): boolean {
  return FOLDER.test(pattern);
}

export function withoutFolder(pattern: string): string {
  return pattern.replace(FOLDER, '');
}

function isScalar(value: unknown): value is MatrixValue {
  return ['string', 'number', 'boolean'].includes(typeof value);
}
