import { Failure } from '../kernel/failure.js';
import type { ComposeModel, ComposeProject } from '../ports/containers.js';
import { findFiles } from './find-files.js';
import { checkGpu } from './gpu.js';
import { refuseEmptying } from './host-folders.js';
import { findLayout, type Layout } from './layout.js';
import { readModel, type ProjectModel } from './model.js';
import type { OpenPhase } from './phases.js';
import { sessionServices, type Plan } from './plan.js';
import type { ComposeRequest } from './request.js';
import { resolveProject } from './resolve-project.js';
import { composeSessionOverride } from './session-override.js';
import { chooseServices } from './session.js';
import type { ComposeWorld } from './world.js';

/** Compose warns of this line in every old file, and ignores it. */
const NOISE = /the attribute `version` is obsolete/;

/**
 * Checks all that can be known before anything is made, and chooses what will be started.
 *
 * @param before the plan before `setup` ran, which may have written files and variables. Before it, a variable may be unset
 * @throws Failure with everything that is wrong in one respect; of Docker: `docker-missing`, `docker-forbidden` …
 */
export async function checkProject(
  request: ComposeRequest,
  world: ComposeWorld,
  { phase, before }: { readonly phase: OpenPhase; readonly before?: Plan },
): Promise<Plan> {
  const { containers, host } = world;
  const found = findFiles(request, host);
  const first: ComposeProject = { name: world.projectName, ...found, env: host.env };
  const [engine, read] = await Promise.allSettled([
    before ? before.engine : containers.inspectEngine(),
    resolveProject(request, world, { first, isBeforeSetup: !before && request.setup !== undefined }),
  ]);
  // Without an engine nothing else is worth a word.
  if (engine.status === 'rejected') throw engine.reason;
  if (read.status === 'rejected') throw read.reason;
  const { project, benchmark, resolved } = read.value;
  const model = readModel(resolved.model);
  const layout = findLayout(request, model.services, { host, directory: found.directory });
  const chosen = chooseServices(request, model, layout);
  const started = [...chosen.servers, ...sessionServices(chosen)];
  if (before || setupOf(request, layout) === undefined) refuseUnset(request, resolved, { model, started });
  checkGpu(request, { model: resolved.model, services: started, engine: engine.value, host });
  refuseEmptying(request, { host, layout, model, session: chosen.session });
  await refuseHeldNames({ model, started }, world);
  const withSession = addSessionFile(request, project, { ...chosen, rawModel: resolved.model, world });
  const plan: Plan = {
    ...chosen,
    engine: engine.value,
    project: withSession,
    userProject: project,
    model,
    rawModel: resolved.model,
    layout,
    benchmark,
    scriptEnv: composeScriptEnv(withSession, world, benchmark.env),
    warnings: listWarnings(resolved),
  };
  if (!before) describePlan(plan, phase);
  return plan;
}

/** The commands of `setup`, given or found. */
export function setupOf({ setup }: ComposeRequest, layout: Layout): string | undefined {
  return setup ?? layout.setup;
}

/** Adds the generated file of the session's services, so that they do not restart. */
function addSessionFile(
  request: ComposeRequest,
  project: ComposeProject,
  chosen: Pick<Plan, 'session' | 'rawModel'> & { readonly world: ComposeWorld },
): ComposeProject {
  const { session, rawModel, world } = chosen;
  const services = session.kind === 'exec' ? [session.service] : sessionServices({ session });
  const override = composeSessionOverride(request, services, { model: rawModel });
  if (Object.values(override.services).every((service) => Object.keys(service).length === 0)) return project;
  const file = world.host.writeFile('session.json', JSON.stringify(override, null, 2));
  return { ...project, files: [...project.files, file] };
}

function composeScriptEnv(project: ComposeProject, { host }: ComposeWorld, env: Plan['scriptEnv']): Plan['scriptEnv'] {
  return {
    ...env,
    COMPOSE_PROJECT_NAME: project.name,
    COMPOSE_FILE: project.files.join(':'),
    COMPOSE_PATH_SEPARATOR: ':',
    COMPOSE_PROFILES: project.profiles.join(','),
    ...(project.envFiles.length > 0 && { COMPOSE_ENV_FILES: project.envFiles.join(',') }),
    ARTIFACTS: host.artifacts,
  };
}

/** @throws Failure `bad-input` that names the variables */
function refuseUnset(
  { unsetVariables }: ComposeRequest,
  { unsetVariables: unset }: ComposeModel,
  { model, started }: { readonly model: ProjectModel; readonly started: readonly string[] },
): void {
  const names = unset.join(', ');
  const broken = model.services.filter(
    ({ name, image, isBuilt }) =>
      started.includes(name) && !isBuilt && (image === undefined || /[:/@]$|^[:/]/.test(image)),
  );
  const hint = 'Set them in `env` or `env-file`, or give a default in the file: `${NAME:-default}`.';
  if (broken.length > 0 && unset.length > 0) {
    const images = broken.map(({ name, image }) => `${name} has the image "${image ?? ''}"`).join(', ');
    throw new Failure('bad-input', `${images}, because variables are not set: ${names}.`, { hint });
  }
  if (unsetVariables === 'fail' && unset.length > 0)
    throw new Failure('bad-input', `The Compose files use variables that are not set and have no default: ${names}.`, {
      hint,
    });
}

function listWarnings({ warnings, unsetVariables }: ComposeModel): readonly string[] {
  const unset = `Not set and without a default, so Compose takes them as empty: ${unsetVariables.join(', ')}.`;
  return [...warnings.filter((warning) => !NOISE.test(warning)), ...(unsetVariables.length > 0 ? [unset] : [])];
}

/** @throws Failure `bad-input` that names who holds a `container_name` of ours */
async function refuseHeldNames(
  { model, started }: { readonly model: ProjectModel; readonly started: readonly string[] },
  { containers, projectName }: ComposeWorld,
): Promise<void> {
  const names = model.services.flatMap(({ name, containerName }) =>
    containerName !== undefined && started.includes(name) ? [containerName] : [],
  );
  if (names.length === 0) return;
  const holders = (await containers.findHolders(names)).filter(({ project }) => project !== projectName);
  if (holders.length === 0) return;
  const described = holders.map(
    ({ name, project, status }) =>
      `${name} (${status}${project === undefined ? '' : `, of the project ${project}`}) holds the \`container_name\` ${name}.`,
  );
  throw new Failure('bad-input', `A name of a container is taken: ${described.join(' ')}`, {
    hint: `Remove that container if no one needs it (\`docker rm --force ${holders.map(({ name }) => name).join(' ')}\`), or leave out \`container_name\` in the file, so that projects can run side by side.`,
  });
}

function describePlan({ session, servers, engine, project, benchmark }: Plan, phase: OpenPhase): void {
  for (const note of benchmark.notes) phase.say(note);
  phase.say(`Docker ${engine.engineVersion}, Compose ${engine.composeVersion}, project ${project.name}.`);
  const what = {
    services: () => (session.kind === 'services' ? session.services.join(', ') : ''),
    exec: () => (session.kind === 'exec' ? `a command in ${session.service}` : ''),
    host: () => 'commands on the host',
    image: () => (session.kind === 'image' ? `a container of ${session.image}` : ''),
  }[session.kind]();
  phase.say(`The session is ${what}. Before it start: ${servers.join(', ') || 'no other services'}.`);
}
