import { execFile, execFileSync, type ChildProcess } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST_OUTPUT = 64 * 1024 * 1024;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Takes back everything since the last commit. Safe in a checkout that had no changes before. */
export const TAKE_BACK = 'git reset --hard && git clean -fd';

/** git as a command that commits needs it: the working tree of this repository. */
export class Checkout {
  private child: ChildProcess | undefined;

  constructor(readonly root: string) {}

  /** @throws Error with git's own words */
  git(...args: readonly string[]): string {
    const options = { cwd: this.root, encoding: 'utf8', maxBuffer: MOST_OUTPUT, stdio: 'pipe' } as const;
    return execFileSync('git', args, options).trimEnd();
  }

  /** @returns undefined if git exits with an error, for questions that have "no" as an answer */
  ask(...args: readonly string[]): string | undefined {
    try {
      return this.git(...args);
    } catch {
      return undefined;
    }
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.root, path), text);
  }

  /** Runs a program of this repository or of its packages in Node. */
  node(...args: readonly string[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { cwd: this.root, maxBuffer: MOST_OUTPUT };
      this.child = execFile(process.execPath, args, options, (error, _, stderr) => {
        this.child = undefined;
        if (error === null) resolve();
        else reject(Object.assign(error, { stderr }));
      });
    });
  }

  /** Changed files that are not committed, in git's short form; none in a clean checkout. */
  listChanges(): readonly string[] {
    return this.git('status', '--porcelain').split('\n').filter(Boolean);
  }

  /** The current branch, unless a commit is checked out by itself. */
  get branch(): string | undefined {
    return this.ask('symbolic-ref', '--short', '--quiet', 'HEAD');
  }

  /**
   * Makes changes and commits them. If that fails or is interrupted, the checkout is as it was before, which takes a
   * checkout without changes.
   */
  async changeAndCommit(message: string, change: () => Promise<void>): Promise<void> {
    const before = this.git('rev-parse', 'HEAD');
    const takeBack = (): void => {
      this.git('reset', '--quiet', '--hard', before);
      this.git('clean', '--quiet', '-fd');
    };
    const interrupted = (signal: NodeJS.Signals): void => {
      const end = (): never => {
        takeBack();
        console.error(`Interrupted by ${signal}. Nothing was changed.`);
        process.exit(1);
      };
      if (this.child === undefined) return end();
      // It would go on writing.
      this.child.removeAllListeners('close').once('close', end).kill('SIGKILL');
    };
    for (const signal of SIGNALS) process.on(signal, interrupted);
    try {
      await change();
      this.git('add', '--all');
      this.git('commit', '--quiet', '--message', message);
    } catch (error) {
      takeBack();
      throw error;
    } finally {
      for (const signal of SIGNALS) process.off(signal, interrupted);
    }
  }
}

/** The words of a program that failed, or the error's. */
export function wordsOf(error: unknown): string {
  const { stderr, message } = error as { stderr?: unknown; message?: string };
  return (typeof stderr === 'string' && stderr.trim()) || (message ?? String(error));
}
