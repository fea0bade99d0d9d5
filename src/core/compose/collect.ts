import { plural } from '../kernel/plural.js';
import type { ContainerState } from '../ports/containers.js';
import { nameLogs } from './log-names.js';
import { readContainerPath, toAbsolute } from './paths.js';
import type { OpenPhase, PhaseEnd } from './phases.js';
import type { ComposeRequest } from './request.js';
import type { ComposeWorld } from './world.js';

/** Of the log of one container, kept from its beginning and its end. */
const MOST_LOG_BYTES = 64 * 1024 * 1024;
/** Each question of the docker program is a process of its own. */
const SIDE_BY_SIDE = 6;

/** The phase `collect`: the logs of all containers, and what `collect` names. */
export async function collectAll(
  request: ComposeRequest,
  world: ComposeWorld,
  { phase, states, isNeeded }: { phase: OpenPhase; states: readonly ContainerState[]; isNeeded: boolean },
): Promise<PhaseEnd> {
  const [lost, found] = await Promise.all([saveLogs(world, states), copyPaths(request, { world, states })]);
  for (const sentence of lost) phase.say(sentence);
  const absent = request.collect.filter((path) => !found.includes(path));
  for (const path of absent) phase.say(`Nothing was found at ${path}.`);
  const detail = `Logs of ${plural(states.length, 'container')}${found.length > 0 ? `; ${found.join(', ')}` : ''}.`;
  if (!isNeeded || request.collect.length === 0 || found.length > 0) return { detail };
  return {
    problem: {
      verdict: 'fail',
      code: 'assertion-failed',
      phase: 'collect',
      exitCode: 1,
      reasons: [`Nothing was collected: there is nothing at ${absent.join(', ')}.`],
      hint: 'Correct the paths in `collect`, or find out why the session wrote nothing there.',
    },
  };
}

/** Saves the log of each container from its start. @returns sentences about what could not be saved */
export async function saveLogs(world: ComposeWorld, states: readonly ContainerState[]): Promise<readonly string[]> {
  const { containers, host } = world;
  const folder = host.makeFolder('services');
  const lost: string[] = [];
  await sideBySide(nameLogs(states), async ({ id, name }) => {
    try {
      await containers.saveLog(id, `${folder}/${name}.log`, MOST_LOG_BYTES);
    } catch (error) {
      lost.push(`The log of ${name} could not be saved: ${(error as Error).message}`);
    }
  });
  return lost;
}

/** @returns the paths of `collect` at which there was something */
async function copyPaths(
  { collect }: ComposeRequest,
  { world, states }: { readonly world: ComposeWorld; readonly states: readonly ContainerState[] },
): Promise<readonly string[]> {
  const found = new Set<string>();
  await sideBySide(collect, async (path) => {
    const inside = readContainerPath(path);
    const copied = inside ? await copyOut(inside, { world, states }) : copyFolder(path, world);
    if (copied) found.add(path);
  });
  return collect.filter((path) => found.has(path));
}

async function copyOut(
  { service, path }: { readonly service: string; readonly path: string },
  { world, states }: { readonly world: ComposeWorld; readonly states: readonly ContainerState[] },
): Promise<boolean> {
  const own = states.filter((state) => (state.service ?? 'session') === service);
  let found = false;
  for (const [index, { id }] of own.entries()) {
    const folder = world.host.makeFolder(`collected/${service}${own.length > 1 ? `-${index + 1}` : ''}`);
    const target = `${folder}/${path.replace(/\/+$/, '').replace(/^.*\//, '')}`;
    const copied = await world.containers.copy(id, path, folder).catch(() => false);
    if (copied && hasContent(target, world)) found = true;
  }
  return found;
}

function copyFolder(path: string, world: ComposeWorld): boolean {
  const { host } = world;
  if (host.look(path) === 'missing' || !hasContent(toAbsolute(path, host.directory), world)) return false;
  return host.copyIn(path, `collected/${path.replace(/\/+$/, '').replace(/^.*\//, '') || 'directory'}`);
}

/** An empty folder is nothing. */
function hasContent(path: string, { host }: ComposeWorld): boolean {
  return host.look(path) !== 'folder' || host.listFolder(path).length > 0;
}

async function sideBySide<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  const queue = [...all];
  const worker = async (): Promise<void> => {
    for (let one = queue.shift(); one !== undefined; one = queue.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: Math.min(SIDE_BY_SIDE, all.length) }, worker));
}
