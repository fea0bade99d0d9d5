import { dump } from 'js-yaml';
import type { Value } from './value.js';

/** A value as YAML that parsers of YAML 1.1 and 1.2 read alike: text in quotes, every exponent with a dot. */
export function writeYaml(value: Value): string {
  return dump(value, { forceQuotes: true, lineWidth: -1, noRefs: true });
}
