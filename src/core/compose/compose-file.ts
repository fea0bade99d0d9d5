/** A Compose file that run-compose generates. It is written as JSON, which is YAML. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  /** `volumes`, `networks`, `configs` and `secrets` of the user's override. */
  readonly [section: string]: unknown;
}

/** A service of a Compose file, with whatever Compose takes. */
export type ComposeService = Readonly<Record<string, unknown>>;

export type JsonMap = Readonly<Record<string, unknown>>;

export function isMap(value: unknown): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The services of a resolved project, by name. */
export function servicesOf(model: unknown): Readonly<Record<string, JsonMap>> {
  const services = isMap(model) && isMap(model['services']) ? model['services'] : {};
  return Object.fromEntries(Object.entries(services).filter((entry): entry is [string, JsonMap] => isMap(entry[1])));
}

/** Text that Compose's interpolation leaves as it is. */
export function literal(text: string): string {
  return text.replaceAll('$', '$$$$');
}

/** Keys below which users write values that may be secret: variables, arguments of a build, contents of files. */
const WITH_VALUES = ['environment', 'args', 'content', 'labels'];

/** A copy of a Compose file, or of a part of it, for the artifacts: with the names of variables, without their values. */
export function redact(value: unknown, isValue = false): unknown {
  if (Array.isArray(value)) return value.map((one) => redact(one, isValue));
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, redact(one, isValue || WITH_VALUES.includes(key))]),
    );
  }
  if (!isValue || value === null) return value;
  return typeof value === 'string' && /^\w+=/.test(value) ? value.replace(/=.*$/s, '=***') : '***';
}
