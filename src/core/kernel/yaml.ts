import { CORE_SCHEMA, load } from 'js-yaml';

/**
 * Parses YAML 1.2, for a presets file. This module is a separate chunk in `dist/chunks/`, because most starts have no
 * such file.
 *
 * @throws Error with the mistake and its place
 */
export function parse(text: string): unknown {
  return load(text, { schema: CORE_SCHEMA });
}
