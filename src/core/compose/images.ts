import * as advice from '../kernel/compose-advice.js';
import type { ProgramEnd } from '../ports/programs.js';
import { LastLines } from './last-lines.js';
import type { ServiceModel } from './model.js';
import type { OpenPhase, PhaseEnd } from './phases.js';
import { sessionServices, type Plan } from './plan.js';
import type { PhaseName } from './outcome.js';
import type { ComposeRequest } from './request.js';
import type { ComposeWorld } from './world.js';

/** Large images of a GPU framework have some 10 GB. */
const PULL_BOUND_MS = 60 * 60_000;
const BUILD_BOUND_MS = 120 * 60_000;
/** A pull is tried again after a fault of the network, which says nothing about the project. */
const PULL_TRIES = 3;
const PULL_PAUSE_MS = 5_000;
const NETWORK_FAULT =
  /timeout|timed out|connection (?:reset|refused)|unexpected EOF|TLS handshake|no such host|temporary failure|50[0234] |too ?many ?requests/i;

/** What a line that says why looks like. */
const FAULT = /error|failed|denied|refused|not found|no space|unauthorized/i;

/** What has to be pulled and built before the start. */
export interface ImageWork {
  readonly pull: readonly string[];
  readonly build: readonly string[];
}

/** Asks once which images the machine lacks. */
export async function planImages(request: ComposeRequest, plan: Plan, world: ComposeWorld): Promise<ImageWork> {
  const started = [...plan.servers, ...sessionServices(plan)];
  const ours = plan.model.services.filter(({ name }) => started.includes(name));
  const nameOf = ({ image, name }: ServiceModel): string => image ?? `${plan.project.name}-${name}`;
  const missing = new Set(await world.containers.listMissingImages([...new Set(ours.map(nameOf))]));
  const isWanted = ({ name }: ServiceModel): boolean =>
    Array.isArray(request.build) ? (request.build as readonly string[]).includes(name) : request.build === true;
  const candidates = Array.isArray(request.build) ? plan.model.services : ours;
  const build = candidates.filter(
    (service) => service.isBuilt && (isWanted(service) || (ours.includes(service) && missing.has(nameOf(service)))),
  );
  const built = new Set(build.map(nameOf));
  const pull = ours.filter(
    (service) =>
      !service.isBuilt &&
      !built.has(nameOf(service)) &&
      !/^(never|build)$/.test(service.pullPolicy ?? '') &&
      (request.pull === 'always' || (request.pull === 'missing' && missing.has(nameOf(service)))),
  );
  return { pull: onePerImage(pull, nameOf), build: build.map(({ name }) => name) };
}

/** Compose pulls an image once for each service that has it. */
function onePerImage(services: readonly ServiceModel[], nameOf: (service: ServiceModel) => string): readonly string[] {
  return [...new Map(services.toReversed().map((service) => [nameOf(service), service.name])).values()].toReversed();
}

export async function pullImages(
  services: readonly string[],
  { plan, world, phase }: { readonly plan: Plan; readonly world: ComposeWorld; readonly phase: OpenPhase },
): Promise<PhaseEnd> {
  const { containers, clock, signal } = world;
  for (let attempt = 1; ; attempt++) {
    const last = new LastLines();
    const onLine = (line: string): void => {
      last.add(line);
      phase.onLine(line);
    };
    const ended = await containers.pull(plan.project, services, { onLine, signal, boundMs: PULL_BOUND_MS });
    signal.throwIfAborted();
    if (ended.code === 0) return { detail: `Pulled the images of ${services.join(', ')}.` };
    if (attempt === PULL_TRIES || !NETWORK_FAULT.test(last.text()))
      return failed('pull', `${nameImages(services, plan)} could not be pulled`, { ended, last });
    phase.say(`The pull failed with a fault of the network. It is tried again in ${PULL_PAUSE_MS / 1_000} s.`);
    await clock.sleep(PULL_PAUSE_MS, signal);
  }
}

export async function buildImages(
  services: readonly string[],
  { plan, world, phase }: { readonly plan: Plan; readonly world: ComposeWorld; readonly phase: OpenPhase },
): Promise<PhaseEnd> {
  const last = new LastLines();
  const onLine = (line: string): void => {
    last.add(line);
    phase.onLine(line);
  };
  const options = { onLine, signal: world.signal, boundMs: BUILD_BOUND_MS };
  const ended = await world.containers.build(plan.project, services, options);
  world.signal.throwIfAborted();
  if (ended.code === 0) return { detail: `Built the images of ${services.join(', ')}.` };
  return failed('build', `The images of ${services.join(', ')} could not be built`, { ended, last });
}

function nameImages(services: readonly string[], { model }: Plan): string {
  const named = services.map((service) => {
    const image = model.services.find(({ name }) => name === service)?.image;
    return image === undefined ? service : `${image} of ${service}`;
  });
  return `${named.length === 1 ? 'The image' : 'Of the images'} ${named.join(', ')}${named.length === 1 ? '' : ' not all'}`;
}

function failed(phase: PhaseName, what: string, { ended, last }: { ended: ProgramEnd; last: LastLines }): PhaseEnd {
  const how = ended.code === undefined ? (ended.why ?? 'no exit code') : `exit code ${ended.code}`;
  const lines = last.meaningful();
  const why = lines.findLast((line) => FAULT.test(line)) ?? lines.at(-1);
  const full = /no space left on device/i.test(last.text()) ? ' The disk of the machine is full.' : '';
  return {
    problem: {
      verdict: 'error',
      code: 'images-not-available',
      phase,
      exitCode: 1,
      reasons: [
        `${what} (${how})${why === undefined ? '' : `: ${why.trim()}`}.${full}`.replace(/\.\.$/, '.'),
        ...lines,
      ],
      hint: full === '' ? advice.READ_IMAGE_LOG : 'Give the machine a larger disk, or remove images that no one needs.',
    },
  };
}
