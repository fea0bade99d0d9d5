import type { ComposeModel, ComposeProject } from '../ports/containers.js';
import { planBenchmark } from './benchmark.js';
import { redact, servicesOf, type ComposeFile } from './compose-file.js';
import { readModel } from './model.js';
import type { Plan } from './plan.js';
import type { ComposeRequest } from './request.js';
import type { ComposeWorld } from './world.js';

export interface Resolved {
  readonly project: ComposeProject;
  readonly benchmark: Plan['benchmark'];
  readonly resolved: ComposeModel;
}

/**
 * Resolves the user's files, and again with what the benchmark inputs and the session's profile add.
 *
 * @param about.isBeforeSetup the commands of `setup` will run, and the project is resolved again after them
 */
export async function resolveProject(
  request: ComposeRequest,
  world: ComposeWorld,
  { first, isBeforeSetup }: { readonly first: ComposeProject; readonly isBeforeSetup: boolean },
): Promise<Resolved> {
  const { containers, host } = world;
  const own = await containers.resolve(first);
  const activated = await activateProfiles(request, own, { project: first, world });
  const benchmark = planBenchmark(request, {
    model: activated.resolved.model,
    files: first.files,
    host,
    isBeforeSetup,
  });
  const env = { ...first.env, ...benchmark.env };
  const { override } = benchmark;
  const pins = pinImages(request, [activated.resolved.model, override]);
  const more = [...(override ? [writeOverride(override, host)] : []), ...(pins ? [writePins(pins, host)] : [])];
  if (more.length === 0 && Object.keys(benchmark.env).length === 0) return { ...activated, benchmark };
  const files = [...first.files, ...more];
  const project = { ...activated.project, env, files };
  const resolved = await containers.resolve(project);
  return { project, benchmark, resolved };
}

/** @param files resolved, or to be merged: only what they have is a service. @returns none if no image is pinned */
function pinImages({ images = {} }: ComposeRequest, files: readonly unknown[]): ComposeFile | undefined {
  const known = files.flatMap((file) => Object.keys(servicesOf(file)));
  const pinned = Object.entries(images).filter(([service]) => known.includes(service));
  const services = pinned.map(([service, image]) => [service, { image, pull_policy: 'never' }] as const);
  return services.length === 0 ? undefined : { services: Object.fromEntries(services) };
}

function writePins(pins: ComposeFile, host: ComposeWorld['host']): string {
  return host.writeFile('images.json', JSON.stringify(pins, null, 2));
}

/** The artifacts get a copy without values: an override may have secrets of the workflow, which GitHub masks only in logs. */
function writeOverride(override: ComposeFile, host: ComposeWorld['host']): string {
  host.writeFile('override.json', JSON.stringify(redact(override), null, 2));
  return host.writePrivate('override.json', JSON.stringify(override, null, 2));
}

/** Compose runs a service that is named although its profile is not active. So does a session. */
async function activateProfiles(
  { session }: ComposeRequest,
  own: ComposeModel,
  { project, world }: { readonly project: ComposeProject; readonly world: ComposeWorld },
): Promise<{ readonly project: ComposeProject; readonly resolved: ComposeModel }> {
  const named = session.kind === 'services' ? session.services : session.kind === 'exec' ? [session.service] : [];
  const known = readModel(own.model).services.map(({ name }) => name);
  const absent = named.filter((name) => !known.includes(name));
  if (absent.length === 0) return { project, resolved: own };
  const all = readModel((await world.containers.resolve({ ...project, profiles: ['*'] })).model);
  const needed = all.services
    .filter(({ name }) => absent.includes(name))
    .flatMap(({ profiles }) => profiles.slice(0, 1));
  if (needed.length === 0) return { project, resolved: own };
  const widened = { ...project, profiles: [...new Set([...project.profiles, ...needed])] };
  return { project: widened, resolved: await world.containers.resolve(widened) };
}
