import { Document, Scalar } from 'yaml';
import type { InputDefinition, InputDefinitions } from '../../src/core/inputs/inputs.js';

/** Everything printed about one action comes from this. */
export interface ActionDefinition {
  readonly action: {
    readonly name: string;
    readonly description: string;
    readonly icon: string;
    readonly color: string;
  };
  readonly inputs: InputDefinitions;
  readonly outputs: Readonly<Record<string, string>>;
  /** Files of `dist/`. */
  readonly steps: { readonly main: string; readonly post?: string };
}

/**
 * `action.yml`. It gives no input a `default`: an empty input means that a preset may fill it, and GitHub's
 * default would look like the user's own wish. The description names the default instead.
 */
export function renderAction(folder: string, { action, inputs, outputs, steps }: ActionDefinition): string {
  const document = new Document({
    name: action.name,
    description: action.description,
    branding: { icon: action.icon, color: action.color },
    inputs: mapValues(inputs, (input) => ({ description: folded(describeInput(input)), required: false })),
    outputs: mapValues(outputs, (description) => ({ description: folded(description) })),
    runs: {
      using: 'node24',
      main: `../dist/${steps.main}`,
      ...(steps.post && { post: `../dist/${steps.post}`, 'post-if': 'always()' }),
    },
  });
  document.commentBefore = ` Printed from actions/${folder}.inputs.ts by \`npm run print\`.`;
  return document.toString({ lineWidth: 116 });
}

function describeInput(input: InputDefinition<unknown>): string {
  if (input.legacy) return `From ec2-github-runner, for easy migration. ${input.description}`;
  return input.defaultText === undefined
    ? input.description
    : `${input.description} Default: \`${input.defaultText}\`.`;
}

function folded(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = 'BLOCK_FOLDED';
  return scalar;
}

function mapValues<T, U>(record: Readonly<Record<string, T>>, to: (value: T) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, to(value)]));
}
