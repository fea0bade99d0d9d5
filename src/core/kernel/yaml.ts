import { CORE_SCHEMA, load, mergeTag, realMapTag, YAMLException, type Schema } from 'js-yaml';

/** How many values a document may have with its aliases resolved. A few lines of aliases of aliases have billions. */
const MOST_VALUES = 200_000;

/** In a message. */
const LONGEST_KEY = 100;

/** YAML 1.2 has no merge keys (`<<: *base`). Users know them from Compose files, where anchors are of little use without. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

const ORDERED_SCHEMA = SCHEMA.withTags(realMapTag);

export interface YamlForm {
  /** Maps are `Map`s, for documents in which the order of the keys counts: objects have keys such as `500` first. */
  readonly isOrdered?: boolean;
}

/**
 * Parses YAML 1.2 with merge keys, for inputs and files. This module is a separate chunk in `dist/chunks/`, because most
 * starts have neither.
 *
 * @throws Error with the mistake and its place
 */
export function parse(text: string, { isOrdered = false }: YamlForm = {}): unknown {
  const schema = isOrdered ? ORDERED_SCHEMA : SCHEMA;
  const document = loadText(text, schema);
  if (countValues(document, new Map()) > MOST_VALUES)
    throw new Error(`it has more than ${MOST_VALUES} values with its aliases resolved`);
  return document;
}

function loadText(text: string, schema: Schema): unknown {
  try {
    return load(text, { schema });
  } catch (error) {
    if (error instanceof YAMLException && error.reason === 'duplicated mapping key' && error.mark) {
      const { line, column } = error.mark;
      const key = readKey(text.split('\n')[line] ?? '', column);
      throw new Error(`line ${line + 1} has the key ${key} again`, { cause: error });
    }
    // The parser names neither the tab nor its line.
    const line = text.split('\n').findIndex((one) => /^ *\t/.test(one)) + 1;
    if (line === 0) throw error;
    throw new Error(`line ${line} is indented with a tab; YAML allows only spaces`, { cause: error });
  }
}

/** The key that begins in a column, or after the quote that is there. As JSON. */
function readKey(line: string, column: number): string {
  const rest = line.slice(column);
  const quote = /["']$/.exec(line.slice(0, column))?.[0];
  const end = quote === undefined ? /\s*:(\s|$)/.exec(rest)?.index : rest.indexOf(quote);
  return JSON.stringify(rest.slice(0, end).slice(0, LONGEST_KEY));
}

/** @param counts of the maps and lists so far; infinite for one that contains itself */
function countValues(value: unknown, counts: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 1;
  const known = counts.get(value);
  if (known !== undefined) return known;
  counts.set(value, Number.POSITIVE_INFINITY);
  const values = value instanceof Map ? [...value.keys(), ...value.values()] : Object.values(value);
  const count = values.reduce<number>((sum, one) => sum + countValues(one, counts), 1);
  counts.set(value, count);
  return count;
}
