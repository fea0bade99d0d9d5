import { fill } from './fill.js';
import { renderTable } from './tables.js';
import type { Sources } from './workflows.js';

/**
 * Puts the tables of environments, inputs, secrets and outputs into docs/workflows.md.
 *
 * @throws Error when a marker is missing
 */
export function fillWorkflowTables(text: string, { environments, contract }: Sources): string {
  const tables = {
    environments: renderTable(
      ['Environment', 'Workflow', 'tox environment', 'Preset', 'Minutes', 'Needs'],
      environments.map((one) => [
        `\`${one.name}\``,
        `\`${one.file}.yml\``,
        `\`${one.tox}\``,
        one.preset,
        `${one.minutes}`,
        one.secrets.map((name) => `\`${name}\``).join(', '),
      ]),
    ),
    'workflow-inputs': renderTable(
      ['Input', 'Type', 'Meaning'],
      contract.inputs.map(({ name, type, description }) => [`\`${name}\``, type, description]),
    ),
    'workflow-secrets': renderPairs('Secret', contract.secrets),
    'workflow-outputs': renderPairs('Output', contract.outputs),
  };
  return Object.entries(tables).reduce((filled, [name, table]) => fill(filled, name, table), text);
}

function renderPairs(head: string, pairs: Readonly<Record<string, string>>): string {
  return renderTable(
    [head, 'Meaning'],
    Object.entries(pairs).map(([name, description]) => [`\`${name}\``, description]),
  );
}
