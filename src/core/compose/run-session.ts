import { splitWords } from '../inputs/split-words.js';
import { Failure } from '../kernel/failure.js';
import type { ContainerState } from '../ports/containers.js';
import type { Environment, ProgramEnd } from '../ports/programs.js';
import { within } from './bell.js';
import { LastLines } from './last-lines.js';
import type { ProjectModel } from './model.js';
import type { OpenPhase } from './phases.js';
import type { Plan } from './plan.js';
import type { ComposeRequest } from './request.js';
import { END_AFTER_RESULT_MS, type ResultIntake } from './result.js';
import { composeSessionOverride } from './session-override.js';
import type { ComposeWorld } from './world.js';

/** How long a session that must end may take after SIGTERM. */
const GRACE_S = 3;
/** How often a container is looked at whose log ended before the container did. */
const RELOOK_MS = 500;

/** How one session ended. */
export interface SessionRun {
  readonly name: string;
  readonly exitCode: number;
  /** Epoch ms, by Docker's clock for a container. */
  readonly endedAt: number;
  /** Why it was ended: it ran beyond its time, or its result had arrived. */
  readonly endedBy?: 'timeout' | 'result';
  /** All containers of the project after the end of a container. */
  readonly states?: readonly ContainerState[];
  readonly oomKilled?: boolean;
}

export interface SessionScene {
  readonly request: ComposeRequest;
  readonly plan: Plan;
  readonly world: ComposeWorld;
  readonly phase: OpenPhase;
  readonly intake: ResultIntake;
  /** The project's containers when all servers were ready. */
  readonly states: readonly ContainerState[];
  /** Epoch ms. */
  readonly deadline: number;
}

/** The sessions of a plan, one after the other. */
export function listSessions(
  plan: Plan,
): readonly { readonly name: string; readonly run: (scene: SessionScene) => Promise<SessionRun> }[] {
  const { session } = plan;
  switch (session.kind) {
    case 'services':
      return session.services.map((name) => ({ name, run: (scene) => runService(name, scene) }));
    case 'exec':
      return [{ name: session.service, run: (scene) => runExec(session, scene) }];
    case 'host':
      return session.commands.map((command) => ({ name: 'host', run: (scene) => runOnHost(command, scene) }));
    case 'image':
      return [{ name: 'session', run: (scene) => runImage(session, scene) }];
  }
}

/** The networks from which the session reaches the host, by their names at Docker. */
export function listSessionNetworks({ session, model }: Plan): readonly string[] {
  const names =
    session.kind === 'services' ? session.services : session.kind === 'exec' ? [session.service] : undefined;
  if (session.kind === 'host') return [];
  return listNetworks(
    names ? { ...model, services: model.services.filter(({ name }) => names.includes(name)) } : model,
  );
}

/** The networks of a project by their names at Docker, the default one first. */
export function listNetworks({ services, networks }: ProjectModel): readonly string[] {
  const used = [...new Set(services.flatMap((service) => service.networks))];
  const ordered = used.toSorted((a, b) => Number(b === 'default') - Number(a === 'default'));
  const names = ordered.flatMap((key) => networks[key]?.name ?? []);
  return names.length === 0 && services.some(({ networkMode }) => networkMode === 'host') ? ['host'] : names;
}

async function runService(name: string, scene: SessionScene): Promise<SessionRun> {
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
  const made = (await world.containers.list(plan.project.name)).filter(({ service }) => service === name);
  const container = made.find(({ startedAt, error }) => startedAt !== undefined && !error);
  if (container) return followContainer(name, container.id, scene);
  throw new Failure('session-not-started', `The session ${name} could not be started.`, {
    hint: 'Correct what Docker names in the Compose file or the image.',
    details: [...made.flatMap(({ error }) => error ?? []), ...(ended.code === 0 ? [] : last.meaningful())],
  });
}

async function runImage(
  { image, command }: { readonly image: string; readonly command?: string },
  scene: SessionScene,
): Promise<SessionRun> {
  const { plan, world, request, intake } = scene;
  const id = await world.containers.run(plan.project.name, {
    image,
    command: command === undefined ? [] : splitWords(command),
    networks: listNetworks(plan.model),
    env: { ...world.host.variables, ...intake.env },
    volumes: intake.volumes,
    ...(request.gpu !== 'none' && { gpus: String(request.gpu) }),
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

async function runExec(
  { service, command }: { readonly service: string; readonly command: string },
  scene: SessionScene,
): Promise<SessionRun> {
  const { world, intake } = scene;
  const container = scene.states.find((state) => state.service === service && state.status === 'running');
  if (!container)
    throw new Failure('session-not-started', `${service}, in which the session is to run, does not run any more.`, {
      hint: 'See its last lines, and why it ended.',
    });
  const env = { ...world.host.variables, ...intake.env };
  return runProgram(service, scene, (signal) =>
    world.containers.exec(container.id, command, { onLine: takeLines(scene), signal, env }),
  );
}

function runOnHost(command: string, scene: SessionScene): Promise<SessionRun> {
  const { host } = scene.world;
  const env: Environment = { ...scene.plan.scriptEnv, ...scene.intake.env };
  return runProgram('host', scene, (signal) => host.runScript(command, { onLine: takeLines(scene), signal, env }));
}

async function runProgram(
  name: string,
  scene: SessionScene,
  run: (signal: AbortSignal) => Promise<ProgramEnd>,
): Promise<SessionRun> {
  const { clock, signal } = scene.world;
  const { value, endedBy } = await bounded(scene, run);
  signal.throwIfAborted();
  if (value.code === undefined && endedBy === undefined)
    throw new Failure(
      'session-not-started',
      `The session did not run to its end: ${value.why ?? 'it has no exit code'}.`,
      {
        hint: 'Check that its programs exist, and that the machine has enough memory.',
      },
    );
  return { name, exitCode: value.code ?? 1, endedAt: clock.now(), ...(endedBy && { endedBy }) };
}

function takeLines({ phase, intake }: SessionScene): (line: string) => void {
  return (line) => {
    phase.onLine(line);
    intake.onLine(line);
  };
}

/** Runs a session until its time is over, or for some seconds after its result has arrived. */
async function bounded<T>(
  { world: { clock, signal }, intake, deadline }: SessionScene,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly endedBy: SessionRun['endedBy'] }> {
  const [arrived, done] = [new AbortController(), new AbortController()];
  void intake.arrived
    .then(() => clock.sleep(END_AFTER_RESULT_MS, done.signal))
    .then(
      () => arrived.abort(),
      () => {},
    );
  try {
    const ms = deadline - clock.now();
    const ended = await within({ clock, signal: AbortSignal.any([signal, arrived.signal]), ms }, body);
    return { value: ended.value, endedBy: ended.isLate ? 'timeout' : arrived.signal.aborted ? 'result' : undefined };
  } finally {
    done.abort();
  }
}
