import { readCommandLine } from '../terminal/command-line.js';
import { renderHelp } from '../terminal/help.js';
import { describeUnknown, listProblems, MISUSED, misuse, UsageError } from '../terminal/usage-error.js';
import { Failure } from '../core/kernel/failure.js';
import { renderFailure } from '../host/exit.js';
import { printResult, type Program } from './command.js';
import { describeProgram } from './help.js';
import { shellHints } from './shell-hints.js';
import { createTerminal, type Terminal } from './terminal.js';

const FAILED = 1;

/** Runs one command of a program to its end. @returns the exit code: 0, 1 if it failed, 2 for wrong arguments */
export async function runCommand(program: Program, argv: readonly string[]): Promise<number> {
  const terminal = createTerminal();
  try {
    return await dispatch(program, argv, terminal);
  } catch (error) {
    if (error instanceof UsageError) return reportMisuse(error, terminal);
    if (error instanceof Failure) return reportFailure(error, terminal);
    throw error; // A bug: Node prints the stack.
  }
}

async function dispatch(program: Program, argv: readonly string[], terminal: Terminal): Promise<number> {
  const { commands } = program;
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    printResult(describeProgram(program));
    return name === undefined ? MISUSED : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    throw misuse(program, describeUnknown(name, 'a command', Object.keys(commands)));
  }
  const input = readCommandLine(command, rest);
  if (input !== 'help') return command.run(input, terminal);
  printResult(renderHelp(command));
  return 0;
}

function reportMisuse(error: UsageError, terminal: Terminal): number {
  const lines = listProblems(error);
  for (const line of lines.slice(0, -1)) terminal.info(line);
  terminal.error(`${lines.at(-1)}\n${error.hint}`);
  return MISUSED;
}

function reportFailure(failure: Failure, terminal: Terminal): number {
  for (const line of failure.about.details ?? []) terminal.info(line);
  terminal.error(renderFailure(failure));
  for (const line of shellHints(failure)) terminal.info(line);
  return failure.code === 'bad-input' ? MISUSED : FAILED;
}
