import { Failure } from '../kernel/failure.js';
import type { Clock } from '../kernel/clock.js';
import type { Containers, ProjectRemains } from '../ports/containers.js';
import type { Log } from '../ports/process.js';
import { nameLogs } from './log-names.js';

/** What the engine was asked for by a program that is killed, it may finish a little later. */
const QUIET_MS = 3_000;
const POLL_MS = 500;
/** Longer, and the job would wait for a daemon that hangs. */
const BOUND_MS = 120_000;
/** What is left has no work to finish. */
const GRACE_SECONDS = 2;
const MOST_LOG_BYTES = 64 * 1024 * 1024;

export interface Removal {
  readonly containers: Containers;
  readonly clock: Clock;
  readonly projectName: string;
  /** The folder for the logs of what is left, absolute. */
  readonly logs: string;
  /** Kills programs of the killed step that still work on the project. */
  readonly endPrograms: () => void;
}

/**
 * Removes everything of a project that another process left, by the project's name alone, also images that were built
 * for it. Saves the logs of its containers before. Repeats until nothing has appeared for {@link QUIET_MS}, because a
 * program of the killed process may still be creating containers.
 *
 * @returns how many containers, networks and volumes there were
 * @throws Failure `cleanup-incomplete` with the names of what is still there
 */
export async function removeProject(removal: Removal, log: Log): Promise<number> {
  const { containers, clock, projectName } = removal;
  const endAt = clock.now() + BOUND_MS;
  const seen = new Set<string>();
  let quietSince: number | undefined;
  for (;;) {
    removal.endPrograms();
    const names = listNames(await containers.listRemains(projectName));
    for (const name of names) seen.add(name);
    if (names.length === 0 && quietSince !== undefined && clock.now() - quietSince >= QUIET_MS) return seen.size;
    if (clock.now() >= endAt) throw incomplete(projectName, names);
    // The first time also without names: an image that was built is none of them.
    if (names.length > 0 || quietSince === undefined) {
      await saveLogs(removal, log);
      await containers.down(projectName, GRACE_SECONDS, { onLine: (line) => log.info(line), boundMs: BOUND_MS });
      quietSince = clock.now();
    }
    await clock.sleep(POLL_MS);
  }
}

/** A log that cannot be saved must not keep the container from being removed. */
async function saveLogs({ containers, projectName, logs }: Removal, log: Log): Promise<void> {
  try {
    for (const { id, name } of nameLogs(await containers.list(projectName)))
      await containers.saveLog(id, `${logs}/${name}.log`, MOST_LOG_BYTES);
  } catch (error) {
    log.info(`Not all logs could be saved: ${(error as Error).message}`);
  }
}

function listNames({ containers, networks, volumes }: ProjectRemains): readonly string[] {
  return [...containers, ...networks, ...volumes];
}

function incomplete(projectName: string, names: readonly string[]): Failure {
  return new Failure('cleanup-incomplete', `Of the project ${projectName} still exist: ${names.join(', ')}.`, {
    hint: `Remove them: \`docker compose -p ${projectName} down -v\`, or end the machine.`,
  });
}
