import { spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';

export type DockerEnvironment = Readonly<Record<string, string>>;

/** What of a project is at Docker, by ids or names. */
export interface Remains {
  readonly containers: readonly string[];
  readonly volumes: readonly string[];
  readonly networks: readonly string[];
}

/** @throws Error with Docker's own words */
export function docker(env: DockerEnvironment, ...args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync('docker', args, { env, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (status === 0) return stdout.trim();
  throw new Error(`docker ${args.join(' ')}: ${error?.message ?? stderr}`);
}

function list(env: DockerEnvironment, ...args: readonly string[]): string[] {
  return docker(env, ...args)
    .split('\n')
    .filter((line) => line !== '');
}

/** What carries the label of a Compose project. */
export function listRemains(env: DockerEnvironment, project: string): Remains {
  const filter = ['--filter', `label=com.docker.compose.project=${project}`];
  return {
    containers: list(env, 'ps', '--all', ...filter, '--format', '{{.Names}} ({{.Status}})'),
    volumes: list(env, 'volume', 'ls', ...filter, '--format', '{{.Name}}'),
    networks: list(env, 'network', 'ls', ...filter, '--format', '{{.Name}}'),
  };
}

/** Everything at Docker that does not belong to a project of run-compose: ids of containers and images, and names. */
export function listOthers(env: DockerEnvironment, own: (project: string) => boolean): readonly string[] {
  const label = '{{.Label "com.docker.compose.project"}}';
  const kinds = { container: ['ps', '--all', '--no-trunc'], volume: ['volume', 'ls'], network: ['network', 'ls'] };
  const things = Object.entries(kinds).flatMap(([kind, args]) => {
    const id = kind === 'container' ? '{{.ID}}' : '{{.Name}}';
    const lines = list(env, ...args, '--format', `${label} ${id}`).map((line) => line.split(' '));
    return lines.filter(([project = '']) => !own(project)).map(([, name]) => `${kind} ${name}`);
  });
  return [...things, ...list(env, 'images', '--no-trunc', '--quiet').map((id) => `image ${id}`)].sort();
}

export interface ContainerStart {
  readonly id: string;
  readonly project: string;
  readonly service: string;
  /** The folder of the project's files. */
  readonly folder: string;
}

/** Calls back when a container of a Compose project starts. @returns ends the watch */
export async function watchStarts(
  env: DockerEnvironment,
  onStart: (start: ContainerStart) => void,
): Promise<() => void> {
  const filters = ['type=container', 'event=start', 'label=com.docker.compose.project'];
  const args = ['events', '--format', '{{json .}}', ...filters.flatMap((filter) => ['--filter', filter])];
  const child = spawn('docker', args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const { Actor } = JSON.parse(line) as { Actor: { ID: string; Attributes: Record<string, string> } };
    const label = (name: string): string => Actor.Attributes[`com.docker.compose.${name}`] ?? '';
    onStart({
      id: Actor.ID,
      project: label('project'),
      service: label('service'),
      folder: label('project.working_dir'),
    });
  });
  return () => void child.kill();
}
