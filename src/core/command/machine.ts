import type { Configuration } from '../config/configuration.js';
import { readValue } from '../config/references.js';
import { renderValue } from '../config/render-value.js';

/** Inputs of start-runner, as the text that a workflow would pass. */
export interface PlannedMachine {
  readonly inputs: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/** Takes inputs of start-runner from the configuration. @param keys by input */
export function readMachine(keys: Readonly<Record<string, string>>, config: Configuration | undefined): PlannedMachine {
  const inputs: Record<string, string> = {};
  const problems: string[] = [];
  for (const [input, key] of Object.entries(keys)) {
    const read = config ? readValue(config, key) : { problem: 'there is no configuration.' };
    const text = 'problem' in read || read.value === null ? undefined : renderValue(read.value);
    if ('problem' in read) problems.push(`\`${input}\` is to be taken from \`${key}\`: ${read.problem}`);
    else if (text !== undefined) inputs[input] = text;
    else if (read.value !== null)
      problems.push(
        `\`${input}\` is to be taken from \`${key}\`, which has maps in maps; allowed: text, a number, a list or \`Key: value\` lines.`,
      );
  }
  return { inputs, problems };
}
