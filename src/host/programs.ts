import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Without a bound of its own only for what the job's own time limit ends. */
  readonly boundMs?: number;
  readonly signal?: AbortSignal;
  /** Gets what the program says, of both streams, line by line; the line end is left out. */
  readonly onLine?: (line: string) => void;
}

export interface Ended {
  /** The exit code; `undefined` when a signal ended it, or it could not be started. */
  readonly code: number | undefined;
  /** What ended it instead, in words. */
  readonly why?: string;
}

/** Runs a program to its end. Never rejects: that it could not be started is an answer, too. */
export function runProgram(program: Program): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program.command, program.args, {
      cwd: program.cwd,
      env: program.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const stop = (): void => void child.kill('SIGTERM');
    const timer = program.boundMs === undefined ? undefined : setTimeout(stop, program.boundMs);
    program.signal?.addEventListener('abort', stop, { once: true });
    const flushers = [child.stdout, child.stderr].map((stream) => splitLines(stream, program.onLine));
    child.on('error', (error) => resolve({ code: undefined, why: error.message }));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      program.signal?.removeEventListener('abort', stop);
      for (const flush of flushers) flush();
      resolve(code === null ? { code: undefined, why: `it was ended by ${signal}` } : { code });
    });
  });
}

/** @returns what hands on a last line without an end */
function splitLines(stream: NodeJS.ReadableStream, onLine: Program['onLine']): () => void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  });
  return () => {
    if (rest !== '') onLine?.(rest);
  };
}

/** Where a program is found along PATH; `undefined` when it is not. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}
