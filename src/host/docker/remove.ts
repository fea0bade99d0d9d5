import { setTimeout as sleep } from 'node:timers/promises';
import type { OutputOptions, ProjectRemains } from '../../core/ports/containers.js';
import type { ProgramEnd } from '../../core/ports/programs.js';
import { linesOf, type DockerCli } from './cli.js';
import { lastSentence } from './failures.js';
import { PROJECT_LABEL } from './states.js';

/** An engine releases networks and volumes a moment after their containers are gone. */
const RETRY_MS = 200;
const PATIENCE_MS = 10_000;
/** Killing and removing 50 containers takes seconds on a busy engine. */
const REMOVAL_MS = 300_000;

type Kind = 'container' | 'network' | 'volume' | 'image';

/**
 * Removes everything of a project, by its label. `docker compose down` is not used: it would stop the services one after
 * the other, each with its grace; it would not know the container of a session image; and it needs Compose.
 *
 * @returns code 1 if something is left. The lines say why.
 */
export async function removeProject(
  cli: DockerCli,
  { name, graceSeconds }: { readonly name: string; readonly graceSeconds: number },
  options: OutputOptions,
): Promise<ProgramEnd> {
  const boundAt = performance.now() + (options.boundMs ?? Infinity);
  const startedAt = performance.now();
  for (;;) {
    const complaints: string[] = [];
    const remove = (kind: Kind, names: readonly string[]): Promise<void> =>
      removeAll(cli, { kind, names }, { say: options.onLine, complain: (line) => complaints.push(line) });
    const [containers, networks, volumes, images] = await Promise.all([
      list(cli, 'container', name),
      list(cli, 'network', name),
      list(cli, 'volume', name),
      listImages(cli, name),
    ]);
    if (containers.length > 0) await stopContainers(cli, containers, graceSeconds);
    await remove('container', containers);
    await Promise.all([
      remove('network', networks),
      remove('volume', volumes),
      removeImages(cli, images, options.onLine),
    ]);
    const remains = await listRemains(cli, name);
    const left = Object.values(remains).flat().length;
    if (left === 0 && complaints.length === 0) return { code: 0 };
    const now = performance.now();
    if (now - startedAt > PATIENCE_MS + graceSeconds * 1000 || now > boundAt || options.signal?.aborted) {
      for (const line of new Set(complaints)) options.onLine(line);
      return { code: left === 0 ? 0 : 1 };
    }
    if (complaints.length > 0) await freeNetworks(cli, networks, options.onLine);
    await sleep(RETRY_MS);
  }
}

/** SIGTERM to all at once, and SIGKILL to those that still run after the grace. Containers that are gone count as stopped. */
export async function stopContainers(cli: DockerCli, ids: readonly string[], graceSeconds: number): Promise<void> {
  if (ids.length === 0) return;
  await cli.ask({
    args: ['stop', '-t', String(Math.ceil(graceSeconds)), ...ids],
    about: 'Docker could not stop containers',
    mayFail: true,
    boundMs: REMOVAL_MS + graceSeconds * 1000,
  });
}

export async function listRemains(cli: DockerCli, name: string): Promise<ProjectRemains> {
  const [containers, networks, volumes] = await Promise.all([
    list(cli, 'container', name, '{{.Names}}'),
    list(cli, 'network', name, '{{.Name}}'),
    list(cli, 'volume', name),
  ]);
  return { containers, networks, volumes };
}

/** Ids, or names in the given format. A volume has only a name. */
export async function list(cli: DockerCli, kind: Kind, project: string, format?: string): Promise<readonly string[]> {
  const { text } = await cli.ask({
    args: [
      kind,
      'ls',
      ...(kind === 'container' ? ['--all'] : []),
      ...(kind === 'volume' ? [] : ['--no-trunc']),
      `--filter=label=${PROJECT_LABEL}=${project}`,
      ...(format === undefined ? ['--quiet'] : ['--format', format]),
    ],
    about: `Docker could not list ${kind}s`,
  });
  return linesOf(text);
}

/** The images that Compose names after the project: `PROJECT-SERVICE`. Images with names of their own stay. */
async function listImages(cli: DockerCli, project: string): Promise<readonly string[]> {
  const { text } = await cli.ask({
    args: ['image', 'ls', ...references(project), '--format', '{{.Repository}}:{{.Tag}}'],
    about: 'Docker could not list images',
  });
  return linesOf(text);
}

/** With COMPOSE_COMPATIBILITY, names have underscores. */
function references(project: string): readonly string[] {
  return ['-', '_'].map((separator) => `--filter=reference=${project}${separator}*`);
}

/** An image that is in use elsewhere stays. */
function removeImages(cli: DockerCli, names: readonly string[], say: (line: string) => void): Promise<void> {
  return removeAll(cli, { kind: 'image', names }, { say, complain: say });
}

async function removeAll(
  cli: DockerCli,
  { kind, names }: { readonly kind: Kind; readonly names: readonly string[] },
  { say, complain }: { readonly say: (line: string) => void; readonly complain: (line: string) => void },
): Promise<void> {
  if (names.length === 0) return;
  const { code, text, words } = await cli.ask({
    // Anonymous volumes of a container go with it.
    args: [kind, 'rm', ...(kind === 'container' ? ['--force', '--volumes'] : []), ...names],
    about: `Docker could not remove ${kind}s`,
    mayFail: true,
    boundMs: REMOVAL_MS,
  });
  // An image takes a line for its name and one for each layer.
  const removed = kind === 'image' ? names.length - linesOf(words).length : linesOf(text).length;
  if (removed > 0) say(`Removed ${removed} ${kind}${removed === 1 ? '' : 's'}`);
  const problems = linesOf(words).filter((line) => !/no such|not found|already in progress/i.test(line));
  if (code !== 0) for (const problem of problems) complain(lastSentence(problem));
}

/**
 * Disconnects containers of others from the project's networks, for example one that a script has started there with
 * `docker run` and left running. The container itself stays.
 */
async function freeNetworks(cli: DockerCli, networks: readonly string[], say: (line: string) => void): Promise<void> {
  for (const network of networks) {
    const { text } = await cli.ask({
      args: [
        'network',
        'inspect',
        '--format',
        '{{range $id, $one := .Containers}}{{$id}} {{$one.Name}}\n{{end}}',
        network,
      ],
      about: 'Docker could not describe a network',
      mayFail: true,
    });
    for (const [id = '', container] of linesOf(text).map((line) => line.split(' '))) {
      await cli.ask({
        args: ['network', 'disconnect', '--force', network, id],
        about: 'Docker could not free a network',
        mayFail: true,
      });
      say(
        `The container ${container} is not of this project. It was disconnected from the project's network, and left running.`,
      );
    }
  }
}
