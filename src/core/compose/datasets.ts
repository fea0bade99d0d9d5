import { isMap, literal, servicesOf } from './compose-file.js';
import type { ComposeHost } from './host.js';
import type { OverridePayload } from './payload.js';
import type { ComposeRequest } from './request.js';
import { describeUnknownService, isWhole } from './unknown-service.js';

/** A dataset of the host at its place in a service. */
export interface DatasetMount {
  readonly service: string;
  /** As in `volumes` of a Compose file. */
  readonly volume: string;
}

/** Where the Benchmark Platform Controller mounts datasets: at its media server, which offers them as videos. */
const SEED_TARGET = 'media-server:/var/media_files/mp4s';

interface DatasetWorld {
  readonly model: unknown;
  readonly host: Pick<ComposeHost, 'resolveLinks'>;
  /** What is missing may be brought by `setup`. */
  readonly isBeforeSetup?: boolean;
}

/**
 * Finds the datasets below `datasets-path`, and where they are mounted.
 *
 * @returns all problems: a name that leads out of the folder, also by a link; a dataset that is not there
 */
export function mountDatasets(
  request: ComposeRequest,
  payload: OverridePayload,
  world: DatasetWorld,
): { readonly mounts: readonly DatasetMount[]; readonly problems: readonly string[] } {
  const names = [...new Set([...payload.datasets, ...request.datasets])];
  if (names.length === 0) return { mounts: [], problems: [] };
  const target = findTarget(request, payload, world.model);
  const folder = findFolder(request, world);
  const found = names.map((name) => findDataset(name, folder.path, world));
  const problems = [
    ...('problem' in target ? [target.problem] : []),
    ...(folder.problem === undefined ? [] : [folder.problem]),
    ...found.flatMap((one) => ('problem' in one && one.problem !== undefined ? [one.problem] : [])),
  ];
  if (problems.length > 0 || 'problem' in target) return { mounts: [], problems };
  const mounts = found.flatMap((one) =>
    'path' in one
      ? [{ service: target.service, volume: `${literal(one.path)}:${literal(`${target.folder}/${one.name}`)}` }]
      : [],
  );
  return { mounts, problems };
}

function findTarget(
  request: ComposeRequest,
  payload: OverridePayload,
  model: unknown,
): { readonly service: string; readonly folder: string } | { readonly problem: string } {
  const text = request.datasetsTarget ?? SEED_TARGET;
  const match = /^([^:]+):(\/[^:]*?)\/*$/.exec(text);
  if (!match) {
    return {
      problem: `\`datasets-target\` is ${JSON.stringify(text)}; allowed: a service and a folder in it, \`SERVICE:/folder\`.`,
    };
  }
  const [service, folder] = [match[1]!, match[2]!];
  const known = Object.keys(servicesOf(model));
  const added = payload.services[service];
  if (known.includes(service) || (isMap(added) && isWhole(added))) return { service, folder };
  return {
    problem:
      request.datasetsTarget === undefined
        ? `\`datasets-target\` is not given, and its default \`${SEED_TARGET}\` needs a service \`${service}\`; give the service and the folder that get the datasets.`
        : `\`datasets-target\` names the service \`${service}\`, ${describeUnknownService(service, known)}`,
  };
}

function findFolder(
  request: ComposeRequest,
  { host, isBeforeSetup }: DatasetWorld,
): { readonly path?: string; readonly problem?: string } {
  if (request.datasetsPath === undefined) {
    return {
      problem: '`datasets-path` is not given, and `datasets` needs it: the folder of this machine that has them.',
    };
  }
  const path = host.resolveLinks(request.datasetsPath);
  if (path === undefined && isBeforeSetup) return {};
  return path === undefined
    ? { problem: `\`datasets-path\` is ${JSON.stringify(request.datasetsPath)}, which does not exist on this machine.` }
    : { path };
}

/** @param folder without links. `undefined`: it is a problem of its own, so only the name is judged */
function findDataset(
  name: string,
  folder: string | undefined,
  { host, isBeforeSetup }: DatasetWorld,
): { readonly problem: string } | { readonly name: string; readonly path: string } | { readonly problem?: undefined } {
  const given = `\`datasets\` has ${JSON.stringify(name)}`;
  // A colon would end the path in `volumes`; a control character is in no file name that a person chose.
  if (name.startsWith('/') || name.split('/').some((part) => part === '..' || part === '.' || part === '')) {
    return { problem: `${given}; allowed: names below \`datasets-path\`, without \`..\`.` };
  }
  if (/[:\p{Cc}]/u.test(name))
    return { problem: `${given}; a name with a colon or a control character can not be mounted.` };
  if (folder === undefined) return {};
  const path = host.resolveLinks(`${folder}/${name}`);
  if (path === undefined && isBeforeSetup) return {};
  if (path === undefined) return { problem: `${given}, which does not exist below ${folder}.` };
  if (!path.startsWith(folder === '/' ? folder : `${folder}/`)) {
    return { problem: `${given}, a link to ${path}; allowed: datasets below ${folder}.` };
  }
  if (path.includes(':')) return { problem: `${given}, at ${path}; a path with a colon can not be mounted.` };
  return { name, path };
}
