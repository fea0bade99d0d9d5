import type { Input } from '../terminal/command-line.js';
import type { CommandLine, Options } from '../terminal/definition.js';
import type { Terminal } from './terminal.js';

/** One command of a program such as `npm run ami`: its row in the tables, its help, its options and what it does. */
export interface Command<O extends Options = Options, W = unknown> extends CommandLine<O, W> {
  /** One phrase, for the list of commands. */
  readonly summary: string;
  /**
   * Writes its result to stdout; everything else goes to the terminal.
   *
   * @returns the exit code
   * @throws Failure
   */
  run(input: Input<O, W>, terminal: Terminal): Promise<number>;
}

/** A program with several commands. */
export interface Program {
  /** As users type it: `npm run ami --`. */
  readonly command: string;
  /** What it does, for its `--help`: lines of up to 110 characters. */
  readonly description: readonly string[];
  readonly commands: Readonly<Record<string, Command>>;
}

/** Gives `run` the types of the command's own options. */
export function defineCommand<const O extends Options, W>(command: Command<O, W>): Command {
  return command;
}

/** Prints a line of a command's result. */
export function printResult(text: string): void {
  process.stdout.write(`${text}\n`);
}
