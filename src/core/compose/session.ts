import { Failure } from '../kernel/failure.js';
import { nearest } from '../kernel/nearest.js';
import { plural } from '../kernel/plural.js';
import type { Layout } from './layout.js';
import type { ProjectModel, ServiceModel } from './model.js';
import type { ComposeRequest, SessionChoice } from './request.js';

/** What the verdict is about, chosen. */
export type Session =
  | { readonly kind: 'services'; readonly services: readonly string[] }
  | { readonly kind: 'exec'; readonly service: string; readonly command: string }
  /** Bash commands, one after the other. */
  | { readonly kind: 'host'; readonly commands: readonly string[] }
  | Extract<SessionChoice, { kind: 'image' }>;

export interface ChosenServices {
  readonly session: Session;
  /** The services that are started before the session, in the order of the model. */
  readonly servers: readonly string[];
}

const HINT =
  'Name the service whose exit code is the verdict in `session`; or set `exec` and `command`, `run`, or `session-image`.';

/**
 * Chooses the session and what is started before it.
 *
 * @throws Failure `bad-input` if a name is unknown, or no one service can be the session
 */
export function chooseServices(request: ComposeRequest, model: ProjectModel, layout: Layout): ChosenServices {
  refuseUnknown(request, model);
  const session = chooseSession(request, model, layout);
  const own = session.kind === 'services' ? session.services : [];
  const chosen = chooseServers(request, model, { own, session });
  const servers = model.services.map(({ name }) => name).filter((name) => chosen.has(name) && !own.includes(name));
  refuseAwaited(request, model, { own, servers });
  if (session.kind === 'exec' && !servers.includes(session.service))
    throw new Failure('bad-input', `\`exec\` names ${session.service}, which \`services\` does not start.`, {
      hint: `Add ${session.service} to \`services\`.`,
    });
  return { session, servers };
}

/** All services that these need, themselves included. A dependency that is not in the model is left out. */
export function closeOver(names: readonly string[], model: ProjectModel): ReadonlySet<string> {
  const byName = new Map(model.services.map((service) => [service.name, service]));
  const found = new Set<string>();
  const visit = (name: string): void => {
    const service = byName.get(name);
    if (!service || found.has(name)) return;
    found.add(name);
    for (const dependency of service.dependsOn) visit(dependency.service);
  };
  for (const name of names) visit(name);
  return found;
}

function chooseSession({ session }: ComposeRequest, model: ProjectModel, layout: Layout): Session {
  switch (session.kind) {
    case 'services':
    case 'exec':
    case 'image':
      return session;
    case 'host':
      return { kind: 'host', commands: [session.command] };
    case 'default':
      if (layout.sessionService !== undefined) return { kind: 'services', services: [layout.sessionService] };
      if (layout.sessions.length > 0) return { kind: 'host', commands: layout.sessions };
      return { kind: 'services', services: [chooseLeaf(model)] };
  }
}

/** The one service that no other depends on. */
function chooseLeaf({ services }: ProjectModel): string {
  const needed = new Set(services.flatMap(({ dependsOn }) => dependsOn.map(({ service }) => service)));
  const leaves = services.filter(({ name }) => !needed.has(name));
  if (leaves.length === 1) return leaves[0]!.name;
  if (services.length === 0)
    throw new Failure('bad-input', 'The Compose files have no service in the active profiles.', {
      hint: 'Name the profile of the services in `profiles`.',
    });
  const found =
    leaves.length === 0
      ? 'every service is one that others depend on'
      : `no other service depends on any of ${plural(leaves.length, 'service')}: ${leaves.map(({ name }) => name).join(', ')}`;
  throw new Failure('bad-input', `It is not clear which service is the session: ${found}.`, { hint: HINT });
}

function chooseServers(
  { services: wanted }: ComposeRequest,
  model: ProjectModel,
  { own, session }: { readonly own: readonly string[]; readonly session: Session },
): ReadonlySet<string> {
  const all = new Set(model.services.filter(({ replicas }) => replicas > 0).map(({ name }) => name));
  const rootsOf = (names: readonly string[]): ReadonlySet<string> => closeOver(names, model);
  if (wanted === 'all') return all;
  if (wanted !== undefined && wanted !== 'dependencies') return rootsOf(wanted);
  const roots = session.kind === 'exec' ? [session.service] : own;
  const needed = rootsOf(roots);
  if (wanted === 'dependencies') return needed;
  const hasDependencies = session.kind === 'services' && [...needed].some((name) => !own.includes(name));
  return hasDependencies ? needed : all;
}

function refuseUnknown(request: ComposeRequest, { services }: ProjectModel): void {
  const known = services.map(({ name }) => name);
  const { session } = request;
  const named: Readonly<Record<string, readonly string[]>> = {
    session: session.kind === 'services' ? session.services : [],
    exec: session.kind === 'exec' ? [session.service] : [],
    services: Array.isArray(request.services) ? (request.services as readonly string[]) : [],
    ready: Object.keys(request.ready),
    build: Array.isArray(request.build) ? (request.build as readonly string[]) : [],
    collect: request.collect
      .flatMap((path) => /^([\w.-]+):\//.exec(path)?.[1] ?? [])
      .filter((one) => one !== 'session'),
  };
  const problems = Object.entries(named).flatMap(([input, names]) =>
    names.filter((name) => !known.includes(name)).map((name) => describeUnknown(input, name, known)),
  );
  if (problems.length > 0)
    throw new Failure('bad-input', problems.join(' '), {
      hint: `The services of the active profiles are: ${known.join(', ') || 'none'}.`,
    });
}

function describeUnknown(input: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `\`${input}\` names the service ${name}, which the project does not have${near === undefined ? '.' : `; did you mean ${near}?`}`;
}

/** A session that others need cannot end before them: they would wait for it, or run without it. */
function refuseAwaited(
  request: ComposeRequest,
  model: ProjectModel,
  { own, servers }: { readonly own: readonly string[]; readonly servers: readonly string[] },
): void {
  const dependents = (name: string): ServiceModel[] =>
    model.services.filter(
      (service) =>
        !own.includes(service.name) &&
        service.dependsOn.some(
          (one) => one.service === name && (servers.includes(service.name) || awaits(one, request)),
        ),
    );
  for (const name of own) {
    const waiting = dependents(name).map((service) => service.name);
    if (waiting.length === 0) continue;
    throw new Failure('bad-input', `${waiting.join(', ')} depends on ${name}, so ${name} cannot be the session.`, {
      hint: 'The session is started last, when all other services are ready. Name another `session`, or leave the dependents out of `services`.',
    });
  }
}

/** Whether a dependency makes its service a one-shot that others wait for. */
function awaits({ condition }: ServiceModel['dependsOn'][number], { services }: ComposeRequest): boolean {
  return condition === 'service_completed_successfully' && !Array.isArray(services);
}
