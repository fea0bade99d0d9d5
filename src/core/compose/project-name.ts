import type { Nonce } from '../ports/process.js';

/** Random digits, so that two projects side by side never clash. */
const DIGITS = 8;
const LONGEST_BASE = 30;

/**
 * The unique name of a project: `ci-1a2b3c4d-scenario`. Containers, networks and volumes are named after it.
 *
 * @param directory its folder; the last part is in the name, so that people recognize it
 */
export function nameProject(nonce: Nonce, directory: string): string {
  const base = directory.split('/').findLast((part) => part !== '' && part !== '.') ?? '';
  const clean = base
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .slice(0, LONGEST_BASE)
    .replace(/^-|-$/g, '');
  return [`ci-${nonce(DIGITS)}`, ...(clean === '' ? [] : [clean])].join('-');
}
