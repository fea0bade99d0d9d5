import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** How long the tests of a mutant may run, in ms. A mutant that makes them wait forever counts as noticed. */
const LONGEST_MS = 180_000;

/** A copy of the repository that tests one mutant at a time. */
export class Lane {
  private readonly folder = mkdtempSync(join(tmpdir(), 'ci-actions-mutants-'));

  constructor() {
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root });
    for (const path of listed.toString().trim().split('\n')) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      cpSync(join(root, path), join(this.folder, path), { force: true });
    }
    for (const path of ['node_modules', 'test/node24/node_modules']) {
      symlinkSync(join(root, path), join(this.folder, path));
    }
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** Runs the tests with the file changed. @returns whether they all pass */
  async passes(tests: readonly string[], change?: { readonly file: string; readonly text: string }): Promise<boolean> {
    const path = change && join(this.folder, change.file);
    const original = path && readFileSync(path, 'utf8');
    if (path) writeFileSync(path, change.text);
    try {
      return await this.runJest(tests);
    } finally {
      if (path) writeFileSync(path, original!);
    }
  }

  private runJest(tests: readonly string[]): Promise<boolean> {
    const child = spawn(
      process.execPath,
      [
        join(root, 'node_modules/jest/bin/jest.js'),
        '--bail',
        '--runInBand',
        '--forceExit',
        '--runTestsByPath',
        ...tests,
      ],
      {
        cwd: this.folder,
        env: { ...process.env, NODE_OPTIONS: '--experimental-vm-modules', POOL_RUSHES: '20' },
        stdio: 'ignore',
        detached: true,
      },
    );
    const kill = (): void => {
      try {
        process.kill(-child.pid!, 'SIGKILL');
      } catch {
        // All processes of the group have ended.
      }
    };
    const timer = setTimeout(kill, LONGEST_MS);
    return new Promise((resolve) => {
      child.once('exit', (code) => {
        clearTimeout(timer);
        kill();
        resolve(code === 0);
      });
    });
  }
}
