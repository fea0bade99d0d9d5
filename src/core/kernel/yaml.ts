import { CORE_SCHEMA, load, mergeTag } from 'js-yaml';

/** How many values a document may have with its aliases resolved. A few lines of aliases of aliases have billions. */
const MOST_VALUES = 200_000;

/** YAML 1.2 has no merge keys (`<<: *base`). Users know them from Compose files, where anchors are of little use without. */
const SCHEMA = CORE_SCHEMA.withTags(mergeTag);

/**
 * Parses YAML 1.2 with merge keys, for inputs and files. This module is a separate chunk in `dist/chunks/`, because most
 * starts have neither.
 *
 * @throws Error with the mistake and its place
 */
export function parse(text: string): unknown {
  const document = loadText(text);
  if (countValues(document, new Map()) > MOST_VALUES)
    throw new Error(`it has more than ${MOST_VALUES} values with its aliases resolved`);
  return document;
}

function loadText(text: string): unknown {
  try {
    return load(text, { schema: SCHEMA });
  } catch (error) {
    // The parser names neither the tab nor its line.
    const line = text.split('\n').findIndex((one) => /^ *\t/.test(one)) + 1;
    if (line === 0) throw error;
    throw new Error(`line ${line} is indented with a tab; YAML allows only spaces`, { cause: error });
  }
}

/** @param counts of the maps and lists so far; infinite for one that contains itself */
function countValues(value: unknown, counts: Map<object, number>): number {
  if (typeof value !== 'object' || value === null) return 1;
  const known = counts.get(value);
  if (known !== undefined) return known;
  counts.set(value, Number.POSITIVE_INFINITY);
  const count = Object.values(value).reduce<number>((sum, one) => sum + countValues(one, counts), 1);
  counts.set(value, count);
  return count;
}
