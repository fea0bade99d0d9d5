/** What the verdict is about. */
export type SessionChoice =
  /** The one service that no other depends on. */
  | { readonly kind: 'default' }
  /** Services of the project, one after the other. */
  | { readonly kind: 'services'; readonly services: readonly string[] }
  /** A shell command in a running service. */
  | { readonly kind: 'exec'; readonly service: string; readonly command: string }
  /** A Bash command on the host. */
  | { readonly kind: 'host'; readonly command: string }
  /** A container in the project's networks. The words of the command are arguments; none: the image's own command. */
  | { readonly kind: 'image'; readonly image: string; readonly command: readonly string[] };

/** When a service counts as ready. */
export type Readiness =
  | { readonly kind: 'healthy' }
  | { readonly kind: 'port'; readonly port: number }
  /** It has exited with 0. */
  | { readonly kind: 'exit' }
  /** It is running. */
  | { readonly kind: 'started' }
  /** Its log contains the text. */
  | { readonly kind: 'log'; readonly text: string };

/** Where the result of a benchmark comes from. */
export type ResultSource =
  | { readonly kind: 'exit-code' }
  /** JSON in a file: of the host, relative to the directory, or `SERVICE:/path` in a container. */
  | { readonly kind: 'file'; readonly path: string }
  /** The last JSON object that the session printed. */
  | { readonly kind: 'stdout' }
  /** JSON that the session posts to a one-time address. */
  | { readonly kind: 'webhook' };

/** The inputs of run-compose, parsed. Paths are as the user gave them, relative to `directory` unless said. */
export interface ComposeRequest {
  /** Relative to the workspace. */
  readonly directory: string;
  /** Empty: the files that Compose itself would find. */
  readonly files: readonly string[];
  readonly profiles: readonly string[];
  readonly envFiles: readonly string[];
  readonly session: SessionChoice;
  /** Default: what the session depends on, if it depends on anything, otherwise all. */
  readonly services?: 'all' | 'dependencies' | readonly string[] | undefined;
  /** By service. A service that is not named: its health check, else its declared TCP ports, else that it runs. */
  readonly ready: Readonly<Record<string, Readiness>>;
  /** `true`: the services that are started and have a `build` section. */
  readonly build: boolean | readonly string[];
  readonly pull: 'missing' | 'always' | 'never';
  /** By service: images that are there, under these names, and that win over what the files say. */
  readonly images?: Readonly<Record<string, string>> | undefined;
  readonly unsetVariables: 'warn' | 'fail';
  readonly readyTimeoutMs: number;
  /** For the session, from *ready*. */
  readonly timeoutMs: number;
  readonly onServerExit: 'fail' | 'warn';
  /** Bash commands on the host. `undefined`: the script of the seed's layout, if the directory has it. */
  readonly setup?: string | undefined;
  readonly assert?: string | undefined;
  readonly teardown?: string | undefined;
  /** `SERVICE:/path` in a container, or a path of the host. */
  readonly collect: readonly string[];
  /** Patterns of files that must exist, and not be empty, after the session. */
  readonly requireFiles: readonly string[];
  /** Service overrides in YAML or JSON, parsed: a map of services, or the seed's payload. */
  readonly override?: unknown;
  readonly datasets: readonly string[];
  /** Of the host: a folder. Absolute, or relative to the directory. */
  readonly datasetsPath?: string | undefined;
  /** `SERVICE:/folder` that gets the datasets. `undefined`: the seed's, if the project has its service `media-server`. */
  readonly datasetsTarget?: string | undefined;
  /** The path of a JSON file: the benchmark's configuration, unless the payload in `override` has one. */
  readonly benchmarkConfig?: string | undefined;
  readonly resultFrom: ResultSource;
  readonly gpu: 'none' | 'all' | number;
  /** A lower bound for the time between *up* and the session, as old payloads give it. */
  readonly sleepAfterStartMs: number;
}
