import type { ContainerEngine } from '../ports/containers.js';
import type { Environment } from '../ports/programs.js';
import type { ComposeFile } from './compose-file.js';
import type { ComposeHost } from './host.js';
import type { ComposeRequest } from './request.js';

/** What the benchmark inputs add to a run. With none of them given, it adds nothing. */
export interface BenchmarkPlan {
  /** The override's services and the datasets: a Compose file after the user's own ones. `undefined`: there is none. */
  readonly override?: ComposeFile;
  /** For `setup` and for the interpolation of `docker compose`: what the payload says of the target system. */
  readonly env: Environment;
  /** A lower bound for the time between *up* and the session: the greater one of the input and the payload. */
  readonly sleepAfterStartMs: number;
  /** The benchmark's configuration, which the session gets as a file. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Sentences for the log, such as what was mounted. */
  readonly notes: readonly string[];
}

/**
 * Reads the benchmark inputs before anything is started.
 *
 * @param world.model the user's own files, resolved without the override
 * @param world.files the absolute paths of these files
 * @throws Failure `bad-input` with all problems: an unknown service, a dataset outside of `datasets-path` …
 */
export function planBenchmark(
  request: ComposeRequest,
  _world: { readonly model: unknown; readonly files: readonly string[]; readonly host: ComposeHost },
): BenchmarkPlan {
  return { env: {}, sleepAfterStartMs: request.sleepAfterStartMs, notes: [] };
}

/**
 * Refuses a project that needs GPUs on a machine that cannot pass them to containers.
 *
 * @param world.model with the override
 * @param world.services what will be started, the session included
 * @throws Failure `gpu-unavailable`
 */
export function checkGpu(
  _request: ComposeRequest,
  _world: {
    readonly model: unknown;
    readonly services: readonly string[];
    readonly engine: ContainerEngine;
    readonly host: ComposeHost;
  },
): void {}
