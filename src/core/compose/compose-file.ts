/** A Compose file that run-compose generates. It is written as JSON, which is YAML. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  /** `volumes`, `networks`, `configs` and `secrets` of the user's override. */
  readonly [section: string]: unknown;
}

/** A service of a Compose file, with whatever Compose takes. */
export type ComposeService = Readonly<Record<string, unknown>>;
