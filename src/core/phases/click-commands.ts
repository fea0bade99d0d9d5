import { splitArguments, type PythonLine } from './python-lines.js';

/** A command that click offers. */
export interface Command {
  /** Of the function. */
  readonly of: string;
  /** As it is called; `undefined` if the program's text does not say it. */
  readonly name: string | undefined;
  /** The arguments and options without which it is an error. */
  readonly needs: readonly string[];
}

/** As click's decorators are written, `@main.command` and `@click.argument("mode")` among them. */
const DECORATOR = /^@\s*(?:\w+\s*\.\s*)*(command|argument|option)\b\s*(\(?)/;
const TEXT = /^[ru]?(["'])([^"'\\]*)\1$/i;
/** Newer versions of click leave out these ends of a function's name, older ones keep them. */
const LEFT_OUT = /-(command|cmd|group|grp)$/;

/** The name that a function would have as a command. */
export function nameCommand(of: string): string {
  return of.toLowerCase().replaceAll('_', '-').replace(LEFT_OUT, '');
}

/** @param lines of the program, in their order */
export function listCommands(lines: readonly PythonLine[]): readonly Command[] {
  const commands: Command[] = [];
  let decorators: string[] = [];
  for (const { text } of lines) {
    if (text.startsWith('@')) decorators.push(text);
    else {
      const [, of] = /^(?:async\s+)?def\s+(\w+)/.exec(text) ?? [];
      if (of !== undefined) commands.push(...readCommands(of, decorators));
      decorators = [];
    }
  }
  return [...commands, ...lines.flatMap(({ text }) => listAdded(text, commands))];
}

/** What the decorators of a function make of it: nothing, or a command for each group that they name. */
function readCommands(of: string, decorators: readonly string[]): readonly Command[] {
  const read = decorators.flatMap((text) => {
    const [all, kind, bracket] = DECORATOR.exec(text) ?? [];
    return all === undefined ? [] : [{ kind, parts: bracket === '' ? [] : splitArguments(text, all.length) }];
  });
  const needs = read.flatMap(({ kind, parts }) => (isNeeded(kind, parts) ? [describeFirst(parts)] : []));
  return read.filter(({ kind }) => kind === 'command').map(({ parts }) => ({ of, name: readName(of, parts), needs }));
}

function readName(of: string, parts: readonly string[]): string | undefined {
  const [first = ''] = parts;
  const named = parts.find((part) => /^name\s*=/.test(part))?.replace(/^name\s*=\s*/, '');
  const given = named ?? (/^\*|=/.test(first) && !TEXT.test(first) ? '' : first);
  if (given !== '' && given !== 'None') return TEXT.exec(given)?.[2];
  const name = of.toLowerCase().replaceAll('_', '-');
  return LEFT_OUT.test(name) ? undefined : name;
}

/** Commands that a group gets by another name: `main.add_command(clean, "post-cleanup")`. */
function listAdded(text: string, commands: readonly Command[]): readonly Command[] {
  const [all] = /^[\w.]+\.add_command\s*\(/.exec(text) ?? [];
  if (all === undefined) return [];
  const [of, name] = splitArguments(text, all.length);
  const known = commands.find((one) => one.of === of);
  return known && name !== undefined ? [{ ...known, name: readName(known.of, [name]) }] : [];
}

function isNeeded(kind: string | undefined, parts: readonly string[]): boolean {
  const has = (pattern: RegExp): boolean => parts.some((part) => pattern.test(part));
  if (kind === 'command' || has(/^(default|envvar)\s*=/)) return false;
  return kind === 'option' ? has(/^required\s*=\s*True/) : !has(/^(required\s*=\s*False|nargs\s*=\s*-1)/);
}

function describeFirst([first = '']: readonly string[]): string {
  return TEXT.exec(first)?.[2] ?? first;
}
