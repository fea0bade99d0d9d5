/**
 * Every input that GitHub passed to this step, by name, untrimmed. GitHub upper-cases names in `INPUT_*` and
 * turns spaces into underscores; inputs of this suite are lower-case and hyphenated, so lower-casing restores them.
 */
export function readRawInputs(env: NodeJS.ProcessEnv = process.env): Record<string, string> {
  const inputs: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (name.startsWith('INPUT_') && value !== undefined) inputs[name.slice('INPUT_'.length).toLowerCase()] = value;
  }
  return inputs;
}
