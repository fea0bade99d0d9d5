import type { Clock } from '../../src/core/kernel/clock.js';
import type { ComposeProject, ContainerRun, ContainerState, Containers } from '../../src/core/ports/containers.js';
import type { CommandSpec, ServiceSpec } from '../worlds/containers.js';

export interface ProjectOptions {
  /** Variables that the files use and the environment does not have. */
  readonly unset?: readonly string[];
  /** The files have a key that Compose does not know. */
  readonly invalid?: boolean;
  /** Named volumes of the project. The first service mounts them. */
  readonly volumes?: readonly string[];
}

/** What a case of the contract of `Containers` may ask its world. */
export interface ContainersWorld {
  readonly containers: Containers;
  readonly clock: Clock;
  /** An image that a session container may use. */
  readonly image: string;
  /** A port of the host that is free. */
  readonly freePort: number;
  /** Lays out a project with a name of its own. */
  readonly project: (services: Readonly<Record<string, ServiceSpec>>, options?: ProjectOptions) => ComposeProject;
  /** What makes a session container act like a service. */
  readonly runLike: (project: ComposeProject, spec: ServiceSpec) => ContainerRun;
  /** Starts a container that belongs to no project. @returns its name */
  readonly startForeign: (spec: ServiceSpec) => Promise<string>;
  /** Says what commands do that are run in containers. A real shell knows it. */
  readonly teach: (commands: Readonly<Record<string, CommandSpec>>) => void;
  readonly connects: (address: string, port: number) => Promise<boolean>;
  /** A path of this world for a file or folder that does not exist yet. */
  readonly path: (name: string) => string;
  /** The text of a file that a call has written; `undefined`: there is none. */
  readonly read: (path: string) => string | undefined;
  readonly close: () => Promise<void>;
}

const BOUND_MS = 90_000;
const CADENCE_MS = 100;

/** Waits until a project's containers are as a case expects. @throws Error after {@link BOUND_MS} */
export async function waitFor(
  world: ContainersWorld,
  project: ComposeProject,
  isReached: (states: readonly ContainerState[]) => boolean | Promise<boolean>,
): Promise<readonly ContainerState[]> {
  const endsAt = world.clock.now() + BOUND_MS;
  for (;;) {
    const states = await world.containers.list(project.name);
    if (await isReached(states)) return states;
    if (world.clock.now() > endsAt) throw new Error(`Not reached: ${String(isReached)}. ${JSON.stringify(states)}`);
    await world.clock.sleep(CADENCE_MS);
  }
}

/** Starts services, and expects that it works. */
export async function startAll(
  world: ContainersWorld,
  project: ComposeProject,
  services: readonly string[] = [],
): Promise<readonly ContainerState[]> {
  const lines: string[] = [];
  const end = await world.containers.up(project, services, { onLine: (line) => void lines.push(line) });
  if (end.code !== 0) throw new Error(`up: ${JSON.stringify(end)} ${lines.join('\n')}`);
  return world.containers.list(project.name);
}

/** The one container of a service. */
export function one(states: readonly ContainerState[], service: string | undefined): ContainerState {
  const found = states.filter((state) => state.service === service);
  if (found.length !== 1) throw new Error(`${found.length} containers of ${service}`);
  return found[0]!;
}

export const silent = { onLine: (): void => undefined };
