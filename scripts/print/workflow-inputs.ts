import { parse } from 'yaml';
import type { Environment } from './environments.js';

/** The only place that has an input: workflows of one environment, the workflow of all, or `workflow_call`. */
type Only = 'one' | 'all' | 'call';

export interface WorkflowInput {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'number';
  readonly description: string;
  readonly default: string | boolean | number;
  readonly only: readonly Only[];
}

/** The contents of workflows/inputs.yml. */
export interface Interface {
  readonly inputs: readonly WorkflowInput[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
}

/** GitHub's limit of inputs for workflow_dispatch. */
const DISPATCH_LIMIT = 25;
const empty = { string: '', boolean: false, number: 0 } as const;

export function readInterface(text: string): Interface {
  const { inputs, ...rest } = parse(text) as {
    inputs: Record<string, Partial<Omit<WorkflowInput, 'only'>> & { only?: Only | Only[]; description: string }>;
    secrets: Record<string, string>;
    outputs: Record<string, string>;
  };
  const read = Object.entries(inputs).map(([name, { type = 'string', only = [], ...given }]) => ({
    default: empty[type],
    ...given,
    name,
    type,
    only: [only].flat(),
  }));
  const byHand = read.filter(({ only }) => !only.includes('all') && !only.includes('call'));
  if (byHand.length > DISPATCH_LIMIT) throw new Error(`GitHub allows ${DISPATCH_LIMIT} inputs, not ${byHand.length}.`);
  return { ...rest, inputs: read };
}

/**
 * The inputs of an environment's workflow, with the environment's defaults; without an environment, those of
 * tox-on-ec2.yml.
 */
export function inputsOfOne({ inputs }: Interface, environment?: Environment): readonly WorkflowInput[] {
  const defaults: Readonly<Record<string, string | number>> = environment
    ? { 'tox-env': environment.tox, preset: environment.preset, 'timeout-minutes': environment.minutes }
    : { preset: 'amd64', 'timeout-minutes': 60 };
  return inputs
    .filter(({ name, only }) => !only.includes('all') && !(environment && name === 'required-secrets'))
    .map((input) => ({ ...input, default: defaults[input.name] ?? input.default }));
}

/** The inputs of all_environments.yml. */
export function inputsOfAll({ inputs }: Interface): readonly WorkflowInput[] {
  return inputs
    .filter(({ only }) => !only.includes('one'))
    .map((input) =>
      input.name === 'timeout-minutes'
        ? { ...input, description: "Time limit of each environment's tests. Default, its own." }
        : input,
    );
}
