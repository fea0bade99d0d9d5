import type { ActionDefinition } from './action-yml.js';

/** Puts the tables of inputs and outputs between a README's markers. @throws when a marker is missing */
export function fillTables(readme: string, { inputs, outputs }: ActionDefinition): string {
  const all = Object.entries(inputs);
  const rows = all
    .filter(([, input]) => !input.legacy)
    .map(([name, { takes, description, defaultText }]) => [
      `\`${name}\``,
      takes,
      defaultText === undefined ? '' : `\`${defaultText}\``,
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

/** Puts a block between the markers of its name. @throws when they are missing */
export function fill(text: string, name: string, block: string): string {
  return fillBetween(
    text,
    { begin: `<!-- ${name}: printed by npm run print -->`, end: `<!-- end of ${name} -->` },
    block,
  );
}

/** @throws when a marker is missing */
export function fillBetween(text: string, markers: { begin: string; end: string }, block: string): string {
  const { begin, end } = markers;
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The document has no place for its table: ${begin} … ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${block}\n\n${text.slice(to)}`;
}

export function renderTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}
