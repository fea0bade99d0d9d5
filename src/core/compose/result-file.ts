import { messageOf } from '../kernel/failure.js';
import type { Containers, ContainerState } from '../ports/containers.js';
import type { ComposeHost } from './host.js';

/** The most that a file with a result may have, as with the webhook. */
const MOST_BYTES = 64 * 1024 * 1024;
/** Some file systems round times to 2 s, so that a new file looks older than the session. */
const COARSE_TIMES_MS = 2000;

type FileHost = Pick<ComposeHost, 'makeFolder' | 'measure' | 'read'>;

interface FileWorld {
  readonly world: { readonly containers: Containers; readonly host: FileHost };
  readonly session: { readonly beganAt: number; readonly containers: readonly ContainerState[] };
}

/** JSON text; or why there is none. */
export type FoundResult = { readonly text: string } | { readonly missing: string };

/**
 * Reads the file with the result of a session. The project's containers may have stopped.
 *
 * @param path of the host, relative to the directory, or `SERVICE:/path`
 */
export async function readResultFile(path: string, about: FileWorld): Promise<FoundResult> {
  const inContainer = /^([^/:]+):(\/.*)$/.exec(path);
  const { host } = about.world;
  if (inContainer) return readFromContainer({ service: inContainer[1]!, inside: inContainer[2]! }, about);
  const changedAt = host.measure(path)?.changedAt;
  if (changedAt === undefined) return { missing: `The session left no file ${path}.` };
  // A file of an earlier run would be a result that nothing measured.
  if (changedAt < about.session.beganAt - COARSE_TIMES_MS) {
    return { missing: `The file ${path} is older than the session, which did not write it.` };
  }
  return readJson(path, { host, name: path });
}

async function readFromContainer(
  { service, inside }: { readonly service: string; readonly inside: string },
  { world, session }: FileWorld,
): Promise<FoundResult> {
  const owner = session.containers.find((container) => container.service === service);
  if (owner === undefined)
    return { missing: `The service ${service}, which should have the result, has no container.` };
  const folder = world.host.makeFolder('result');
  if (!(await world.containers.copy(owner.id, inside, folder))) {
    return { missing: `The service ${service} has no file ${inside} after the session.` };
  }
  return readJson(`${folder}/${inside.split('/').at(-1)!}`, { host: world.host, name: `${service}:${inside}` });
}

function readJson(path: string, { host, name }: { readonly host: FileHost; readonly name: string }): FoundResult {
  const bytes = host.measure(path)?.bytes;
  if (bytes === undefined) return { missing: `${name} is no file.` };
  if (bytes > MOST_BYTES) return { missing: `The file ${name} has ${bytes} bytes; at most ${MOST_BYTES} are taken.` };
  const text = host.read(path);
  try {
    JSON.parse(text);
    return { text };
  } catch (error) {
    return { missing: `The file ${name} is not JSON: ${messageOf(error)}.` };
  }
}
