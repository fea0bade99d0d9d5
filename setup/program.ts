import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

export type ProgramName = 'aws' | 'gh';

export interface Ran {
  /** `undefined` if the program could not be started, or was ended by a signal. */
  readonly code: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Extra {
  /** For secrets: other users of the machine can see arguments, but no input. */
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The programs with which the user is logged in. Tests pass their own. */
export interface Programs {
  run(program: ProgramName, args: readonly string[], extra?: Extra): Promise<Ran>;
}

/** Neither program may ask anything, or show its output in a pager. */
const QUIET = { AWS_PAGER: '', GH_PAGER: 'cat', GH_PROMPT_DISABLED: '1', NO_COLOR: '1' };

export const programs: Programs = {
  async run(program, args, { stdin = '', env = {} } = {}) {
    const child = spawn(program, [...args], { env: { ...process.env, ...QUIET, ...env } });
    // A program that does not read its input closes it early.
    child.stdin.on('error', () => undefined).end(stdin);
    const output = Promise.all([text(child.stdout), text(child.stderr)]);
    try {
      const [code] = (await once(child, 'close')) as [number | null];
      const [stdout, stderr] = await output;
      return { code: code ?? undefined, stdout, stderr };
    } catch (error) {
      return { code: undefined, stdout: '', stderr: (error as Error).message };
    }
  },
};

/** What a program answered: a value, that there is no such thing, or that it could not tell. */
export type Answer<T> =
  | { readonly kind: 'value'; readonly value: T }
  | { readonly kind: 'absent' }
  /** `code` is an HTTP status of GitHub, an error code of AWS, or ''. */
  | { readonly kind: 'unknown'; readonly code: string; readonly why: string };

/** Reads a resource of GitHub's REST API. */
export async function askGitHub<T>(tools: Programs, path: string): Promise<Answer<T>> {
  const ran = await tools.run('gh', ['api', path]);
  return ran.code === 0 ? parse(ran.stdout) : refused(ran);
}

/** Reads all pages of a listing of GitHub's. @param key the member of each page that has the entries */
export async function listGitHub<T>(tools: Programs, path: string, key: string): Promise<Answer<readonly T[]>> {
  const ran = await tools.run('gh', ['api', '--paginate', `${path}?per_page=30`, '--jq', `.${key}[]`]);
  if (ran.code === 0) return parse(`[${ran.stdout.trim().split('\n').join(',')}]`);
  return refused(ran);
}

function refused({ stderr }: Ran): Answer<never> {
  const status = /\(HTTP (\d+)\)/.exec(stderr)?.[1] ?? '';
  return status === '404' ? { kind: 'absent' } : { kind: 'unknown', code: status, why: firstLine(stderr) };
}

/** Runs a reading command of the aws CLI. @param absent the error codes that mean that there is no such thing */
export async function askAws<T>(
  tools: Programs,
  args: readonly string[],
  absent: readonly string[] = [],
): Promise<Answer<T>> {
  const ran = await tools.run('aws', [...args, '--output', 'json']);
  if (ran.code === 0) return parse(ran.stdout);
  const code = /An error occurred \(([\w.]+)\)/.exec(ran.stderr)?.[1] ?? '';
  return absent.includes(code) ? { kind: 'absent' } : { kind: 'unknown', code, why: firstLine(ran.stderr) };
}

/** The value, or `undefined` for everything else. */
export function valueOf<T>(answer: Answer<T>): T | undefined {
  return answer.kind === 'value' ? answer.value : undefined;
}

function parse<T>(stdout: string): Answer<T> {
  try {
    return { kind: 'value', value: JSON.parse(stdout === '' ? 'null' : stdout) as T };
  } catch {
    return { kind: 'unknown', code: '', why: `unreadable output: ${firstLine(stdout)}` };
  }
}

export function firstLine(output: string): string {
  return output.trim().split('\n')[0]?.trim() || 'no message';
}
