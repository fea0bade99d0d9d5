import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const scripts = join(root, 'scripts/peers-tools/docker');
/** Has Compose as a plugin, and no settings or passwords of the user. */
const DOCKER_CONFIG = join(root, '.peers/docker');

/** The variables by which the docker CLI finds the engine of the tests. */
export interface EngineVariables {
  readonly DOCKER_HOST: string;
  readonly DOCKER_CONFIG: string;
}

/**
 * Runs docker with the engine of the tests. In jest, a program does not get a change of `process.env` unless it is handed
 * over.
 */
export function runDocker(...args: readonly string[]): void {
  execFileSync('docker', args, { env: process.env, stdio: ['ignore', 'ignore', 'inherit'] });
}

/** Finds or starts the engine, and imports the stand-in images. */
export function startEngine(): EngineVariables {
  if (!existsSync(join(DOCKER_CONFIG, 'cli-plugins/docker-compose'))) {
    throw new Error('Docker Compose is not installed: run scripts/peers.sh first.');
  }
  const host = findEngine() ?? startOwn(join(tmpdir(), `ci-actions-docker-${jestProcess()}`), jestProcess());
  const variables = { DOCKER_HOST: host, DOCKER_CONFIG };
  execFileSync(join(scripts, 'image.sh'), { env: { ...process.env, ...variables }, stdio: 'pipe' });
  return variables;
}

/**
 * Starts an engine of its own for tests that stop or kill it. The host does not reach its containers. It ends with this
 * process.
 *
 * @param folder does not exist yet. `dockerd.pid` in it has the process id.
 */
export function startIsolatedEngine(folder: string): EngineVariables {
  const variables = { DOCKER_HOST: startOwn(folder, process.pid, 'isolated'), DOCKER_CONFIG };
  execFileSync(join(scripts, 'image.sh'), { env: { ...process.env, ...variables }, stdio: 'pipe' });
  return variables;
}

function startOwn(folder: string, user: number, ...options: string[]): string {
  return execFileSync(join(scripts, 'daemon.sh'), [folder, String(user), ...options], { encoding: 'utf8' }).trim();
}

/** The address of an engine that answers. */
export function findEngine(): string | undefined {
  const host = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock';
  try {
    execFileSync('docker', ['--host', host, 'version'], { stdio: 'ignore', timeout: 20_000 });
    return host;
  } catch {
    return undefined;
  }
}

/** The process that lives as long as the run of jest: the parent of a worker, or this process if there are no workers. */
function jestProcess(): number {
  return process.send ? process.ppid : process.pid;
}
