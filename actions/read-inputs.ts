import type { RawInputs } from '../src/core/inputs.js';
import { readRawInputs } from '../src/host/inputs.js';
import { mask } from '../src/host/mask.js';

/** This step's inputs, its secrets masked before anything else can happen. */
export function readInputs(): RawInputs {
  const raw = readRawInputs();
  mask(raw['github-token'], raw['app-private-key']);
  return Object.fromEntries(Object.entries(raw).map(([name, text]) => [name, { text }]));
}
