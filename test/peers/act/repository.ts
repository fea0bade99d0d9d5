import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../fixtures/tox-project', import.meta.url));
const COMPOSE_PROJECT = fileURLToPath(new URL('../../fixtures/compose-project', import.meta.url));
const BENCHMARK_PROJECT = fileURLToPath(new URL('../../fixtures/benchmark-project', import.meta.url));
/** The project of the example for phases, whose folders are at the root. */
const PHASES_PROJECT = fileURLToPath(new URL('../../../workflows/example-topsail/project', import.meta.url));
/** The folder with the Compose project. */
export const SHOP = 'act-shop';
/** The folder with the benchmark. */
export const BENCHMARK = 'act-benchmark';
export const AUTHOR = [
  '-c',
  'user.name=Fixture',
  '-c',
  'user.email=fixture@example.invalid',
  '-c',
  'commit.gpgsign=false',
];
const SOURCE = 'shelf/search.py';
const UNIT_TESTS = 'tests/unit/test_search.py';

/** The commit of each branch of the project with six tox environments, a Compose project, phases and a benchmark. */
export interface Branches {
  readonly main: string;
  /** Has a bug that only the unit tests find. */
  readonly broken: string;
  /** Its unit tests have names that pytest does not collect. */
  readonly empty: string;
  /** Its benchmark takes 3 s in place of 2 s. */
  readonly slow: string;
  /** A fork's commit: only in a pull request, in no branch. */
  readonly fork: string;
}

/** Creates the project's bare git repository, as on a server. */
export function createRepository(bare: string): Branches {
  const work = `${bare}-work`;
  cpSync(PROJECT, work, { recursive: true });
  cpSync(COMPOSE_PROJECT, join(work, SHOP), { recursive: true });
  cpSync(PHASES_PROJECT, work, { recursive: true });
  cpSync(BENCHMARK_PROJECT, join(work, BENCHMARK), { recursive: true });
  for (const folder of ['.tox', 'reports', '.pytest_cache'])
    rmSync(join(work, folder), { recursive: true, force: true });
  const git = (...args: string[]) => execFileSync('git', [...AUTHOR, ...args], { cwd: work, encoding: 'utf8' }).trim();
  const commit = (message: string): string => {
    git('add', '--all');
    git('commit', '--quiet', '--message', message);
    return git('rev-parse', 'HEAD');
  };
  const branch = (name: string, file: string, change: (text: string) => string): string => {
    git('checkout', '--quiet', '-b', name, 'main');
    replace(join(work, file), change);
    return commit(`${name} changes ${file}`);
  };
  git('init', '--quiet', '--initial-branch=main');
  const main = commit('A shelf of notes');
  const broken = branch('broken', SOURCE, (text) => text.replace('(-found[title], title)', 'title'));
  const empty = branch('empty', UNIT_TESTS, (text) => text.replaceAll('def test_', 'def check_'));
  const slow = branch('slow', `${BENCHMARK}/seconds.txt`, () => '3\n');
  const fork = branch('fork', SOURCE, (text) => `# Not reviewed.\n${text}`);
  git('checkout', '--quiet', 'main');
  git('update-ref', 'refs/pull/7/head', fork);
  git('branch', '--quiet', '-D', 'fork');
  mkdirSync(bare, { recursive: true });
  execFileSync('git', ['clone', '--quiet', '--mirror', work, bare]);
  // Like GitHub, the server accepts requests for any commit by its id, and for histories without files.
  for (const option of ['uploadpack.allowAnySHA1InWant', 'uploadpack.allowFilter'])
    execFileSync('git', ['-C', bare, 'config', option, 'true']);
  rmSync(work, { recursive: true });
  return { main, broken, empty, slow, fork };
}

export function replace(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, 'utf8');
  const after = change(before);
  if (after === before) throw new Error(`The change has no effect on ${file}.`);
  writeFileSync(file, after);
}
