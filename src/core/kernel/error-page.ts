import type { FailureCode } from './failure-codes.js';

/** A commit, tag or branch of the repository that holds the running action. */
export interface ActionSource {
  /** Without a slash at the end: `https://github.com`. */
  readonly serverUrl: string;
  /** `owner/repo` */
  readonly repository: string;
  readonly ref: string;
}

/**
 * The entry of a code in docs/errors.md: its URL at the action's own version, or the path in a clone if the action's
 * repository is not known. GitHub makes the anchor of a heading from its text, which is the code alone.
 */
export function errorPage(code: FailureCode, source: ActionSource | undefined): string {
  const page = `docs/errors.md#${code}`;
  if (!source) return page;
  return `${source.serverUrl}/${source.repository}/blob/${encodeURI(source.ref).replaceAll('#', '%23')}/${page}`;
}
