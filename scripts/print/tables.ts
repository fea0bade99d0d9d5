import type { ActionDefinition } from '../../actions/index.js';
import { markdown, table } from '../../src/core/kernel/markdown.js';
import { fill } from './fill.js';

/**
 * Puts the tables of inputs and outputs between the markers of an action's README.
 *
 * @throws Error when a marker is missing
 */
export function fillTables(readme: string, { inputs, outputs }: Omit<ActionDefinition, 'action'>): string {
  const all = Object.entries(inputs);
  const rows = all
    .filter(([, input]) => !input.legacy)
    .map(([name, { takes, description, defaultText, expression = defaultText }]) => [
      `\`${name}\``,
      takes,
      expression === undefined ? '' : `\`${expression}\``,
      description,
    ]);
  const legacy = all.filter(([, input]) => input.legacy).map(([name, { description }]) => [`\`${name}\``, description]);
  const blocks = {
    inputs: renderTable(['Input', 'Takes', 'Default', 'Meaning'], rows),
    ...(legacy.length > 0 && { 'legacy-inputs': renderTable(['Input of ec2-github-runner', 'Here'], legacy) }),
    outputs: renderTable(
      ['Output', 'Meaning'],
      Object.entries(outputs).map(([name, description]) => [`\`${name}\``, description]),
    ),
  };
  return Object.entries(blocks).reduce((text, [name, block]) => fill(text, name, block), readme);
}

/** A table whose cells are Markdown that this repository wrote. */
export function renderTable(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  return table(
    headings,
    rows.map((cells) => cells.map(markdown)),
  );
}
