import { mkdirSync } from 'node:fs';
import type { Containers, ContainerState, ContainerStatus, OutputOptions } from '../core/ports/containers.js';
import type { Environment, ProgramEnd } from '../core/ports/programs.js';
import { DockerCli, linesOf } from './docker/cli.js';
import * as compose from './docker/compose.js';
import { inspectEngine } from './docker/engine.js';
import { describeRefusal } from './docker/failures.js';
import { follow, lastLines, saveLog } from './docker/logs.js';
import { list, listRemains, removeProject, stopContainers } from './docker/remove.js';
import { passVariables, runSession } from './docker/session-container.js';
import { PROJECT_LABEL, readStates, type Inspected } from './docker/states.js';
import { watch } from './docker/watch.js';

/** A folder of gigabytes takes minutes to copy. */
const COPY_MS = 1_800_000;
const NO_SUCH_PATH = /Could not find the file|No such container:path/;

/**
 * Docker and Compose by the docker program.
 *
 * @param env the whole environment of the program
 */
export function dockerContainers(env: Environment): Containers {
  const cli = new DockerCli(env);
  return {
    inspectEngine: () => inspectEngine(cli),
    resolve: (project) => compose.resolve(cli, project),
    listMissingImages: (images) => listMissingImages(cli, images),
    tagImage: (image, name) => tagImage(cli, image, name),
    pull: (project, services, options) => compose.pull(cli, { project, services }, options),
    build: (project, services, options) => compose.build(cli, { project, services }, options),
    up: (project, services, options) => compose.up(cli, { project, services }, options),
    list: (projectName) => listStates(cli, projectName),
    watch: (projectName, onChange) => watch(cli, projectName, onChange),
    exec: (id, command, options) => exec(cli, [id, command], options),
    run: (projectName, run) => runSession(cli, projectName, run),
    follow: (id, options) => follow(cli, id, options),
    saveLog: (id, file, mostBytes) => saveLog(cli, { id, file, mostBytes }),
    lastLines: (id, count) => lastLines(cli, id, count),
    copy: (id, path, folder) => copy(cli, `${id}:${path}`, folder),
    stop: (ids, graceSeconds) => stopContainers(cli, ids, graceSeconds),
    down: (name, graceSeconds, options) => removeProject(cli, { name, graceSeconds }, options),
    listRemains: (projectName) => listRemains(cli, projectName),
    findHolders: (names) => findHolders(cli, names),
    findPublishers: (port) => findPublishers(cli, port),
    findGateway: (network) => findGateway(cli, network),
  };
}

/** Two calls for any number of containers. One that is removed between them is left out. */
async function listStates(cli: DockerCli, projectName: string): Promise<readonly ContainerState[]> {
  const ids = await list(cli, 'container', projectName);
  if (ids.length === 0) return [];
  const about = 'Docker could not describe containers';
  const { code, text, words } = await cli.ask({ args: ['container', 'inspect', ...ids], about, mayFail: true });
  const others = linesOf(words).filter((line) => !/no such container/i.test(line));
  if (code !== 0 && others.length > 0) throw describeRefusal(others.join('\n'), about);
  return readStates(JSON.parse(text) as Inspected[]);
}

async function listMissingImages(cli: DockerCli, images: readonly string[]): Promise<readonly string[]> {
  const missing = await Promise.all(
    [...new Set(images)].map(async (image) => ((await hasImage(cli, image)) ? [] : [image])),
  );
  return missing.flat();
}

async function hasImage(cli: DockerCli, image: string): Promise<boolean> {
  const about = `Docker could not look for the image ${image}`;
  const { code, words } = await cli.ask({ args: ['image', 'inspect', '--format', '1', image], about, mayFail: true });
  if (code !== 0 && !/no such image/i.test(words)) throw describeRefusal(words, about);
  return code === 0;
}

async function tagImage(cli: DockerCli, image: string, name: string): Promise<void> {
  await cli.ask({ args: ['image', 'tag', image, name], about: `Docker could not give the image ${image} a name` });
}

async function exec(
  cli: DockerCli,
  [id, command]: readonly [string, string],
  options: OutputOptions & { readonly env?: Environment },
): Promise<ProgramEnd> {
  const { args, variables } = passVariables(options.env ?? {});
  return cli.pass(['exec', ...args, id, 'sh', '-c', command], { ...options, env: { ...cli.env, ...variables } });
}

async function copy(cli: DockerCli, source: string, folder: string): Promise<boolean> {
  mkdirSync(folder, { recursive: true });
  const about = `Docker could not copy ${source}`;
  const { code, words } = await cli.ask({ args: ['cp', source, folder], about, mayFail: true, boundMs: COPY_MS });
  if (code !== 0 && !NO_SUCH_PATH.test(words)) throw describeRefusal(words, about);
  return code === 0;
}

interface Found {
  readonly name: string;
  readonly project?: string;
  readonly status: ContainerStatus;
}

async function findHolders(cli: DockerCli, names: readonly string[]): Promise<readonly Found[]> {
  if (names.length === 0) return [];
  const filters = names.map((name) => `name=^/${name.replace(/[.]/g, '\\.')}$`);
  return (await findContainers(cli, ['--all', ...filters.flatMap((filter) => ['--filter', filter])])).filter(
    ({ name }) => names.includes(name),
  );
}

async function findPublishers(cli: DockerCli, port: number): Promise<readonly Pick<Found, 'name' | 'project'>[]> {
  const found = await findContainers(cli, ['--filter', `publish=${port}`]);
  return found.map(({ name, project }) => ({ name, ...(project !== undefined && { project }) }));
}

async function findContainers(cli: DockerCli, options: readonly string[]): Promise<readonly Found[]> {
  const format = `{{.Names}}\t{{.State}}\t{{.Label "${PROJECT_LABEL}"}}`;
  const { text } = await cli.ask({
    args: ['ps', ...options, '--format', format],
    about: 'Docker could not list containers',
  });
  return linesOf(text).map((line) => {
    const [name = '', status = '', project = ''] = line.split('\t');
    return { name, status: status as ContainerStatus, ...(project !== '' && { project }) };
  });
}

/** The IPv4 address comes first, because servers listen at it by default. */
async function findGateway(cli: DockerCli, network: string): Promise<string | undefined> {
  const about = `Docker could not describe the network ${network}`;
  const args = ['network', 'inspect', '--format', '{{range .IPAM.Config}}{{.Gateway}}\n{{end}}', network];
  const { code, text, words } = await cli.ask({ args, about, mayFail: true });
  if (code !== 0 && !/not found|no such network/i.test(words)) throw describeRefusal(words, about);
  const addresses = linesOf(text).map((address) => address.replace(/\/\d+$/, ''));
  return addresses.find((address) => address.includes('.')) ?? addresses[0];
}
