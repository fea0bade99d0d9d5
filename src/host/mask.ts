import { setSecret } from '@actions/core';

/** Masks values: GitHub shows `***` for them from now on, in this step and all later steps. Skips empty values. */
export function mask(...secrets: readonly (string | undefined)[]): void {
  for (const secret of new Set(secrets.flatMap((one) => (one ? [one, one.trim()] : [])))) {
    if (secret !== '') setSecret(secret);
  }
}
