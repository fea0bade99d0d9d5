import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endGroup, guardGroup, isAlive } from './process-groups.js';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Without a bound of its own only for what the job's own time limit ends. */
  readonly boundMs?: number;
  readonly signal?: AbortSignal;
  /** Gets what the program prints, of both streams, line by line; the line end is left out. */
  readonly onLine?: (line: string) => void;
}

export interface Ended {
  /** The exit code; `undefined` when a signal ended it, or it could not be started. */
  readonly code: number | undefined;
  /** What ended it instead, in words. */
  readonly why?: string;
}

/** How long output is read after the exit, where a process that the program left behind holds its pipes open. */
const DRAIN_MS = 500;
/** A longer line is handed on in pieces: what has no end must not fill the memory. */
const LONGEST_LINE = 256 * 1024;
/** Process groups that are being ended. A step that was cancelled waits for all of them. */
const endings = new Set<Promise<void>>();

/**
 * Runs a program until it exits. Never rejects: "could not be started" is an answer, too. Processes that the program
 * leaves behind do not hold it: what they print later is still handed to `onLine`, so their pipes do not break.
 * When `signal` is aborted or `boundMs` is over, the program's whole process group is ended, also after its exit.
 */
export async function runProgram(program: Program): Promise<Ended> {
  // A group of its own, so that all of it can be ended.
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const release = guardGroup(child);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const flushers = [child.stdout, child.stderr].map((stream) => splitLines(stream, program.onLine));
  const stop = (): void => {
    const ending = endGroup(child);
    endings.add(ending);
    void ending.then(() => endings.delete(ending));
  };
  const timer = program.boundMs === undefined ? undefined : setTimeout(stop, program.boundMs);
  program.signal?.addEventListener('abort', stop, { once: true });
  try {
    if (program.signal?.aborted) stop();
    const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
    await Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]);
    return code === null ? { code: undefined, why: `it was ended by ${signal}` } : { code };
  } catch (error) {
    return { code: undefined, why: (error as Error).message };
  } finally {
    clearTimeout(timer);
    for (const flush of flushers) flush();
    await Promise.all(endings);
    release();
    if (child.pid === undefined || !isAlive(child.pid)) program.signal?.removeEventListener('abort', stop);
  }
}

/** @returns what hands on a last line without an end */
function splitLines(stream: NodeJS.ReadableStream, onLine: Program['onLine']): () => void {
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
    if (rest.length > LONGEST_LINE) flush();
  });
  const flush = (): void => {
    if (rest !== '') onLine?.(rest);
    rest = '';
  };
  return flush;
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
