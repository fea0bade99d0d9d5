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

/** What a project is at Docker, with ids and times: another container of the same name is a difference. */
export function identify(env: DockerEnvironment, project: string): readonly string[] {
  const filter = ['--filter', `label=com.docker.compose.project=${project}`];
  const containers = list(env, 'ps', '--all', '--quiet', '--no-trunc', ...filter);
  const volumes = list(env, 'volume', 'ls', '--quiet', ...filter);
  const inspect = (kind: string, format: string, names: readonly string[]): string[] =>
    names.length === 0 ? [] : list(env, kind, 'inspect', '--format', format, ...names);
  return [
    ...inspect('container', '{{.Id}} {{.State.StartedAt}} {{.RestartCount}} {{.Image}}', containers),
    ...inspect('volume', '{{.Name}} {{.CreatedAt}}', volumes),
    ...list(env, 'network', 'ls', '--quiet', '--no-trunc', ...filter),
    ...inspect('image', '{{.Id}} {{.RepoTags}}', ['ci-actions/stand-in:1', 'ci-actions/stand-in:healthy']),
  ].sort();
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
