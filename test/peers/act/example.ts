import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AUTHOR, replace } from './repository.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const FIXTURES = join(root, 'test/fixtures/marqo');
const EXAMPLE = join(root, 'workflows/example-marqo');
const WORKFLOWS = '.github/workflows';

/** The three repositories of one owner that `before/CI.yml` uses, as bare repositories. */
export class Marqo {
  /** The repository `marqo` on its branch `mainline`. */
  private readonly marqo: Checkout;

  /** @param folder the folder for the owner's repositories */
  constructor(folder: string) {
    this.marqo = new Checkout(folder, 'marqo');
    this.marqo.add(`${WORKFLOWS}/CI.yml`, readFileSync(join(EXAMPLE, 'before/CI.yml'), 'utf8'));
    this.marqo.commit('mainline');
    const client = new Checkout(folder, 'py-marqo');
    cpSync(join(FIXTURES, 'py-marqo'), client.work, { recursive: true });
    client.commit('mainline');
    client.branch('faster', 'marqo/__init__.py');
    const tests = new Checkout(folder, 'marqo-api-tests');
    cpSync(join(FIXTURES, 'marqo-api-tests'), tests.work, { recursive: true });
    chmodSync(join(tests.work, 'scripts/start_marqo.sh'), 0o755);
    // Step 4 of the example.
    tests.add('tox.ini', readFileSync(join(EXAMPLE, 'after/tox.ini'), 'utf8'));
    tests.commit('mainline');
    tests.branch('wider', 'tests/conftest.py');
  }

  /** Applies steps 1 and 3 of the example, with AWS keys instead of the role. `edit` adapts CI.yml to this machine. */
  follow(edit: (text: string) => string): void {
    const after = readFileSync(join(EXAMPLE, 'after/CI.yml'), 'utf8');
    this.marqo.add(`${WORKFLOWS}/CI.yml`, edit(`${after.trimEnd()}\n${keys('      ')}`));
    const reap = readFileSync(join(root, 'workflows/starter/reap.yml'), 'utf8');
    const renamed = reap.replace('secrets.RUNNER_TOKEN', 'secrets.GH_PERSONAL_ACCESS_TOKEN');
    const role = /^ +role-to-assume: .*\n/m;
    if (renamed === reap || !role.test(renamed))
      throw new Error('reap.yml differs from the description in docs/example-marqo.md.');
    this.marqo.add(
      `${WORKFLOWS}/reap.yml`,
      renamed.replace(
        role,
        keys('          ', (name) => name.toLowerCase().replaceAll('_', '-')),
      ),
    );
    this.marqo.commit('mainline');
  }

  /** The current text of each workflow in the repository, by file name. */
  workflows(): Record<string, string> {
    const names = this.marqo.git('ls-tree', '--name-only', 'mainline', `${WORKFLOWS}/`).split('\n');
    return Object.fromEntries(
      names.map((path) => [path.slice(WORKFLOWS.length + 1), `${this.marqo.git('show', `mainline:${path}`)}\n`]),
    );
  }
}

function keys(indent: string, input = (name: string) => name): string {
  return ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']
    .map((name) => `${indent}${input(name)}: \${{ secrets.${name} }}\n`)
    .join('');
}

class Checkout {
  readonly work: string;
  private readonly bare: string;

  constructor(folder: string, name: string) {
    this.bare = join(folder, `${name}.git`);
    this.work = join(folder, `${name}-work`);
    for (const directory of [this.bare, this.work]) mkdirSync(directory, { recursive: true });
    execFileSync('git', ['init', '--quiet', '--bare', this.bare]);
    this.git('init', '--quiet', '--initial-branch=mainline');
    // Like GitHub, the server accepts requests for any commit by its id.
    for (const option of ['uploadpack.allowAnySHA1InWant', 'uploadpack.allowFilter'])
      execFileSync('git', ['-C', this.bare, 'config', option, 'true']);
  }

  git(...args: string[]): string {
    return execFileSync('git', [...AUTHOR, ...args], { cwd: this.work, encoding: 'utf8' }).trim();
  }

  add(path: string, text: string): void {
    mkdirSync(dirname(join(this.work, path)), { recursive: true });
    writeFileSync(join(this.work, path), text);
  }

  commit(branch: string): void {
    this.git('add', '--all');
    this.git('commit', '--quiet', '--message', `Content of ${branch}`);
    this.git('push', '--quiet', this.bare, `HEAD:refs/heads/${branch}`);
  }

  /** Creates a branch whose name is in this one file. */
  branch(name: string, file: string): void {
    this.git('checkout', '--quiet', '-b', name);
    replace(join(this.work, file), (text) => text.replace('BRANCH = "mainline"', `BRANCH = "${name}"`));
    this.commit(name);
  }
}
