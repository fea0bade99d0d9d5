import type { RawInputs } from '../src/core/inputs.js';
import { readRawInputs } from '../src/host/inputs.js';
import { mask } from '../src/host/mask.js';

/** This step's inputs, its secrets masked before anything else can happen. */
export function readInputs(): RawInputs {
  const raw = readRawInputs();
  mask(raw['github-token'], raw['app-private-key'], raw['repository-token']);
  mask(raw['aws-secret-access-key'], ...listSecretValues(raw['secret-env']));
  return Object.fromEntries(Object.entries(raw).map(([name, text]) => [name, { text }]));
}

/** The values inside `secret-env`: GitHub knows it as one secret only. What can't be read is refused later. */
function listSecretValues(text: string | undefined): string[] {
  try {
    const objects = [JSON.parse(text || '{}') as unknown].flat();
    return objects
      .flatMap((one) => Object.values(one ?? {}))
      .flatMap((value) => (typeof value === 'string' ? [value] : []));
  } catch {
    return [];
  }
}
