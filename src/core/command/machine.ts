import { type Configuration, describeOrigin } from '../config/configuration.js';
import { parseKey } from '../config/key-path.js';
import { readValue } from '../config/references.js';
import { renderValue } from '../config/render-value.js';
import type { RawInputs } from '../inputs/inputs.js';

/** Inputs of start-runner, as the text that a workflow would pass. */
export interface PlannedMachine {
  readonly inputs: Readonly<Record<string, string>>;
  readonly problems: readonly string[];
}

/** Judges inputs as start-runner does. @returns problems */
export type JudgeMachine = (inputs: RawInputs) => readonly string[];

interface Mapping {
  readonly machine: Readonly<Record<string, string>>;
  readonly judgeMachine?: JudgeMachine;
}

/** Takes inputs of start-runner from the configuration. @param path of its file, for messages */
export function readMachine(
  { machine, judgeMachine = () => [] }: Mapping,
  config: Configuration | undefined,
  path = 'the configuration',
): PlannedMachine {
  const raw: Record<string, { text: string; origin: string }> = {};
  const problems: string[] = [];
  for (const [input, key] of Object.entries(machine)) {
    const read = config ? readValue(config, key) : { problem: 'there is no configuration.' };
    const text = 'problem' in read || read.value === null ? undefined : renderValue(read.value);
    if ('problem' in read) problems.push(`\`${input}\` is to be taken from \`${key}\`: ${read.problem}`);
    else if (text !== undefined) raw[input] = { text, origin: describePlace(key, config!, path) };
    else if (read.value !== null)
      problems.push(
        `\`${input}\` is to be taken from \`${key}\`, which has maps in maps; allowed: text, a number, a list or \`Key: value\` lines.`,
      );
  }
  const inputs = Object.fromEntries(Object.entries(raw).map(([name, { text }]) => [name, text]));
  return { inputs, problems: [...problems, ...judgeMachine(raw)] };
}

/** `\`clusters.create.type\`, the comment, line 3` */
function describePlace(key: string, config: Configuration, path: string): string {
  const segments = parseKey(key);
  return `\`${key}\`${segments ? `, ${describeOrigin(config.originOf(segments), path)}` : ''}`;
}
