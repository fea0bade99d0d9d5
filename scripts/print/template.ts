export type Fillings = Readonly<Record<string, string>>;

/**
 * Fills a template of YAML text. In `key: #print name` the filling of that name becomes the key's value: on the same
 * line or, if the filling has keys or entries of its own, indented below. A line with only `#print name` is replaced by
 * the filling, and removed if that is empty. Fillings may contain such places themselves. The template is filled as text and not as a YAML tree,
 * which keeps comments and layout.
 *
 * @throws Error when a filling is missing
 */
export function fillTemplate(template: string, fillings: Fillings): string {
  return template
    .split('\n')
    .flatMap((line) => fillLine(line, fillings))
    .join('\n');
}

function fillLine(line: string, fillings: Fillings): string | [] {
  const found = /^(?<margin> *)(?<key>[^#]*?)\s*#print (?<name>[\w-]+)$/.exec(line)?.groups;
  if (!found) return line;
  const { margin = '', key = '', name = '' } = found;
  const filling = fillings[name];
  if (filling === undefined) throw new Error(`The template needs the filling \`${name}\`, which is missing.`);
  const text = fillTemplate(filling.trimEnd(), fillings);
  if (key === '') return text === '' ? [] : indent(text, margin.length);
  const isBlock = /^(- |[\w-]+:(\s|$))/.test(text);
  // `- uses:` begins an entry, whose further keys are indented by two more columns.
  const depth = margin.length + (key.startsWith('- ') ? 2 : 0) + 2;
  return isBlock ? `${margin}${key}\n${indent(text, depth)}` : `${margin}${key} ${text}`;
}

export function indent(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(columns));
}
