import { spawn } from 'node:child_process';
import { mkdtempSync, cpSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ComposeCase, Expected, PlainCodes, Variant } from './cases.js';
import type { DockerEnvironment } from './docker.js';

/** How `docker compose` answers for a session that is a service, by the names that cases.json gives its commands. */
const COMMANDS = {
  'exit-code-from': (session: string) => ['up', '--exit-code-from', session],
  abort: () => ['up', '--abort-on-container-exit'],
} as const;
export type PlainCommand = keyof typeof COMMANDS;

const HANGS = 124;
const BOUND_MS = 45_000;

/** Runs a variant with a command of plain Compose, and removes the project. @returns the exit code; 124: it hangs */
export async function runPlain(
  project: ComposeCase,
  {
    variant,
    command,
    env,
  }: { readonly variant: Variant; readonly command: PlainCommand; readonly env: DockerEnvironment },
): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'plain-compose-'));
  cpSync(project.folder!, folder, { recursive: true });
  const files = (variant.change.files ?? project.compose_files).flatMap((file) => ['--file', file]);
  const name = `plain-${project.id}`;
  const context = { cwd: folder, env: { ...env, ...variant.change.env } };
  try {
    const args = ['compose', '--project-name', name, ...files, ...COMMANDS[command](project.session as string)];
    return await end(args, context);
  } finally {
    await end(['compose', '--project-name', name, 'down', '--volumes', '--remove-orphans', '--timeout', '0'], context);
    rmSync(folder, { recursive: true, force: true });
  }
}

function end(
  args: readonly string[],
  context: { readonly cwd: string; readonly env: DockerEnvironment },
): Promise<number> {
  const child = spawn('docker', args, { ...context, stdio: 'ignore' });
  const timer = setTimeout(() => child.kill('SIGKILL'), BOUND_MS);
  return new Promise((resolve, reject) =>
    child.once('error', reject).once('exit', (code) => {
      clearTimeout(timer);
      resolve(code ?? HANGS);
    }),
  );
}

export type Answer = 'right' | 'false pass' | 'false fail' | 'hang' | 'red, called a test failure' | 'wrong exit code';

/** What the exit code of a plain command is worth. It cannot say "error": it is 0 or not. */
export function judgePlain({ verdict, exit_code }: Expected, code: number): Answer {
  if (code === HANGS) return 'hang';
  if (verdict === 'pass') return code === 0 ? 'right' : 'false fail';
  if (code === 0) return 'false pass';
  if (verdict === 'error') return 'red, called a test failure';
  return code === exit_code ? 'right' : 'wrong exit code';
}

const ANSWERS: readonly Answer[] = [
  'right',
  'false pass',
  'false fail',
  'hang',
  'red, called a test failure',
  'wrong exit code',
];

/** The table of variants by answer: of ours, and of each plain command that was tried. */
export function renderAnswers(
  rows: readonly { readonly command: string; readonly answers: readonly Answer[] }[],
): string {
  const heads = ['', 'variants', ...ANSWERS];
  const lines = rows.map(({ command, answers }) => [
    command,
    String(answers.length),
    ...ANSWERS.map((one) => String(answers.filter((answer) => answer === one).length)),
  ]);
  const widths = heads.map((head, at) => Math.max(head.length, ...lines.map((line) => line[at]!.length)));
  return [heads, ...lines]
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** What each plain command was seen to answer, of all variants for which it was tried. */
export function listPlainAnswers(cases: readonly ComposeCase[]): { command: string; answers: Answer[] }[] {
  const tried = cases.flatMap(({ variants, plain_compose = {} }) =>
    variants.flatMap(({ name, expected }) =>
      Object.entries((plain_compose[name] ?? {}) satisfies PlainCodes)
        .filter((one): one is [string, number] => one[1] !== null)
        .map(([command, code]) => ({ command, answer: judgePlain(expected, code) })),
    ),
  );
  return [...new Set(tried.map(({ command }) => command))].map((command) => ({
    command,
    answers: tried.filter((one) => one.command === command).map(({ answer }) => answer),
  }));
}
