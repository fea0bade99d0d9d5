import { readFileSync, statSync } from 'node:fs';

/** GitHub does not let a step set these variables. */
const RESERVED = /^(GITHUB_|RUNNER_|NODE_OPTIONS$)/;
/** Variables for the action alone: tokens, inputs and state. No test should read them. */
const PRIVATE = /^(ACTIONS|INPUT|STATE)_/;

/**
 * Watches the files of GITHUB_ENV and GITHUB_PATH. The function that it returns reads what programs have written to
 * them since. GitHub itself reads the files only after the step.
 *
 * @param isOwn the files are of this program, which reads them from their beginning
 */
export function watchStepFiles(
  env: NodeJS.ProcessEnv,
  isOwn = false,
): () => {
  readonly variables: Readonly<Record<string, string>>;
  readonly prepend: (path: string) => string;
} {
  const files = [env['GITHUB_ENV'], env['GITHUB_PATH']].map((path) => ({
    path,
    before: path && !isOwn ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0,
  }));
  return () => {
    const [variables = '', paths = ''] = files.map(({ path, before }) => readFrom(path, before));
    return { variables: parseEnvironmentFile(variables), prepend: (path) => prependPaths(paths, path) };
  };
}

function readFrom(path: string | undefined, position: number): string {
  try {
    return path ? readFileSync(path).subarray(position).toString('utf8') : '';
  } catch {
    return '';
  }
}

/**
 * The variables in a file of GITHUB_ENV: `NAME=value`, or `NAME<<END`, lines, `END`. Anything else is left out, because
 * GitHub rejects it at the end of the step.
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

/** PATH with the folders of a file of GITHUB_PATH in front, the last one first. */
export function prependPaths(text: string, path: string): string {
  const folders = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  return [...folders.toReversed(), ...(path === '' ? [] : [path])].join(':');
}

/** An environment without the variables that GitHub gives to the action alone. */
export function withoutPrivate<T>(environment: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !PRIVATE.test(name)));
}
