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
