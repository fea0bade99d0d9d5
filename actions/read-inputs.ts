import type { InputDefinitions, RawInputs } from '../src/core/inputs/inputs.js';
import { describeUnmasked, listSecrets } from '../src/core/inputs/secrets.js';
import { readRawInputs } from '../src/host/inputs.js';
import { createLog } from '../src/host/log.js';
import { mask } from '../src/host/mask.js';

/**
 * Reads the inputs of this step, and masks those that their definitions declare secret before anything else happens.
 */
export function readInputs(definitions: InputDefinitions): RawInputs {
  const raw = readRawInputs();
  const { texts, unmasked } = listSecrets(definitions, raw);
  mask(...texts);
  if (unmasked.length > 0) createLog().warning(describeUnmasked(unmasked));
  return Object.fromEntries(Object.entries(raw).map(([name, text]) => [name, { text }]));
}
