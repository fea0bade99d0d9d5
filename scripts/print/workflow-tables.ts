import type { Environment } from './environments.js';
import { fill } from './fill.js';
import { renderTable } from './tables.js';
import type { WorkflowInput, WorkflowOutput } from './workflow-inputs.js';
import type { Sources } from './workflows.js';

/**
 * Puts the tables of environments, inputs, secrets and outputs into docs/workflows.md: one of what the workflows share,
 * and one of what is of each kind alone.
 *
 * @throws Error when a marker is missing
 */
export function fillWorkflowTables(text: string, { environments, kinds }: Sources): string {
  const contracts = Object.values(kinds).map(({ contract }) => contract);
  const ofKinds = Object.values(kinds).flatMap(({ name, contract }) => [
    [`${name}-inputs`, renderInputs(contract.inputs.filter(({ isShared }) => !isShared))] as const,
    [`${name}-outputs`, renderOutputs(contract.outputs.filter(({ isShared }) => !isShared))] as const,
  ]);
  const inputs = divide(contracts.map((one) => one.inputs));
  const outputs = divide(contracts.map((one) => one.outputs));
  const secrets = new Map(contracts.flatMap((one) => Object.entries(one.secrets)));
  const tables = {
    environments: renderEnvironments(environments),
    'workflow-inputs': renderInputs(inputs.ofAll),
    'result-inputs': renderInputs(inputs.ofSome),
    'workflow-secrets': renderPairs('Secret', [...secrets]),
    'workflow-outputs': renderOutputs(outputs.ofAll),
    'result-outputs': renderOutputs(outputs.ofSome),
    ...Object.fromEntries(ofKinds),
  };
  return Object.entries(tables).reduce((filled, [name, table]) => fill(filled, name, table), text);
}

/**
 * What has the shared description, once, in the order of the first kind that has it: what all kinds have, and what only
 * those have whose results are judged.
 */
function divide<T extends { readonly name: string; readonly isShared: boolean }>(
  lists: readonly (readonly T[])[],
): { readonly ofAll: readonly T[]; readonly ofSome: readonly T[] } {
  const shared = lists.flat().filter(({ isShared }) => isShared);
  const once = [...new Map(shared.map((one) => [one.name, one])).values()];
  const isOfAll = ({ name }: T): boolean => lists.every((list) => list.some((one) => one.name === name));
  return { ofAll: once.filter(isOfAll), ofSome: once.filter((one) => !isOfAll(one)) };
}

function renderEnvironments(environments: readonly Environment[]): string {
  return renderTable(
    ['Environment', 'Workflow', 'tox environment', 'Preset', 'Minutes', 'Needs'],
    environments.map((one) => [
      `\`${one.name}\``,
      `\`${one.file}.yml\``,
      `\`${one.tox}\``,
      one.preset,
      `${one.minutes}`,
      one.secrets.map((name) => `\`${name}\``).join(', '),
    ]),
  );
}

function renderInputs(inputs: readonly WorkflowInput[]): string {
  const rows = inputs.map(({ name, type, description }) => [`\`${name}\``, type, description]);
  return renderTable(['Input', 'Type', 'Meaning'], rows);
}

function renderOutputs(outputs: readonly WorkflowOutput[]): string {
  return renderPairs(
    'Output',
    outputs.map(({ name, description }) => [name, description] as const),
  );
}

function renderPairs(head: string, pairs: readonly (readonly [string, string])[]): string {
  return renderTable(
    [head, 'Meaning'],
    pairs.map(([name, description]) => [`\`${name}\``, description]),
  );
}
