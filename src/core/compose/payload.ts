import { nearest } from '../kernel/nearest.js';
import { isMap, type JsonMap } from './compose-file.js';
import { isWhole } from './unknown-service.js';

/** What the input `override` says, whichever of its three forms it has. */
export interface OverridePayload {
  /** By service, what is merged over the project's own files. */
  readonly services: JsonMap;
  /** The other sections of a Compose file: `volumes`, `networks`, `configs`, `secrets`. */
  readonly sections: JsonMap;
  /** Of the seed's payload: `version`, `git_repository`, `sleep_after_target_startup`. */
  readonly targetSystem: JsonMap;
  /** Of the seed's payload: the benchmark's configuration. */
  readonly benchmark?: JsonMap;
  readonly datasets: readonly string[];
  /** Of the seed's payload: parts of the target system that run on other machines, by name. */
  readonly extraNodes: JsonMap;
}

const sectionNames = ['volumes', 'networks', 'configs', 'secrets'] as const;
/** Compose no longer reads `version`, and warns of it. */
const fileKeys: readonly string[] = ['services', 'version', ...sectionNames];
const payloadKeys: readonly string[] = ['override_services', 'target_system', 'benchmark', 'datasets', 'extra_nodes'];
const targetKeys: readonly string[] = ['version', 'git_repository', 'sleep_after_target_startup'];

const FORMS =
  'a map of services; a Compose file with `services`; or the payload of a Benchmark Platform Controller with `override_services`';

/**
 * Reads a map of services, a Compose file, or the payload of the Benchmark Platform Controller.
 *
 * @param known the project's services: a map whose keys are all services is not taken for a payload
 */
export function readPayload(
  override: unknown,
  known: readonly string[],
): { readonly payload: OverridePayload; readonly problems: readonly string[] } {
  const empty = { services: {}, sections: {}, targetSystem: {}, datasets: [], extraNodes: {} };
  if (override === undefined) return { payload: empty, problems: [] };
  if (!isMap(override)) {
    return { payload: empty, problems: [`\`override\` is ${describe(override)}; allowed: ${FORMS}.`] };
  }
  if (isFormOf(override, 'services', { keys: fileKeys, known })) return readFile(override, empty);
  if (isFormOf(override, 'override_services', { keys: payloadKeys, known })) return readSeedPayload(override, empty);
  return { payload: { ...empty, services: override }, problems: [] };
}

/** Whether a map has a form: its leading key is there, or it has only keys of the form, which are not all services. */
function isFormOf(
  map: JsonMap,
  leading: string,
  form: { readonly keys: readonly string[]; readonly known: readonly string[] },
): boolean {
  const isService = (key: string): boolean => {
    const value = map[key];
    return form.known.includes(key) || (isMap(value) && isWhole(value));
  };
  if (leading in map && !isService(leading)) return true;
  const keys = Object.keys(map);
  return keys.every((key) => form.keys.includes(key)) && keys.some((key) => !isService(key));
}

type Reading = ReturnType<typeof readPayload>;

function readFile(file: JsonMap, empty: OverridePayload): Reading {
  const problems = findUnknown('override', file, [...fileKeys, 'name']);
  const services = readMap('override: services', file['services'], problems);
  const sections = sectionNames.filter((name) => file[name] !== undefined).map((name) => [name, file[name]] as const);
  return { payload: { ...empty, services, sections: Object.fromEntries(sections) }, problems };
}

function readSeedPayload(raw: JsonMap, empty: OverridePayload): Reading {
  const problems = findUnknown('override', raw, payloadKeys);
  const read = (key: string): JsonMap => readMap(`override: ${key}`, raw[key], problems);
  // A null here is a mistake of the program that made the payload: overrides that were meant would be lost.
  if (raw['override_services'] === null) {
    problems.push('`override: override_services` is null; allowed: a map of services.');
  }
  const targetSystem = read('target_system');
  problems.push(...findUnknown('override: target_system', targetSystem, targetKeys));
  const benchmark = raw['benchmark'] === undefined || raw['benchmark'] === null ? undefined : read('benchmark');
  const payload = {
    ...empty,
    services: read('override_services'),
    targetSystem,
    ...(benchmark && { benchmark }),
    datasets: readNames(raw['datasets'], problems),
    extraNodes: read('extra_nodes'),
  };
  return { payload, problems };
}

/** null counts as not given. */
function readMap(name: string, value: unknown, problems: string[]): JsonMap {
  if (isMap(value)) return value;
  if (value !== undefined && value !== null) problems.push(`\`${name}\` is ${describe(value)}; allowed: a map.`);
  return {};
}

function readNames(value: unknown, problems: string[]): readonly string[] {
  if (value === undefined || value === null) return [];
  if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
  problems.push(`\`override: datasets\` is ${describe(value)}; allowed: a list of file names.`);
  return [];
}

function findUnknown(place: string, map: JsonMap, known: readonly string[]): string[] {
  return Object.keys(map)
    .filter((key) => !known.includes(key))
    .map((key) => {
      const near = nearest(key, known);
      const names = known.map((one) => `\`${one}\``).join(', ');
      return `\`${place}\` has the key \`${key}\`${near ? `; did you mean \`${near}\`?` : `; allowed: ${names}.`}`;
    });
}

/** What a value is, for a message. */
export function describe(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
