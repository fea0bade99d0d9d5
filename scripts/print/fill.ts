interface Markers {
  readonly begin: string;
  readonly end: string;
}

/** Puts a block between the Markdown markers of its name. @throws Error when a marker is missing */
export function fill(text: string, name: string, block: string): string {
  return fillBetween(
    text,
    { begin: `<!-- ${name}: printed by npm run print -->`, end: `<!-- end of ${name} -->` },
    block,
  );
}

/**
 * Puts lines between the `#` markers of their name, for files such as .gitattributes.
 *
 * @throws Error when a marker is missing
 */
export function fillLines(text: string, name: string, lines: readonly string[]): string {
  const markers = { begin: `# ${name}: printed by npm run print\n`, end: `# end of ${name}\n` };
  return replaceBetween(text, markers, lines.map((line) => `${line}\n`).join(''));
}

/** Puts a block between two markers, with an empty line on either side. @throws Error when a marker is missing */
export function fillBetween(text: string, markers: Markers, block: string): string {
  return replaceBetween(text, markers, `\n\n${block}\n\n`);
}

function replaceBetween(text: string, { begin, end }: Markers, replacement: string): string {
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`The document lacks the markers ${begin.trim()} … ${end.trim()}`);
  return text.slice(0, from + begin.length) + replacement + text.slice(to);
}
