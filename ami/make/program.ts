import { spawn } from 'node:child_process';
import { Failure } from '../../src/core/kernel/failure.js';
import type { Terminal } from './terminal.js';

export interface ProgramRun {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** What to do when it says no. */
  readonly hint: string;
}

/**
 * Until it has ended, also when it is interrupted: it may have to remove what it made.
 *
 * @throws Failure `image-unusable` when it says no
 */
export async function runProgram({ program, args, cwd, terminal, signal, hint }: ProgramRun): Promise<void> {
  signal.throwIfAborted();
  const command = `${program} ${args.join(' ')}`;
  terminal.info(`$ ${command}`);
  // In a group of its own, and told once: a second signal would end Packer before it has cleaned up. SIGTERM is the one
  // that Packer hands on to its own child.
  const child = spawn(program, [...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  const interrupt = () => void child.kill('SIGTERM');
  signal.addEventListener('abort', interrupt);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => terminal.raw(text));
  }
  try {
    const code = await new Promise<number | string | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (exitCode, by) => resolve(exitCode ?? by));
    });
    if (code === 0) return;
    signal.throwIfAborted();
    throw new Failure('image-unusable', `\`${command}\` ended with ${code}.`, { hint });
  } finally {
    signal.removeEventListener('abort', interrupt);
  }
}
