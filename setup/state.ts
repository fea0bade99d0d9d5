import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** A GitHub App whose key only this machine has, until it is saved as a secret. */
export interface CreatedApp {
  readonly id: number;
  readonly name: string;
  /** PEM. */
  readonly key: string;
  /** Its page on GitHub; '' for an App that the user named. */
  readonly page: string;
}

/** What this machine remembers of the set-up of one repository. Only the user can read it. */
export interface State {
  readApp(): CreatedApp | undefined;
  /** GitHub shows a key once, so it is on disk before anything else happens. */
  saveApp(app: CreatedApp): void;
  forgetApp(): void;
  /** @returns the process that is setting the repository up right now, or `undefined` after taking the lock */
  lock(): number | undefined;
  unlock(): void;
}

/** @param env XDG_STATE_HOME overrules `~/.local/state` */
export function openState(repository: string, env: NodeJS.ProcessEnv = process.env): State {
  const folder = join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'ci-actions');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const name = `${env['GH_HOST'] || 'github.com'}/${repository}`.toLowerCase().replaceAll('/', '+');
  const [app, lock] = [join(folder, `${name}.app.json`), join(folder, `${name}.lock`)];
  return {
    readApp: () => read(app, (text) => JSON.parse(text) as CreatedApp),
    saveApp(created) {
      const part = `${app}.${process.pid}`;
      writeFileSync(part, JSON.stringify(created), { mode: 0o600 });
      renameSync(part, app);
    },
    forgetApp: () => rmSync(app, { force: true }),
    lock: () => takeLock(lock),
    unlock: () => {
      if (read(lock, Number) === process.pid) rmSync(lock, { force: true });
    },
  };
}

/** Makes the file with this process's id. Replaces the file of a process that is gone. */
function takeLock(path: string): number | undefined {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, `${process.pid}`, { mode: 0o600 });
  try {
    for (;;) {
      // Fails if the file exists, unlike a rename.
      if (link(mine, path)) return undefined;
      const holder = read(path, Number);
      if (holder !== undefined && isAlive(holder)) return holder;
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: a process of another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function read<T>(path: string, parse: (text: string) => T): T | undefined {
  try {
    return parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
