import type { Environment } from './environments.js';

/** The only place that has an input: workflows of one environment, the workflow of all, or `workflow_call`. */
type Only = 'one' | 'all' | 'call';

export interface WorkflowInput {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'number';
  readonly description: string;
  readonly default: string | boolean | number;
  readonly only: readonly Only[];
  readonly required: boolean;
  /** Whether the description is that of workflows/inputs.yml. */
  readonly isShared: boolean;
}

export interface WorkflowOutput {
  readonly name: string;
  readonly description: string;
  /** An expression over `jobs`. Absent: the output of the step that works. */
  readonly value?: string;
  readonly isShared: boolean;
}

/** What the callers of a printed workflow see. */
export interface Interface {
  readonly inputs: readonly WorkflowInput[];
  readonly secrets: Readonly<Record<string, string>>;
  readonly outputs: readonly WorkflowOutput[];
}

type InputLine = Partial<Pick<WorkflowInput, 'type' | 'description' | 'default' | 'required'>> & {
  readonly only?: Only | readonly Only[];
};
type OutputLine = Partial<Pick<WorkflowOutput, 'description' | 'value'>>;
type Lines<T> = Readonly<Record<string, T | null>>;

/** The contents of workflows/inputs.yml. */
export interface Shared {
  readonly inputs: Lines<InputLine>;
  readonly secrets: Readonly<Record<string, string>>;
  /** Secrets of the kinds that list them. */
  readonly 'kind-secrets'?: Readonly<Record<string, string>>;
  readonly outputs: Lines<OutputLine>;
}

/** The same parts of a file in workflows/kinds/, in which a line may be empty. */
export interface Own {
  readonly inputs: Lines<InputLine>;
  /** Names in {@link Shared} `kind-secrets`. */
  readonly secrets?: Readonly<Record<string, null>>;
  /** A text is the description. */
  readonly outputs: Lines<OutputLine | string>;
}

/** GitHub's limit of inputs for workflow_dispatch. */
const DISPATCH_LIMIT = 25;
const empty = { string: '', boolean: false, number: 0 } as const;

/** @param own the parsed file of a kind, of which other parts are ignored */
export function readInterface(
  { inputs, secrets = {}, outputs }: Own,
  shared: Shared,
): { readonly contract: Interface; readonly problems: readonly string[] } {
  const own = Object.keys(secrets).map((name) => [name, shared['kind-secrets']?.[name] ?? ''] as const);
  const contract: Interface = {
    inputs: Object.entries(inputs).map(([name, line]) => readInput(name, line ?? {}, shared)),
    secrets: { ...shared.secrets, ...Object.fromEntries(own) },
    outputs: Object.entries(outputs).map(([name, line]) => readOutput(name, line ?? {}, shared)),
  };
  const byHand = contract.inputs.filter(({ only }) => !only.includes('all') && !only.includes('call'));
  const described = own.map(([name, description]) => ({ name, description }));
  const problems = [...contract.inputs, ...described, ...contract.outputs]
    .filter(({ description }) => description === '')
    .map(({ name }) => `\`${name}\` has no description, here or in inputs.yml.`);
  if (byHand.length > DISPATCH_LIMIT) problems.push(`GitHub allows ${DISPATCH_LIMIT} inputs, not ${byHand.length}.`);
  return { contract, problems };
}

function readInput(name: string, own: InputLine, shared: Shared): WorkflowInput {
  const { type = 'string', only = [], ...given } = { ...shared.inputs[name], ...own };
  const isShared = own.description === undefined;
  return {
    description: '',
    required: false,
    default: empty[type],
    ...given,
    name,
    type,
    only: [only].flat(),
    isShared,
  };
}

function readOutput(name: string, line: OutputLine | string, shared: Shared): WorkflowOutput {
  const own = typeof line === 'string' ? { description: line } : line;
  return { description: '', ...shared.outputs[name], ...own, name, isShared: own.description === undefined };
}

/** The inputs of an environment's workflow, with the environment's defaults; without an environment, those of its kind. */
export function inputsOfOne({ inputs }: Interface, environment?: Environment): readonly WorkflowInput[] {
  const defaults: Readonly<Record<string, string | number>> = environment
    ? { 'tox-env': environment.tox, preset: environment.preset, 'timeout-minutes': environment.minutes }
    : {};
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
        ? { ...input, default: 0, description: "Time limit of each environment's tests. Default, its own." }
        : input,
    );
}
