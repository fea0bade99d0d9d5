import { setSecret } from '@actions/core';

/** Tells GitHub to show `***` for these values from now on, in this step and in all later ones. Empty ones are skipped. */
export function mask(...secrets: readonly (string | undefined)[]): void {
  for (const secret of new Set(secrets.flatMap((one) => (one ? [one, one.trim()] : [])))) {
    if (secret !== '') setSecret(secret);
  }
}
