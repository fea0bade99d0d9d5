/** A service that another one needs, as `depends_on` says it, or as `links`, `volumes_from` and shared namespaces imply it. */
export interface Dependency {
  readonly service: string;
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
  /** `false`: the project also works without the service, for instance because its profile is not active. */
  readonly required: boolean;
}

export interface ServiceModel {
  readonly name: string;
  /** Absent: Compose names the image after the project and the service. */
  readonly image?: string;
  readonly isBuilt: boolean;
  readonly pullPolicy?: string;
  readonly dependsOn: readonly Dependency[];
  /** Declared TCP ports of the container, from `expose` and `ports`. Not those of the image. */
  readonly ports: readonly number[];
  /** Fixed ports of the host. */
  readonly publishedPorts: readonly number[];
  readonly containerName?: string;
  readonly networkMode?: string;
  /** Keys of the project's networks. */
  readonly networks: readonly string[];
  readonly replicas: number;
  readonly profiles: readonly string[];
  /** The words of `entrypoint` and `command`. */
  readonly words: readonly string[];
  /** Folders and files of the host that are mounted. */
  readonly binds: readonly { readonly source: string; readonly target: string }[];
  /** Keys of the project's secrets and configs that are mounted. */
  readonly mounted: readonly { readonly kind: 'secret' | 'config'; readonly key: string }[];
  /** How long it may take to end, if the file says so, in ms. */
  readonly stopGraceMs?: number;
}

export interface ProjectModel {
  readonly services: readonly ServiceModel[];
  /** By key: the name at Docker, and the driver if one is given. */
  readonly networks: Readonly<Record<string, { readonly name: string; readonly driver?: string }>>;
  /** Files of secrets and configs, absolute, by `secret KEY` and `config KEY`. */
  readonly files: Readonly<Record<string, string>>;
}

type Fields = Readonly<Record<string, unknown>>;

/** A range of ports in `expose` that is longer is no list of servers to wait for. */
const MOST_PORTS_OF_RANGE = 16;

/** Reads what `docker compose config --format json` printed. What it cannot read counts as not given. */
export function readModel(model: unknown): ProjectModel {
  const { services, networks, secrets, configs } = fieldsOf(model);
  return {
    services: Object.entries(fieldsOf(services)).map(([name, value]) => readService(name, fieldsOf(value))),
    networks: Object.fromEntries(
      Object.entries(fieldsOf(networks)).map(([key, value]) => [key, readNetwork(key, fieldsOf(value))]),
    ),
    files: { ...readFiles('secret', secrets), ...readFiles('config', configs) },
  };
}

function readService(name: string, value: Fields): ServiceModel {
  const deploy = fieldsOf(value['deploy']);
  const grace = readDuration(value['stop_grace_period']);
  return {
    name,
    ...text(value, 'image', 'image'),
    isBuilt: value['build'] !== undefined && value['build'] !== null,
    ...text(value, 'pull_policy', 'pullPolicy'),
    dependsOn: readDependencies(value),
    ports: readPorts(value),
    publishedPorts: listOf(value['ports'])
      .map((port) => Number(fieldsOf(port)['published']))
      .filter((port) => port > 0),
    ...text(value, 'container_name', 'containerName'),
    ...text(value, 'network_mode', 'networkMode'),
    networks: Object.keys(fieldsOf(value['networks'])),
    replicas: firstNumber(value['scale'], deploy['replicas']) ?? 1,
    profiles: stringsOf(value['profiles']),
    words: [...wordsOf(value['entrypoint']), ...wordsOf(value['command'])],
    binds: readBinds(value['volumes']),
    mounted: [...readMounted('secret', value['secrets']), ...readMounted('config', value['configs'])],
    ...(grace !== undefined && { stopGraceMs: grace }),
  };
}

function readDependencies(value: Fields): Dependency[] {
  const declared = Object.entries(fieldsOf(value['depends_on'])).map(([service, about]): Dependency => {
    const { condition, required } = fieldsOf(about);
    return {
      service,
      condition: (condition as Dependency['condition'] | undefined) ?? 'service_started',
      required: required !== false,
    };
  });
  const implied = [
    ...stringsOf(value['links']).map((link) => link.split(':')[0]!),
    ...stringsOf(value['volumes_from'])
      .filter((one) => !one.startsWith('container:'))
      .map((one) => one.split(':')[0]!),
    ...['network_mode', 'ipc', 'pid'].flatMap((key) => /^service:(.+)$/.exec(textOf(value[key]))?.[1] ?? []),
  ];
  const names = new Set(declared.map(({ service }) => service));
  const added = [...new Set(implied)].filter((service) => !names.has(service));
  return [...declared, ...added.map((service) => ({ service, condition: 'service_started' as const, required: true }))];
}

function readPorts(value: Fields): number[] {
  const published = listOf(value['ports'])
    .map(fieldsOf)
    .filter(({ protocol }) => protocol === undefined || protocol === 'tcp')
    .map(({ target }) => Number(target));
  const exposed = listOf(value['expose']).flatMap((one) => {
    const [, from, to = from, protocol = 'tcp'] = /^(\d+)(?:-(\d+))?(?:\/(\w+))?$/.exec(String(one)) ?? [];
    const count = Number(to) - Number(from) + 1;
    if (protocol !== 'tcp' || !(count >= 1 && count <= MOST_PORTS_OF_RANGE)) return [];
    return Array.from({ length: count }, (_, index) => Number(from) + index);
  });
  return [...new Set([...published, ...exposed])].filter((port) => port > 0);
}

function readBinds(volumes: unknown): ServiceModel['binds'] {
  return listOf(volumes)
    .map(fieldsOf)
    .filter(({ type }) => type === 'bind')
    .map(({ source, target }) => ({ source: String(source), target: String(target) }));
}

function readMounted(kind: 'secret' | 'config', value: unknown): ServiceModel['mounted'] {
  return listOf(value).map((one) => ({ kind, key: typeof one === 'string' ? one : String(fieldsOf(one)['source']) }));
}

function readNetwork(key: string, value: Fields): { readonly name: string; readonly driver?: string } {
  return { name: typeof value['name'] === 'string' ? value['name'] : key, ...text(value, 'driver', 'driver') };
}

function readFiles(kind: string, value: unknown): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fieldsOf(value)).flatMap(([key, about]) => {
      const { file } = fieldsOf(about);
      return typeof file === 'string' ? [[`${kind} ${key}`, file]] : [];
    }),
  );
}

/** Milliseconds of a duration such as `1m30s`, as Compose prints it. */
function readDuration(value: unknown): number | undefined {
  const units: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
  const parts = [...textOf(value).matchAll(/(\d+(?:\.\d+)?)(ms|h|m|s)/g)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count, unit]) => sum + Number(count) * units[unit!]!, 0);
}

function firstNumber(...values: readonly unknown[]): number | undefined {
  return values.find((value): value is number => typeof value === 'number');
}

function text<const K extends string>(value: Fields, key: string, as: K): { readonly [P in K]?: string } {
  const found = value[key];
  return (typeof found === 'string' && found !== '' ? { [as]: found } : {}) as { readonly [P in K]?: string };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function wordsOf(value: unknown): readonly string[] {
  return typeof value === 'string' ? [value] : stringsOf(value);
}

function stringsOf(value: unknown): readonly string[] {
  return listOf(value).filter((one): one is string => typeof one === 'string');
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}
