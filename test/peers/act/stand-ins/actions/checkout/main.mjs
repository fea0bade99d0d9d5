/** Runs real git against the folder that replaces the server. No credentials, submodules or LFS. */
import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fail, input, setOutput } from '../../action.mjs';

const { ImageOS, GITHUB_REPOSITORY, GITHUB_SERVER_URL, GITHUB_SHA, GITHUB_WORKSPACE } = process.env;
const repository = input('repository') || GITHUB_REPOSITORY;
const ref = input('ref') || GITHUB_SHA;
const directory = join(GITHUB_WORKSPACE, input('path'));
const git = (...args) =>
  execFileSync('git', args, { cwd: directory, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

// The tests compare this line. ImageOS is act's name for the last label of runs-on, evaluated when the job begins.
console.log(`On a machine with the label ${ImageOS}`);
mkdirSync(directory, { recursive: true });
try {
  git('init', '--quiet');
  git('fetch', '--quiet', '--depth=1', `${GITHUB_SERVER_URL}/${repository}`, ref);
  git('checkout', '--quiet', '--force', '--detach', 'FETCH_HEAD');
} catch {
  fail(`${repository} has no ${ref} that can be checked out.`);
}
const commit = git('rev-parse', 'HEAD').trim();
console.log(`HEAD is now at ${commit}`);
setOutput('commit', commit);
setOutput('ref', ref);
