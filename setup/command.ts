import type { ProgramName } from './program.js';

/** The outputs of the stack, as iam/ci-actions.yml names them. */
export type OutputKey = 'StartStopRoleArn' | 'ReapRoleArn' | 'PoolRoleArn' | 'SecurityGroupId';

/** A value that exists only once an earlier step has run. */
export type Later =
  | { readonly kind: 'output'; readonly key: OutputKey }
  | { readonly kind: 'app-id' }
  | { readonly kind: 'app-key' }
  | { readonly kind: 'token' };

/** A text file as an argument, in base64. */
export interface FileText {
  readonly kind: 'file';
  readonly text: string;
}

/** One argument: text, or text followed by a value that is made later. */
export type Argument = string | { readonly before: string; readonly value: Later | FileText };

/** A call of a program that changes something. */
export interface Command {
  readonly program: ProgramName;
  readonly args: readonly Argument[];
  /** A secret for stdin. */
  readonly stdin?: Later;
}

export function output(key: OutputKey): Later {
  return { kind: 'output', key };
}

const HEREDOC = 'END_OF_FILE';

/** The command as a line of bash (or several, if it has a file). Works when pasted after {@link PREAMBLE}. */
export function renderCommand({ program, args, stdin }: Command): string {
  const words = args.map((argument) =>
    typeof argument === 'string' ? quote(argument) : `${argument.before}${renderValue(argument.value)}`,
  );
  return [program, ...words, ...(stdin ? [renderStdin(stdin)] : [])].filter((word) => word !== '').join(' ');
}

function renderValue(value: Later | FileText): string {
  switch (value.kind) {
    case 'output':
      return `"$(stack_output ${value.key})"`;
    case 'app-id':
      return '"$app_id"';
    case 'app-key':
    case 'token':
      throw new Error('A secret is never an argument.');
    case 'file':
      return `"$(base64 <<'${HEREDOC}' | tr -d '\\n'\n${value.text}${HEREDOC}\n)"`;
  }
}

/** gh asks for a secret that it gets no input for. */
function renderStdin(value: Later): string {
  return value.kind === 'app-key' ? '<"$key_file"' : '';
}

/** The argument as it is passed to the program. @param resolve reads a value that an earlier step has made */
export async function resolveArgument(argument: Argument, resolve: (value: Later) => Promise<string>): Promise<string> {
  if (typeof argument === 'string') return argument;
  const { before, value } = argument;
  if (value.kind === 'file') return `${before}${Buffer.from(value.text).toString('base64')}`;
  return `${before}${await resolve(value)}`;
}

/** For bash: as it is if nothing in it is special, otherwise in single quotes. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
