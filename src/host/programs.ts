import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProgramEnd } from '../core/ports/programs.js';
import { endGroup, guardGroup, isAlive } from './process-groups.js';

export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Default: the program may run until the job's own time limit. */
  readonly boundMs?: number;
  readonly signal?: AbortSignal;
  /** Called with each line of stdout and stderr, without the line break. */
  readonly onLine?: (line: string) => void;
  /** Called with pieces of stdout as they come. `onLine` then gets only the lines of stderr. */
  readonly onText?: (text: string) => void;
  /**
   * Waits for the end of the output, too, however long it takes to read: for a program that leaves no background process,
   * and prints more than can be read within a moment of its exit.
   */
  readonly wholeOutput?: boolean;
  /** It ends by itself within seconds, so no guard is started for it. */
  readonly isBrief?: boolean;
}

/** How long output is read after the exit, because background processes may keep the pipes open. */
const DRAIN_MS = 500;
/** A longer line is passed on in pieces, because a line without an end must not fill the memory. */
const LONGEST_LINE = 256 * 1024;
/** Process groups that are being ended. A canceled step waits for all of them. */
const endings = new Set<Promise<void>>();

/**
 * Runs a program until it exits. Never rejects: a program that could not be started is a result too. Does not wait for
 * background processes of the program; `onLine` still gets their output, so that their pipes do not break. When
 * `signal` is aborted or `boundMs` is over, the whole process group of the program is ended, even after its exit.
 */
export async function runProgram(program: Program): Promise<ProgramEnd> {
  // A separate process group can be ended as a whole.
  const child = spawn(program.command, program.args, {
    cwd: program.cwd,
    env: program.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const release = program.isBrief ? () => undefined : guardGroup(child);
  const closed = new Promise((resolve) => child.once('close', resolve));
  const flushers = readOutput(child, program);
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
    await (program.wholeOutput ? closed : Promise.race([closed, sleep(DRAIN_MS, undefined, { ref: false })]));
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

/** @returns functions that pass on last lines without a line break */
function readOutput(
  child: { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream },
  { onLine, onText }: Program,
): (() => void)[] {
  if (!onText) return [child.stdout, child.stderr].map((stream) => splitLines(stream, onLine));
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', onText);
  return [splitLines(child.stderr, onLine)];
}

/** @returns a function that passes on a last line without a line break */
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

/** The path of a program that PATH finds; `undefined` when PATH does not find it. */
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
