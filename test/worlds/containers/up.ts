import type { ComposeProject, UpOptions } from '../../../src/core/ports/containers.js';
import type { ProgramEnd } from '../../../src/core/ports/programs.js';
import type { FakeContainer } from './container.js';
import type { ServiceSpec } from './service.js';

/** How often Compose looks at a condition. */
const POLL_MS = 500;

/** What `up` needs of the engine. */
export interface Engine {
  resolveServices(project: ComposeProject): Readonly<Record<string, ServiceSpec>>;
  containersOf(project: string, service: string): readonly FakeContainer[];
  create(project: ComposeProject, service: string, number: number): FakeContainer | string;
  createNetworks(project: ComposeProject): void;
  /** The service that holds a port of the host. */
  findPortHolder(port: number, besides: FakeContainer): FakeContainer | undefined;
  isMissing(image: string): boolean;
  imageOf(project: ComposeProject, service: string): string;
  pullImage(image: string, onLine: (line: string) => void): boolean;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Plays `docker compose up --detach`. Its lines and exit codes are those of Compose 2.26. */
export async function playUp(
  engine: Engine,
  request: { readonly project: ComposeProject; readonly services: readonly string[]; readonly options: UpOptions },
): Promise<ProgramEnd> {
  const { project, options } = request;
  const specs = engine.resolveServices(project);
  const order = sortByNeeds(specs, request);
  const fail = (line: string, code = 1): ProgramEnd => {
    options.onLine(line);
    return { code };
  };
  for (const name of order) {
    const image = engine.imageOf(project, name);
    if (engine.isMissing(image) && !specs[name]!.build && !engine.pullImage(image, options.onLine)) {
      return fail(`Error response from daemon: pull access denied for ${image}, repository does not exist`, 18);
    }
  }
  engine.createNetworks(project);
  const created = new Map<string, readonly FakeContainer[]>();
  for (const name of order) {
    const containers = createContainers(engine, {
      project,
      name,
      count: options.scale?.[name] ?? specs[name]!.replicas ?? 1,
    });
    if (typeof containers === 'string') return fail(`Error response from daemon: ${containers}`);
    created.set(name, containers);
  }
  for (const name of order) {
    const problem = options.noDeps ? undefined : await waitForNeeds(engine, { project, name, options });
    if (problem !== undefined) return fail(problem);
    for (const container of created.get(name)!) {
      const refusal = startContainer(engine, container, options.onLine);
      if (refusal !== undefined) return fail(`Error response from daemon: ${refusal}`);
    }
  }
  return { code: 0 };
}

function createContainers(
  engine: Engine,
  { project, name, count }: { project: ComposeProject; name: string; count: number },
): readonly FakeContainer[] | string {
  const containers = [...engine.containersOf(project.name, name)];
  for (let number = containers.length + 1; number <= count; number += 1) {
    const made = engine.create(project, name, number);
    if (typeof made === 'string') return made;
    containers.push(made);
  }
  return containers.slice(0, count);
}

/** @returns why Docker refuses */
function startContainer(engine: Engine, container: FakeContainer, onLine: (line: string) => void): string | undefined {
  const { name } = container.identity;
  if (container.status === 'running' || container.status === 'restarting') return undefined;
  for (const port of container.spec.publishes ?? []) {
    if (!engine.findPortHolder(port, container)) continue;
    const error = `driver failed programming external connectivity on endpoint ${name} (0e1f): Bind for 0.0.0.0:${port} failed: port is already allocated`;
    container.error = error;
    return error;
  }
  onLine(` Container ${name}  Starting`);
  container.start();
  if (container.error !== undefined) return container.error;
  onLine(` Container ${name}  Started`);
  return undefined;
}

/** @returns Compose's words when a condition cannot be met any more */
async function waitForNeeds(
  engine: Engine,
  { project, name, options }: { project: ComposeProject; name: string; options: UpOptions },
): Promise<string | undefined> {
  for (const [needed, condition] of Object.entries(engine.resolveServices(project)[name]!.needs ?? {})) {
    if (condition === 'started') continue;
    for (;;) {
      const containers = engine.containersOf(project.name, needed);
      const failed = containers.flatMap((one) => findFailure(one, needed, condition) ?? [])[0];
      if (failed !== undefined) return failed;
      if (containers.every((one) => (condition === 'healthy' ? one.health === 'healthy' : one.status === 'exited')))
        break;
      await engine.sleep(POLL_MS, options.signal);
    }
  }
  return undefined;
}

function findFailure(
  container: FakeContainer,
  service: string,
  condition: 'healthy' | 'completed',
): string | undefined {
  const { status, exitCode, health, identity } = container;
  if (condition === 'completed') {
    return status === 'exited' && exitCode !== 0
      ? `service "${service}" didn't complete successfully: exit ${exitCode}`
      : undefined;
  }
  if (status === 'exited') return `dependency failed to start: container ${identity.name} exited (${exitCode})`;
  if (!container.spec.health)
    return `dependency failed to start: container ${identity.name} has no healthcheck configured`;
  return health === 'unhealthy' ? `dependency failed to start: container ${identity.name} is unhealthy` : undefined;
}

/** The services and, unless `--no-deps`, what they need: what is needed comes first. */
function sortByNeeds(
  specs: Readonly<Record<string, ServiceSpec>>,
  { project, services, options }: { project: ComposeProject; services: readonly string[]; options: UpOptions },
): readonly string[] {
  const order: string[] = [];
  const visit = (name: string): void => {
    if (order.includes(name)) return;
    const spec = specs[name];
    if (!spec) throw new Error(`The fake has no service ${name}.`);
    if (!options.noDeps) for (const needed of Object.keys(spec.needs ?? {})) visit(needed);
    order.push(name);
  };
  const isActive = ([, { profiles }]: [string, ServiceSpec]): boolean =>
    !profiles || profiles.some((one) => project.profiles.includes(one));
  const chosen =
    services.length > 0
      ? services
      : Object.entries(specs)
          .filter(isActive)
          .map(([name]) => name);
  for (const name of chosen) visit(name);
  return order;
}
