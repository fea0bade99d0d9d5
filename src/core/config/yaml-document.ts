import { parseEvents } from 'js-yaml';
import { messageOf } from '../kernel/failure.js';
import type { Segment } from './key-path.js';
import type { Value } from './value.js';
import { Composer, type Finding, YamlProblem } from './yaml-composer.js';
import type { YamlLanguage } from './yaml-scalars.js';

export type { Finding } from './yaml-composer.js';

/** A YAML document. Aliases and merge keys are resolved by copying, so no two keys share a value. */
export interface YamlDocument {
  readonly value: Value;
  /** Why the text cannot be used. */
  readonly problems: readonly Finding[];
  /** What another reader of the file would see otherwise. */
  readonly doubts: readonly Finding[];
  /** The line of a key, or of the nearest key above it. Only for values that are still where the text has them. */
  lineOf(path: readonly Segment[]): number;
}

/** Reads one document. @param language how scalars without quotes are read */
export function readYaml(text: string, language: YamlLanguage): YamlDocument {
  const composer = new Composer(text, language);
  try {
    const value = composer.compose(parseEvents(text, {}));
    return {
      value,
      problems: [],
      doubts: composer.doubts,
      lineOf: (path) => composer.lineOf(value, path),
    };
  } catch (error) {
    const problem = error instanceof YamlProblem ? error.finding : describeMistake(text, error);
    return { value: null, problems: [problem], doubts: [], lineOf: () => 1 };
  }
}

/** The parser's message names neither a tab nor its line. */
function describeMistake(text: string, error: unknown): Finding {
  const tab = text.split('\n').findIndex((one) => /^ *\t/.test(one)) + 1;
  if (tab > 0) return { line: tab, text: 'the line is indented with a tab; YAML allows only spaces' };
  const { reason, mark } = error as { reason?: string; mark?: { line: number } };
  return { line: (mark?.line ?? 0) + 1, text: `it is not YAML: ${reason ?? messageOf(error)}` };
}
