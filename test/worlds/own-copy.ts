import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ran {
  readonly code: number;
  /** stdout and stderr, in any order. */
  readonly output: string;
}

/** A clone of this repository as it is on disk, with a bare repository as `origin` and a stand-in for gh. */
export class OwnCopy {
  /** The folder of everything. */
  readonly base = mkdtempSync(join(tmpdir(), 'own-copy-'));
  readonly folder = join(this.base, 'clone');
  readonly bare: string;
  /** What the stand-in for gh keeps: a folder per release, and `calls`. */
  readonly hub = join(this.base, 'hub');
  private readonly environment: NodeJS.ProcessEnv;

  /** @param name what the bare repository is called */
  constructor(name = 'org/ci-actions') {
    this.bare = join(this.base, 'remotes', `${name}.git`);
    const programs = join(this.base, 'bin');
    for (const path of [this.folder, this.bare, this.hub, programs]) mkdirSync(path, { recursive: true });
    writeFileSync(join(programs, 'gh'), readFileSync(new URL('stand-in-gh.sh', import.meta.url)), { mode: 0o755 });
    this.environment = {
      ...process.env,
      PATH: [programs, process.env['PATH']].join(delimiter),
      HUB: this.hub,
      GH_REPO: 'org/ci-actions',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_SYSTEM: '/dev/null',
      GIT_AUTHOR_NAME: 'Fixture',
      GIT_AUTHOR_EMAIL: 'fixture@example.invalid',
      GIT_COMMITTER_NAME: 'Fixture',
      GIT_COMMITTER_EMAIL: 'fixture@example.invalid',
    };
    this.copyFiles();
    this.git('init', '--quiet', '--initial-branch=main');
    this.commit('The copy');
    execFileSync('git', ['init', '--quiet', '--bare', '--initial-branch=main', this.bare]);
    this.git('remote', 'add', 'origin', this.bare);
    this.git('push', '--quiet', 'origin', 'main');
  }

  private copyFiles(): void {
    const options = { cwd: root, encoding: 'utf8' } as const;
    const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], options);
    for (const path of listed.split('\n').filter(Boolean)) {
      mkdirSync(join(this.folder, dirname(path)), { recursive: true });
      // A file that is deleted and not committed yet is listed as well.
      cpSync(join(root, path), join(this.folder, path), { force: true, verbatimSymlinks: true });
    }
    this.copyPackages();
  }

  /** As hard links where that is possible. The bundles name paths, so a link to the folder would give other bundles. */
  private copyPackages(): void {
    const [from, to] = [join(root, 'node_modules'), join(this.folder, 'node_modules')];
    try {
      execFileSync('cp', ['--archive', '--link', from, to], { stdio: 'pipe' });
    } catch {
      rmSync(to, { recursive: true, force: true });
      execFileSync('cp', ['--archive', from, to]);
    }
  }

  git(...args: readonly string[]): string {
    const options = { cwd: this.folder, encoding: 'utf8', env: this.environment, stdio: 'pipe' } as const;
    return execFileSync('git', args, options).trimEnd();
  }

  /** @returns the commit */
  commit(message: string): string {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD');
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** Runs a script of the clone, TypeScript or bash, to its end. */
  run(script: string, ...args: readonly string[]): Promise<Ran> {
    return this.start(script, ...args).ended;
  }

  /** Starts a script of the clone. */
  start(script: string, ...args: readonly string[]): { readonly child: ChildProcess; readonly ended: Promise<Ran> } {
    const path = join(this.folder, script);
    const [program, given] = script.endsWith('.ts')
      ? [process.execPath, ['--import', 'tsx', path, ...args]]
      : [path, args];
    const child = spawn(program, given, { cwd: this.folder, env: this.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (piece: string) => (output += piece));
    const ended = new Promise<Ran>((resolve, reject) => {
      child.on('error', reject).on('close', (code) => resolve({ code: code ?? -1, output }));
    });
    return { child, ended };
  }

  remove(): void {
    rmSync(this.base, { recursive: true, force: true });
  }
}
