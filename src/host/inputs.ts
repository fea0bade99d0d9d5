/**
 * The inputs of this step, by name, untrimmed. GitHub passes them as `INPUT_*`, in upper case and with underscores for
 * spaces. Inputs of this suite are lower-case and hyphenated, so lower-casing restores the names.
 */
export function readRawInputs(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('INPUT_') && value !== undefined) inputs[name.slice('INPUT_'.length).toLowerCase()] = value;
  }
  return inputs;
}
