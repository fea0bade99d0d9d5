import type { CommandLine } from './definition.js';
import { ANY_TEXT, type Option } from './options.js';

const WIDTH = 100;
const INDENT = '  ';

/** Text for `--help`: how the command is called, what it does, each option with its values and its default. */
export function renderHelp({ command, description, options, positionals }: CommandLine): string {
  const rows = [
    ...(positionals
      ? [[positionals.kind.placeholder, `${positionals.description} Allowed: ${positionals.kind.allowed}.`] as const]
      : []),
    ...Object.entries(options).map(([name, option]) => [renderOption(name, option), describeOption(option)] as const),
    ['--help', 'Print this.'] as const,
  ];
  const width = Math.max(...rows.map(([left]) => left.length));
  const lines = rows.flatMap(([left, right]) =>
    wrap(right, WIDTH - width - 2 * INDENT.length).map(
      (line, index) => `${INDENT}${(index === 0 ? left : '').padEnd(width)}${INDENT}${line}`,
    ),
  );
  return [renderUsage({ command, options, positionals }), '', ...wrap(description, WIDTH), '', ...lines].join('\n');
}

/** `npm run ami -- build PRESET… [options]`: the required options by name. */
export function renderUsage({
  command,
  options,
  positionals,
}: Pick<CommandLine, 'command' | 'options'> & { readonly positionals?: CommandLine['positionals'] }): string {
  const needed = Object.entries(options).filter(([, { required }]) => required);
  const parts = [
    ...(positionals
      ? [`${positionals.kind.placeholder}${positionals.most > 1 ? '…' : ''}`].map((word) =>
          positionals.least === 0 ? `[${word}]` : word,
        )
      : []),
    ...needed.map(([name, option]) => renderOption(name, option)),
    ...(needed.length < Object.keys(options).length ? ['[options]'] : []),
  ];
  return parts.length === 0 ? command.replace(/ --$/, '') : [command, ...parts].join(' ');
}

/** `--starts N`. */
export function renderOption(name: string, { form, kind }: Option<unknown>): string {
  switch (form) {
    case 'flag':
      return `--${name}`;
    case 'list':
      return `--${name} ${kind.placeholder},…`;
    case 'value':
    case 'repeated':
      return `--${name} ${kind.placeholder}`;
  }
}

/** Its description, what is allowed and the default. */
export function describeOption({ description, form, kind, required, defaultText }: Option<unknown>): string {
  return [
    description,
    ...(form === 'flag' || kind.allowed === ANY_TEXT ? [] : [`Allowed: ${kind.allowed}.`]),
    ...(form === 'repeated' ? ['May be given several times.'] : []),
    ...(required ? ['Required.'] : []),
    ...(defaultText === undefined ? [] : [`Default: ${defaultText}.`]),
  ].join(' ');
}

/** In lines of at most `width` characters, whatever line breaks the text has. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
