import { statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as advice from '../core/kernel/advice.js';
import { Failure } from '../core/kernel/failure.js';
import type { Environment } from '../core/ports/programs.js';
import { runProgram } from './programs.js';
import { watchStepFiles, withoutPrivate } from './step-files.js';

/** Where programs of the user run, and with which environment. */
export interface ProgramContext {
  readonly cwd: string;
  readonly env: Environment;
  /** Names of the variables that the workflow or `setup` set for the tests. */
  readonly setVariables: readonly string[];
  /** Aborted, with a `Failure` as its reason, when GitHub cancels the step. */
  readonly signal: AbortSignal;
}

/** A folder of the workspace; `undefined` when it does not exist. */
export function findFolder(workspace: string, path: string | undefined): string | undefined {
  const folder = join(workspace, path ?? '');
  return statSync(folder, { throwIfNoEntry: false })?.isDirectory() ? folder : undefined;
}

/** This step's environment with the user's variables, and without what GitHub gives to the action alone. */
export function composeEnvironment(variables: Environment): Environment {
  // A service has no HOME, and many programs that tests call need one.
  return { HOME: homedir(), ...withoutPrivate(process.env), ...variables };
}

/**
 * Runs the commands of the input `setup` as `bash -eo pipefail` does.
 *
 * @returns the context for the tests, with what the commands wrote to GITHUB_ENV and GITHUB_PATH
 * @throws Failure `setup-failed`, or the reason of the signal
 */
export async function runSetup(commands: string, context: ProgramContext): Promise<ProgramContext> {
  const { cwd, env, setVariables, signal } = context;
  const readFiles = watchStepFiles(env);
  const args = ['-eo', 'pipefail', '-c', commands];
  const ended = await runProgram({ command: 'bash', args, cwd, env, signal, onLine: print });
  signal.throwIfAborted();
  if (ended.code !== 0)
    throw new Failure('setup-failed', `\`setup\` ended with ${ended.why ?? `exit code ${ended.code}`}.`, {
      hint: advice.READ_SETUP_LOG,
    });
  const { variables, prepend } = readFiles();
  const names = [...new Set([...setVariables, ...Object.keys(variables)])];
  return {
    ...context,
    setVariables: names,
    env: { ...env, ...variables, PATH: prepend(variables['PATH'] ?? env['PATH'] ?? '') },
  };
}

/** Prints a line unchanged, because programs may write workflow commands as in any other step. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
