import type { Environment, ProgramEnd } from './programs.js';

/** A Docker Compose project of one step. */
export interface ComposeProject {
  /** Unique. Wins over `name:` in the files. */
  readonly name: string;
  /** The absolute path of the folder that relative paths in the files start from. */
  readonly directory: string;
  /** Absolute paths, in the order of `--file`. A later file overrides an earlier one. */
  readonly files: readonly string[];
  readonly profiles: readonly string[];
  /** Absolute paths, for `--env-file`. Empty: Compose reads `.env` in the directory. */
  readonly envFiles: readonly string[];
  /** The whole environment of `docker compose`, which interpolates its variables. */
  readonly env: Environment;
}

/** The versions of the Docker engine and of Compose, and what the engine can do. */
export interface ContainerEngine {
  readonly engineVersion: string;
  readonly composeVersion: string;
  /** Names of the runtimes, such as `runc` and `nvidia`. */
  readonly runtimes: readonly string[];
  /** Whether the engine offers devices by CDI, of which NVIDIA's toolkit writes a list. */
  readonly cdi: boolean;
}

/** What `docker compose config --format json` prints, parsed. */
export interface ComposeModel {
  /** The resolved project, as the Compose Specification shapes it. */
  readonly model: unknown;
  /** Variables without a value and without a default, in their order. Compose takes them as empty. */
  readonly unsetVariables: readonly string[];
  /** Other warnings, without Compose's decoration. */
  readonly warnings: readonly string[];
}

export type ContainerStatus = 'created' | 'running' | 'paused' | 'restarting' | 'removing' | 'exited' | 'dead';

/** One container, as `docker inspect` reports it. */
export interface ContainerState {
  readonly id: string;
  /** Without the leading slash. */
  readonly name: string;
  /** The Compose service. `undefined`: it was not made by Compose, as that of a session image. */
  readonly service?: string;
  /** A script made it with `docker compose run`: it is none of the service's own containers. */
  readonly oneOff?: true;
  readonly image: string;
  readonly status: ContainerStatus;
  /** Meaningful once it has exited. */
  readonly exitCode: number;
  readonly oomKilled: boolean;
  /** Why Docker could not start it, if so. */
  readonly error?: string;
  /** How often the restart policy has restarted it. */
  readonly restarts: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** Absent: no health check in the file nor in the image. */
  readonly health?: 'starting' | 'healthy' | 'unhealthy';
  /** The output of the newest run of the health check, if there was one. */
  readonly lastHealthOutput?: string;
  /** Addresses at which the host reaches it: `127.0.0.1` in the host's network, empty without a network. */
  readonly addresses: readonly string[];
}

/** An end of a container's main program. */
export interface ContainerExit {
  readonly containerId: string;
  readonly exitCode: number;
  /** A process of it was killed, because the container's limit or the machine had no more memory. */
  readonly oomKilled: boolean;
}

/** What a container runs beside Compose: the input `session-image`. */
export interface ContainerRun {
  readonly image: string;
  /** Arguments after the image: empty runs the image's own command. */
  readonly command: readonly string[];
  /** Networks of the project, by their names at Docker. The first one is joined at the start. */
  readonly networks: readonly string[];
  readonly env: Environment;
  /** Folders or volumes, as in `--volume`. */
  readonly volumes: readonly string[];
  readonly gpus?: string;
}

export interface OutputOptions {
  /** Called with each line of stdout and stderr. */
  readonly onLine: (line: string) => void;
  readonly boundMs?: number;
  /** Ends the program, not the containers. */
  readonly signal?: AbortSignal;
}

export interface UpOptions extends OutputOptions {
  /** Starts no dependencies. */
  readonly noDeps?: boolean;
  /** Numbers of containers, by service, that win over the file's. */
  readonly scale?: Readonly<Record<string, number>>;
}

/** What is left of a project, by name at Docker. */
export interface ProjectRemains {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
  readonly volumes: readonly string[];
}

/** Docker and Docker Compose on this machine. The adapter is src/host/containers.ts. */
export interface Containers {
  /**
   * @throws Failure `docker-missing`, `docker-unreachable` (no daemon, or it stopped answering), `docker-forbidden` (no
   *   permission on the socket), `compose-too-old`
   */
  inspectEngine(): Promise<ContainerEngine>;
  /** Validates and merges the files. @throws Failure `compose-invalid` with Compose's own words */
  resolve(project: ComposeProject): Promise<ComposeModel>;
  /** Which of these images the engine does not have. */
  listMissingImages(images: readonly string[]): Promise<readonly string[]>;
  /** Gives an image that the engine has one more name, `REPOSITORY:TAG`. @throws Failure `docker-failed` */
  tagImage(image: string, name: string): Promise<void>;
  pull(project: ComposeProject, services: readonly string[], options: OutputOptions): Promise<ProgramEnd>;
  build(project: ComposeProject, services: readonly string[], options: OutputOptions): Promise<ProgramEnd>;
  /**
   * `docker compose up --detach`. Compose itself waits for the conditions in `depends_on`.
   *
   * @param services empty: all of the active profiles
   */
  up(project: ComposeProject, services: readonly string[], options: UpOptions): Promise<ProgramEnd>;
  /** All containers with the project's label, also the stopped ones and that of a session image, in order of creation. */
  list(projectName: string): Promise<readonly ContainerState[]>;
  /**
   * Calls back when a container of the project changes its state, with its exit if it ended: after a restart, its state
   * no longer shows that.
   *
   * @returns ends the watch
   */
  watch(projectName: string, onChange: (exit?: ContainerExit) => void): () => void;
  /** Runs a shell command in a running container, with `sh -c`. Its exit code is the command's. */
  exec(
    containerId: string,
    command: string,
    options: OutputOptions & { readonly env?: Environment },
  ): Promise<ProgramEnd>;
  /** Creates and starts a container with the project's label. @returns its id. @throws Failure `container-failed` */
  run(projectName: string, run: ContainerRun): Promise<string>;
  /** Waits until a container has ended, and passes on its log from its beginning. Ends early with the signal. */
  follow(containerId: string, options: OutputOptions): Promise<void>;
  /** Writes the whole log of a container to a file, at most so many bytes of its beginning and of its end. */
  saveLog(containerId: string, file: string, mostBytes: number): Promise<void>;
  /** The last lines of a container's log, running or not. Empty if its log driver keeps none. */
  lastLines(containerId: string, count: number): Promise<readonly string[]>;
  /** Copies a file or folder out of a container, which may have stopped. `false`: the container has no such path. */
  copy(containerId: string, path: string, folder: string): Promise<boolean>;
  /** Ends the main program of containers: SIGTERM, and SIGKILL after so many seconds. */
  stop(containerIds: readonly string[], graceSeconds: number): Promise<void>;
  /**
   * Removes everything that carries the project's label: containers, networks, volumes and images that Compose built
   * without a name of their own. Needs no files. Its code is 0 only if nothing is left.
   */
  down(projectName: string, graceSeconds: number, options: OutputOptions): Promise<ProgramEnd>;
  listRemains(projectName: string): Promise<ProjectRemains>;
  /** The containers that have these names, of any project. Names that are free are left out. */
  findHolders(
    names: readonly string[],
  ): Promise<readonly { readonly name: string; readonly project?: string; readonly status: ContainerStatus }[]>;
  /** The containers that publish a port of this host. */
  findPublishers(port: number): Promise<readonly { readonly name: string; readonly project?: string }[]>;
  /** The host's address in a network of Docker's (its gateway), at which containers reach a server of this host. */
  findGateway(network: string): Promise<string | undefined>;
}
