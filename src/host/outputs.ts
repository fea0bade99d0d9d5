import { setOutput } from '@actions/core';

/** Sets the action's outputs; what is not a string is written as JSON. */
export function writeOutputs(outputs: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}
