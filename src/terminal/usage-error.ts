import { nearest } from '../core/kernel/nearest.js';
import type { CommandLine } from './definition.js';
import { plural } from '../core/kernel/plural.js';

/** The exit code for arguments that a command cannot run with. */
export const MISUSED = 2;

/** Arguments that a command cannot run with: every problem at once. */
export class UsageError extends Error {
  constructor(
    readonly problems: readonly string[],
    /** What to do. */
    readonly hint: string,
    /** The last line, if there are several problems. */
    several = `${plural(problems.length, 'argument')} cannot be used.`,
  ) {
    super(problems.length === 1 ? problems[0]! : several);
  }
}

/** The error for arguments of this command. */
export function misuse({ command }: Pick<CommandLine, 'command'>, ...problems: readonly string[]): UsageError {
  return new UsageError(problems, `Nothing was done. See \`${command} --help\`.`);
}

/** The problem with a name that is not among the allowed ones. @param what completes "NAME is not …" */
export function describeUnknown(name: string, what: string, allowed: readonly string[]): string {
  const near = nearest(name, allowed);
  const list = allowed.map((one) => `\`${one}\``).join(', ');
  return `\`${name}\` is not ${what}; allowed: ${list}${near === undefined ? '' : ` (nearest: \`${near}\`)`}.`;
}

/** Prints what is wrong with the arguments to stderr, and what to do. */
export function reportMisuse(error: UsageError): void {
  console.error([...listProblems(error), error.hint].join('\n'));
}

/** Each problem on a line, if there are several, and the error's message. */
export function listProblems({ problems, message }: UsageError): readonly string[] {
  return problems.length > 1 ? [...problems, message] : [message];
}
