import type { ActionSource } from '../core/kernel/error-page.js';

/** Where the runner unpacks an action: `…/_actions/OWNER/REPO/REF`. A ref may contain slashes. */
const UNPACKED = /\/_actions\/([^/]+\/[^/]+)\/(.+)\/dist\//;

/**
 * The repository and version of the running action. The runner names both for an action of another repository. For
 * `$/action` the folder of this file names them. For `./action` the checked-out repository of the run is taken.
 *
 * The server is that of the run: GitHub Enterprise Server does not say whether an action came from there or, by GitHub
 * Connect, from github.com.
 *
 * @param file the URL of a file in dist/
 * @returns `undefined` outside of GitHub Actions
 */
export function readActionSource(
  env: NodeJS.ProcessEnv = process.env,
  file: string = import.meta.url,
): ActionSource | undefined {
  const serverUrl = (env['GITHUB_SERVER_URL'] || 'https://github.com').replace(/\/+$/, '');
  const named = env['GITHUB_ACTION_REPOSITORY'];
  // HEAD: the default branch.
  if (named) return { serverUrl, repository: named, ref: env['GITHUB_ACTION_REF'] || 'HEAD' };
  const [, repository, ref] = UNPACKED.exec(file) ?? [];
  if (repository !== undefined && ref !== undefined) return { serverUrl, repository, ref: decodeURI(ref) };
  const own = env['GITHUB_REPOSITORY'];
  return own ? { serverUrl, repository: own, ref: env['GITHUB_SHA'] || 'HEAD' } : undefined;
}
