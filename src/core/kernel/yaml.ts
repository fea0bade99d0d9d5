import { CORE_SCHEMA, load } from 'js-yaml';

/**
 * Parses YAML 1.2, for a presets file. This module is a separate chunk in `dist/chunks/`, because most starts have no
 * such file.
 *
 * @throws Error with the mistake and its place
 */
export function parse(text: string): unknown {
  try {
    return load(text, { schema: CORE_SCHEMA });
  } catch (error) {
    // The parser names neither the tab nor its line.
    const line = text.split('\n').findIndex((one) => /^ *\t/.test(one)) + 1;
    if (line === 0) throw error;
    throw new Error(`line ${line} is indented with a tab; YAML allows only spaces`, { cause: error });
  }
}
