import { readFileSync, statSync } from 'node:fs';
import { parseEnvironmentFile, prependPaths } from '../core/tox/github-files.js';

/** What a program writes to the files of GITHUB_ENV and GITHUB_PATH, from now on. GitHub reads them after the step. */
export function watchStepFiles(env: NodeJS.ProcessEnv): () => {
  readonly variables: Readonly<Record<string, string>>;
  readonly prepend: (path: string) => string;
} {
  const files = [env['GITHUB_ENV'], env['GITHUB_PATH']].map((path) => ({
    path,
    before: path ? (statSync(path, { throwIfNoEntry: false })?.size ?? 0) : 0,
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
