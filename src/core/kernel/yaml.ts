import { CORE_SCHEMA, load } from 'js-yaml';

/**
 * YAML 1.2, for a presets file. A chunk of its own in `dist/`: most starts have no such file.
 *
 * @throws Error that says what is wrong and where
 */
export function parse(text: string): unknown {
  return load(text, { schema: CORE_SCHEMA });
}
