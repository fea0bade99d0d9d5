import { setOutput } from '@actions/core';

/** Sets the outputs of the action. Values that are not strings are written as JSON. */
export function writeOutputs(outputs: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(outputs)) setOutput(name, value);
}
