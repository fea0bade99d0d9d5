/** One run of a service's main program. */
export interface ProgramRun {
  /** After its start. */
  readonly afterMs: number;
  readonly code: number;
}

/** What a service of a project is and does. The fake plays it; for a real engine, it is written as a Compose file. */
export interface ServiceSpec {
  /** `depends_on`, with the condition. */
  readonly needs?: Readonly<Record<string, 'started' | 'healthy' | 'completed'>>;
  /** TCP ports that the file declares, by `expose`. */
  readonly declares?: readonly number[];
  /** Ports of the host that the file publishes. The container's port is the same. */
  readonly publishes?: readonly number[];
  /** Ports that it opens, and how many milliseconds after its start. */
  readonly opens?: Readonly<Record<number, number>>;
  /** A health check, and when it first says so. Without a time: never. */
  readonly health?: { readonly healthyAfterMs?: number; readonly unhealthyAfterMs?: number; readonly output?: string };
  /** The health check is in the image, and not in the file. */
  readonly healthInImage?: boolean;
  /** How its main program ends, run by run; the last one repeats. Default: it never ends. */
  readonly runs?: readonly ProgramRun[];
  readonly restart?: 'no' | 'always' | 'on-failure' | 'unless-stopped';
  /** Lines of its log, printed at the start of each run. */
  readonly prints?: readonly string[];
  readonly replicas?: number;
  readonly network?: 'host' | 'none';
  readonly containerName?: string;
  /** Its main program ignores SIGTERM. */
  readonly ignoresTerm?: boolean;
  /** Files in the container, by their absolute paths, from its start. */
  readonly files?: Readonly<Record<string, string>>;
  readonly image?: string;
  /** It has a `build` section. `fails`: the build fails. */
  readonly build?: boolean | 'fails';
  /** Docker cannot start it, for this reason. */
  readonly startError?: string;
  readonly profiles?: readonly string[];
  /** Other keys of the service in the resolved project. */
  readonly more?: Readonly<Record<string, unknown>>;
}

const CONDITIONS = {
  started: 'service_started',
  healthy: 'service_healthy',
  completed: 'service_completed_successfully',
} as const;

/** The service as `docker compose config --format json` prints it. */
export function modelOf(spec: ServiceSpec, image: string): Record<string, unknown> {
  const needs = Object.entries(spec.needs ?? {}).map(([name, condition]) => [
    name,
    { condition: CONDITIONS[condition], required: true },
  ]);
  return {
    command: null,
    entrypoint: null,
    ...(spec.build ? { build: { context: '/project', dockerfile: 'Dockerfile' } } : {}),
    ...(spec.build && spec.image === undefined ? {} : { image }),
    ...(needs.length > 0 && { depends_on: Object.fromEntries(needs) as unknown }),
    ...(spec.declares && { expose: spec.declares.map(String) }),
    ...(spec.publishes && {
      ports: spec.publishes.map((port) => ({
        mode: 'ingress',
        target: port,
        published: String(port),
        protocol: 'tcp',
      })),
    }),
    ...(spec.health && !spec.healthInImage && { healthcheck: { test: ['CMD-SHELL', 'check'] } }),
    ...(spec.restart && { restart: spec.restart }),
    ...(spec.replicas !== undefined && { deploy: { replicas: spec.replicas } }),
    ...(spec.network ? { network_mode: spec.network } : { networks: { default: null } }),
    ...(spec.containerName !== undefined && { container_name: spec.containerName }),
    ...(spec.profiles && { profiles: spec.profiles }),
    ...spec.more,
  };
}
