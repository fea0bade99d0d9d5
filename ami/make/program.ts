import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { Failure } from '../../src/core/kernel/failure.js';
import type { BuildLog } from './build-log.js';

export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly log: BuildLog;
  readonly signal: AbortSignal;
  /** What to do if the program fails. */
  readonly hint: string;
}

/**
 * Runs a program to its end. An interruption is passed on, and the end is awaited: Packer may have to remove what it
 * created.
 *
 * @throws Failure `image-unusable` if the program fails
 */
export async function runProgram({ program, args, cwd, log, signal, hint }: ProgramRun): Promise<void> {
  signal.throwIfAborted();
  const command = `${program} ${args.join(' ')}`;
  log.info(`$ ${command}`);
  // In a process group of its own, and signaled once: a second signal would end Packer before it has cleaned up. Packer
  // passes SIGTERM on to its own child process.
  const child = spawn(program, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const interrupt = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', interrupt);
  const flushes = [child.stdout, child.stderr].map((stream) => forwardLines(stream, log));
  try {
    const code = await new Promise<number | string | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, by) => resolve(exitCode ?? by));
    });
    for (const flush of flushes) flush();
    if (code === 0) return;
    signal.throwIfAborted();
    throw new Failure('image-unusable', `\`${command}\` ended with ${code}.`, { hint });
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}

/** Forwards whole lines, because a moving line of progress is drawn after each. @returns what forwards the rest */
function forwardLines(stream: Readable, log: BuildLog): () => void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (text: string) => {
    rest += text;
    const end = rest.lastIndexOf('\n') + 1;
    if (end > 0) log.raw(rest.slice(0, end));
    rest = rest.slice(end);
  });
  return () => {
    if (rest !== '') log.raw(`${rest}\n`);
    rest = '';
  };
}
