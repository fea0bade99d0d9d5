import { Document, Scalar } from 'yaml';
import { stepsOf, type Action } from '../../actions/index.js';
import type { InputDefinition } from '../../src/core/inputs/inputs.js';

/**
 * `action.yml`. Apart from expressions, it gives no input a `default`: an empty input means that a preset may set it, and with a default GitHub
 * would pass the default as if the user had set it. The description names the default instead.
 */
export function renderAction(action: Action): string {
  const { name, description, icon, color } = action.definition.action;
  const { main, post } = stepsOf(action);
  const document = new Document({
    name,
    description,
    branding: { icon, color },
    inputs: mapValues(action.definition.inputs, (input) => ({
      description: folded(describeInput(input)),
      required: false,
      ...(input.expression !== undefined && { default: input.expression }),
    })),
    outputs: mapValues(action.definition.outputs, (text) => ({ description: folded(text) })),
    runs: {
      using: 'node24',
      main: `../dist/${main.file}`,
      ...(post && { post: `../dist/${post.file}`, 'post-if': 'always()' }),
    },
  });
  document.commentBefore = ` Printed from actions/${action.name}.inputs.ts by \`npm run print\`.`;
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
