import { RAISE_SESSION_TIMEOUT } from '../kernel/compose-advice.js';
import { describeMinutes } from './describe-minutes.js';
import { Failure } from '../kernel/failure.js';
import type { ContainerState } from '../ports/containers.js';
import { gpusOf } from './gpu.js';
import { LastLines } from './last-lines.js';
import type { ProjectModel, ServiceModel } from './model.js';
import type { Plan } from './plan.js';
import { HOST_NETWORK } from './result.js';
import { bounded, takeLines, type SessionRun, type SessionScene } from './session-scene.js';
import { composeSessionOverride } from './session-override.js';

/** How long a session that must end may take after SIGTERM. */
const GRACE_S = 3;
/** How often a container is looked at whose log ended before the container did. */
const RELOOK_MS = 500;

/** The networks from which the session reaches the host, by their names at Docker. `host`: that of the machine itself. */
export function listSessionNetworks({ session, model }: Plan): readonly string[] {
  if (session.kind === 'host') return [HOST_NETWORK];
  if (session.kind === 'image') return listNetworks(model);
  const names = session.kind === 'services' ? session.services : [session.service];
  return listNetworks({ ...model, services: names.flatMap((name) => findLender(name, model) ?? []) });
}

/** The service whose networks a service has: with `network_mode: service:x`, these are those of x. */
function findLender(name: string, { services }: ProjectModel): ServiceModel | undefined {
  const seen = new Set<string>();
  for (let next = name; !seen.has(next);) {
    seen.add(next);
    const service = services.find((one) => one.name === next);
    const lender = /^service:(.+)$/.exec(service?.networkMode ?? '')?.[1];
    if (lender === undefined) return service;
    next = lender;
  }
  return undefined;
}

/** The networks of a project by their names at Docker, the default one first. */
function listNetworks({ services, networks }: ProjectModel): readonly string[] {
  const used = [...new Set(services.flatMap((service) => service.networks))];
  const ordered = used.toSorted((a, b) => Number(b === 'default') - Number(a === 'default'));
  const names = ordered.flatMap((key) => networks[key]?.name ?? []);
  const isHost = names.length === 0 && services.some(({ networkMode }) => networkMode === HOST_NETWORK);
  return isHost ? [HOST_NETWORK] : names;
}

/** Runs a service of the project as the session. */
export async function runService(name: string, scene: SessionScene): Promise<SessionRun> {
  const { plan, world, request, phase, intake } = scene;
  const override = composeSessionOverride(request, [name], { model: plan.rawModel, intake });
  const file = world.host.writeFile(`${phase.folder}/${name}.json`, JSON.stringify(override, null, 2));
  const project = { ...plan.userProject, files: [...plan.userProject.files, file] };
  const last = new LastLines();
  const ended = await world.containers.up(project, [name], {
    noDeps: true,
    scale: { [name]: 1 },
    onLine: last.add,
    signal: world.signal,
    boundMs: Math.max(1, scene.deadline - world.clock.now()),
  });
  world.signal.throwIfAborted();
  const made = (await world.containers.list(plan.project.name)).filter(
    ({ service, oneOff }) => service === name && !oneOff,
  );
  const container = made.find(({ startedAt, error }) => startedAt !== undefined && !error);
  if (container) return followContainer(name, container.id, scene);
  if (world.clock.now() >= scene.deadline)
    throw new Failure(
      'session-timeout',
      `The session ${name} did not start within ${describeMinutes(request.timeoutMs)}.`,
      {
        hint: RAISE_SESSION_TIMEOUT,
      },
    );
  throw new Failure('session-not-started', `The session ${name} could not be started.`, {
    hint: 'Correct what Docker names in the Compose file or the image.',
    details: [...made.flatMap(({ error }) => error ?? []), ...(ended.code === 0 ? [] : last.meaningful())],
  });
}

/** Runs a container of another image in the project's networks. */
export async function runImage(
  { image, command }: { readonly image: string; readonly command: readonly string[] },
  scene: SessionScene,
): Promise<SessionRun> {
  const { plan, world, request, intake } = scene;
  const gpus = gpusOf(request);
  const id = await world.containers.run(plan.project.name, {
    image,
    command,
    networks: listNetworks(plan.model),
    env: { ...world.host.variables, ...intake.env },
    volumes: intake.volumes,
    ...(gpus !== undefined && { gpus }),
  });
  return followContainer('session', id, scene);
}

/** Passes on a container's log until it has ended or must end. */
async function followContainer(name: string, id: string, scene: SessionScene): Promise<SessionRun> {
  const { world, plan } = scene;
  const { containers, clock, signal } = world;
  let states: readonly ContainerState[] = [];
  const look = async (): Promise<ContainerState | undefined> => {
    states = await containers.list(plan.project.name);
    return states.find((state) => state.id === id);
  };
  const followed = await bounded(scene, async (ending) => {
    for (;;) {
      await containers.follow(id, { onLine: takeLines(scene), signal: ending });
      const state = await look();
      if (!state || hasEnded(state) || ending.aborted) return state;
      await clock.sleep(RELOOK_MS, ending).catch(() => {});
    }
  });
  signal.throwIfAborted();
  let state = followed.value;
  if (state && !hasEnded(state)) {
    await containers.stop([id], GRACE_S);
    state = await look();
  }
  if (!state)
    throw new Failure('session-not-started', `The container of the session ${name} was removed while it ran.`, {
      hint: 'Check what removes containers on this machine.',
    });
  const { exitCode, oomKilled, finishedAt: endedAt = clock.now() } = state;
  return { name, exitCode, endedAt, states, oomKilled, ...(followed.endedBy && { endedBy: followed.endedBy }) };
}

function hasEnded({ status }: ContainerState): boolean {
  return status === 'exited' || status === 'dead';
}
