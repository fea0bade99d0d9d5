import type { Containers, ContainerState } from '../ports/containers.js';
import type { Environment } from '../ports/programs.js';
import type { BenchmarkPlan } from './benchmark.js';
import type { ComposeHost } from './host.js';
import type { ComposeRequest } from './request.js';

/** Receives the result of a session. Made before the session starts, closed when it has ended. */
export interface ResultIntake {
  /** Environment for the session: RESULT_WEBHOOK and BENCHMARK_CONFIG, the latter as the session sees the file. */
  readonly env: Environment;
  /** Mounts for the container of the session, as in `--volume`. */
  readonly volumes: readonly string[];
  /** Resolves when the session has posted its result; otherwise never. Then it has {@link END_AFTER_RESULT_MS} to end. */
  readonly arrived: Promise<void>;
  /** Takes each line that the session prints. */
  onLine(line: string): void;
  /** Reads the result after the session has ended. A user's mistake is a finding, not an error. */
  collect(session: SessionEnd): Promise<ResultFinding>;
  close(): Promise<void>;
}

export interface SessionEnd {
  /** When the session began, epoch ms: a file that is older is not its result. */
  readonly beganAt: number;
  /** All containers of the project. */
  readonly containers: readonly ContainerState[];
}

export interface ResultFinding {
  /** JSON text. */
  readonly result?: string;
  /** Why the session failed although it exited with 0: no result, or a result that says so. */
  readonly failure?: { readonly reason: string; readonly hint: string };
}

/** How long a session that has posted its result may take to end. Then it is stopped and counts as exited with 0. */
export const END_AFTER_RESULT_MS = 30_000;

/**
 * Prepares the way of the result: opens the webhook, writes the benchmark's configuration.
 *
 * @param world.networks the session's networks by their names at Docker, the first one that exists counts; empty for a
 *   session on the host or in its network
 * @throws Failure `webhook-unavailable`: no address for the webhook
 */
export async function openResult(
  _request: ComposeRequest,
  _plan: BenchmarkPlan,
  _world: { readonly containers: Containers; readonly host: ComposeHost; readonly networks: readonly string[] },
): Promise<ResultIntake> {
  return {
    env: {},
    volumes: [],
    arrived: new Promise(() => {}),
    onLine() {},
    collect: async () => ({}),
    close: async () => {},
  };
}
