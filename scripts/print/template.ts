export type Fillings = Readonly<Record<string, string>>;

/**
 * Fills a template of YAML text: `key: #print name` takes the filling of that name as its value, on the same line
 * or, if the filling has keys or entries of its own, indented below; `#print name` alone takes it in its place.
 * Fillings may have places of their own. Text, not a YAML tree, so that comments and layout stay as they were written.
 *
 * @throws when a filling is missing
 */
export function fillTemplate(template: string, fillings: Fillings): string {
  return template
    .split('\n')
    .map((line) => fillLine(line, fillings))
    .join('\n');
}

function fillLine(line: string, fillings: Fillings): string {
  const found = /^(?<margin> *)(?<key>[^#]*?)\s*#print (?<name>[\w-]+)$/.exec(line)?.groups;
  if (!found) return line;
  const { margin = '', key = '', name = '' } = found;
  const filling = fillings[name];
  if (filling === undefined) throw new Error(`The template asks for \`${name}\`, which there is not.`);
  const text = fillTemplate(filling.trimEnd(), fillings);
  if (key === '') return indent(text, margin.length);
  const isBlock = /^(- |[\w-]+:(\s|$))/.test(text);
  // `- uses:` begins an entry whose keys stand two columns further in.
  const depth = margin.length + (key.startsWith('- ') ? 2 : 0) + 2;
  return isBlock ? `${margin}${key}\n${indent(text, depth)}` : `${margin}${key} ${text}`;
}

export function indent(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(columns));
}
