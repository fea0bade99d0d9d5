/** Blocks of YAML in the printed workflows: what they declare, and what a call passes on. */
import type { Environment } from './environments.js';
import type { Fillings } from './template.js';
import type { Interface, WorkflowInput, WorkflowOutput } from './workflow-inputs.js';

export function renderInputs(inputs: readonly WorkflowInput[]): string {
  return inputs
    .map(({ name, type, description, default: value, required }) =>
      [
        `${name}:`,
        `  description: ${quote(description)}`,
        `  type: ${type}`,
        ...(required && value === '' ? ['  required: true'] : [`  default: ${renderDefault(value)}`]),
      ].join('\n'),
    )
    .join('\n');
}

/** @param valueOf the expression of an output */
export function renderOutputs(outputs: readonly WorkflowOutput[], valueOf: (output: WorkflowOutput) => string): string {
  return outputs
    .map((one) => `${one.name}:\n  description: ${quote(one.description)}\n  value: ${valueOf(one)}`)
    .join('\n');
}

/** @param own names of secrets of the tests, each a secret of the workflow */
export function renderSecrets({ secrets }: Interface, own: readonly string[]): Fillings {
  const all = {
    ...secrets,
    ...Object.fromEntries(own.map((name) => [name, 'A secret that the tests need.'])),
  };
  const lines = Object.entries(all).map(
    ([name, description]) => `${name}:\n  description: ${quote(description)}\n  required: false`,
  );
  return { 'call-secrets': lines.join('\n') };
}

export function passInputs(inputs: readonly WorkflowInput[], environment: Environment): string {
  const lines = inputs.map(({ name, type }) =>
    type === 'number' ? `${name}: \${{ fromJSON(inputs.${name}) }}` : `${name}: \${{ inputs.${name} }}`,
  );
  return [...lines, ...requiredSecrets(environment)].join('\n');
}

export function requiredSecrets({ secrets }: Environment): string[] {
  return secrets.length > 0 ? [`required-secrets: ${secrets.join(', ')}`] : [];
}

/** Adds an environment's own secrets to TEST_ENV, as a list of JSON objects. A missing secret has the value null. */
export function passSecrets({ secrets }: Interface, environment: Environment): string {
  const own = environment.secrets.map((name) => `{ "${name}": \${{ toJSON(secrets.${name}) }} }`);
  return Object.keys(secrets)
    .map((name) => {
      if (name !== 'TEST_ENV' || own.length === 0) return `${name}: \${{ secrets.${name} }}`;
      return [`${name}: >-`, `  [\${{ secrets.${name} || '{}' }}, ${own.join(', ')}]`].join('\n');
    })
    .join('\n');
}

function renderDefault(value: string | boolean | number): string {
  return value === '' ? "''" : typeof value === 'string' ? quote(value) : String(value);
}

/** A YAML scalar, plain if that is safe. */
function quote(text: string): string {
  return /^[A-Za-z][^:#\n]*$/.test(text) && !/^(true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : `'${text.replaceAll("'", "''")}'`;
}
