import { Failure } from './failure.js';
import type { GitHub, Log, MintedRunner } from './ports.js';
import { isOfStart } from './pool.js';
import { nameRunner, type StartRequest } from './request.js';

/** Below the runner's home, which is a directory named `actions-runner`: some test suites look for that. */
export const WORK_FOLDER = '_work';
const TRIES = 4;

export interface MintPorts {
  readonly github: GitHub;
  readonly log: Log;
  readonly groupId: number;
  /** Names whose mint was never answered: GitHub may still have registered them. */
  readonly suspects: Set<string>;
}

/**
 * Mints the request's `index`-th runner. A mint whose answer was lost may have taken effect, so it is never
 * repeated under the same name: the next try has a new one, and the stale twin is removed.
 *
 * @throws Failure as the adapter throws it, or `runner-name-taken`, `github-unreachable` after {@link TRIES} tries
 */
export async function mintRunner(request: StartRequest, index: number, ports: MintPorts): Promise<MintedRunner> {
  let outcome: MintedRunner | 'name-taken' | 'unanswered' = 'unanswered';
  for (let again = 0; again < TRIES; again++) {
    const name = nameRunner(request, index, again);
    outcome = await ports.github.mintRunner({
      name,
      label: request.label,
      groupId: ports.groupId,
      workFolder: WORK_FOLDER,
    });
    if (typeof outcome === 'object') return outcome;
    ports.log.info(
      outcome === 'name-taken'
        ? `GitHub already knows a runner named ${name}, from an answer that was lost; minting under a new name.`
        : `GitHub did not answer when runner ${name} was minted; minting under a new name.`,
    );
    ports.suspects.add(name);
    await removeSuspect(name, { ...ports, startId: request.startId });
  }
  throw new Failure(
    outcome === 'name-taken' ? 'runner-name-taken' : 'github-unreachable',
    outcome === 'name-taken'
      ? `GitHub says that each of ${TRIES} new runner names is taken.`
      : `GitHub did not answer ${TRIES} requests to register a runner.`,
    { hint: 'See https://www.githubstatus.com and run the job again. Nothing was launched for this runner.' },
  );
}

/** Removes whatever the unanswered mints registered after all. Failing to is no reason to fail a start. */
export async function removeSuspects(ports: SuspectPorts): Promise<void> {
  for (const name of ports.suspects) await removeSuspect(name, ports);
}

interface SuspectPorts extends Pick<MintPorts, 'github' | 'log' | 'suspects'> {
  readonly startId: string;
}

/** Only this start's own: the name of a claim may have come to be another's. */
export async function removeSuspect(name: string, { github, log, suspects, startId }: SuspectPorts): Promise<void> {
  try {
    const twin = await github.findRunnerByName(name);
    if (twin === undefined || !isOfStart(twin, startId)) return;
    await github.removeRunner(twin.id);
    suspects.delete(name);
    log.info(`Removed the stale runner ${name} (${twin.id}).`);
  } catch (error) {
    log.debug(`Could not look for the stale runner ${name}: ${String(error)}`);
  }
}
