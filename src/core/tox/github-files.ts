/** GitHub does not let a step set these. */
const RESERVED = /^(GITHUB_|RUNNER_|NODE_OPTIONS$)/;
/** What GitHub gives to an action alone: tokens, inputs and state, which no test should read. */
const PRIVATE = /^(ACTIONS|INPUT|STATE)_/;

/**
 * The variables in what was written to the file that GITHUB_ENV names: `NAME=value`, or `NAME<<END`, lines, `END`.
 * What is neither is left out: GitHub itself refuses it at the end of the step.
 */
export function parseEnvironmentFile(text: string): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const [, name = '', sign, rest = ''] = /^([^=<]+?)(=|<<)(.*)$/s.exec(lines[at]!) ?? [];
    if (sign === undefined) continue;
    let value = rest;
    if (sign === '<<') {
      const end = lines.indexOf(rest, at + 1);
      if (end < 0) break;
      value = lines.slice(at + 1, end).join('\n');
      at = end;
    }
    if (!RESERVED.test(name)) found[name] = value;
  }
  return found;
}

/** PATH with the folders that were written to the file that GITHUB_PATH names before it, the last one first. */
export function prependPaths(text: string, path: string): string {
  const folders = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return [...folders.toReversed(), ...(path === '' ? [] : [path])].join(':');
}

/** The environment of this step without what GitHub gives to the action alone. */
export function withoutPrivate<T>(environment: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !PRIVATE.test(name)));
}
