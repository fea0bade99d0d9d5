import type { FigureCollector } from '../collector.js';

/** The names that occur more than once. */
export function findRepeated(names: readonly string[]): ReadonlySet<string> {
  const seen = new Set<string>();
  return new Set(names.filter((name) => seen.size === seen.add(name).size));
}

/** Reports results of hyperfine whose names are the same, since their options, such as `--prepare`, may differ. */
export function reportRepeated(names: readonly string[], collector: FigureCollector): void {
  for (const name of findRepeated(names)) {
    collector.report(`${name}: several results have this name, so give each its own with --command-name`);
  }
}
