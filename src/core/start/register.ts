import * as advice from '../kernel/advice.js';
import { Failure } from '../kernel/failure.js';
import { GivenUp, Patience, Trouble } from '../kernel/patience.js';
import type { Clock } from '../kernel/clock.js';
import type { GitHub, RegisteredRunner } from '../ports/github.js';
import type { Log } from '../ports/process.js';
import { isOfStart } from '../kernel/origin.js';
import { nameRunner, type StartRequest } from '../machine/request.js';

/** Below the runner's home, which is a directory named `actions-runner`: some test suites look for that. */
export const WORK_FOLDER = '_work';
/** So many names may be taken before that makes no sense: they are random. */
const MOST_TAKEN = 4;

export interface RegisterPorts {
  readonly github: GitHub;
  readonly clock: Clock;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly groupId: number;
  /** Names whose registration was never answered: GitHub may still have registered them. */
  readonly suspects: Set<string>;
}

/**
 * Registers the request's `index`-th runner. A registration whose answer was lost may have taken effect, so it is never
 * repeated under the same name: the next try, after a pause, has a new one, and the stale twin is removed.
 *
 * @throws Failure as the adapter throws it, or `runner-name-taken`, `github-unreachable`; the signal's reason
 */
export async function registerRunner(
  request: StartRequest,
  index: number,
  ports: RegisterPorts,
): Promise<RegisteredRunner> {
  const { github, log, suspects } = ports;
  const { label, startId } = request;
  let tries = 0;
  let taken = 0;
  const attempt = async (): Promise<RegisteredRunner | Trouble> => {
    const name = nameRunner(request, index, tries++);
    const outcome = await github.registerRunner(
      { name, label, groupId: ports.groupId, workFolder: WORK_FOLDER },
      ports.signal,
    );
    if (typeof outcome === 'object') return outcome;
    suspects.add(name);
    await removeSuspect(name, { github, log, suspects, startId });
    if (outcome === 'name-taken' && ++taken === MOST_TAKEN) throw nameTaken();
    return new Trouble('unanswered', {
      reason:
        outcome === 'name-taken'
          ? 'GitHub already knows a runner of this name, from an answer that was lost; registering under a new name'
          : 'GitHub did not answer; registering under a new name',
    });
  };
  const outcome = await new Patience({ ...ports, random: () => jitterOf(startId) }).persist(
    { name: `Runner ${nameRunner(request, index, 0)}`, purpose: 'register' },
    attempt,
  );
  if (!(outcome instanceof GivenUp)) return outcome;
  const seconds = Math.round(outcome.ms / 1_000);
  throw new Failure(
    'github-unreachable',
    `GitHub did not answer ${tries} requests to register a runner in ${seconds} s.`,
    {
      hint: HINT,
    },
  );
}

/** As random as the start is: what matters is that starts side by side differ. */
export function jitterOf(startId: string): number {
  return (Number.parseInt(startId, 16) >>> 0) / 2 ** 32;
}

const HINT = `${advice.CHECK_GITHUB_STATUS} Nothing was launched for this runner.`;

function nameTaken(): Failure {
  const message = `GitHub says that each of ${MOST_TAKEN} new runner names is taken.`;
  return new Failure('runner-name-taken', message, { hint: HINT });
}

/** Removes whatever the unanswered registrations registered after all. Failing to is no reason to fail a start. */
export async function removeSuspects(ports: SuspectPorts): Promise<void> {
  for (const name of ports.suspects) await removeSuspect(name, ports);
}

interface SuspectPorts extends Pick<RegisterPorts, 'github' | 'log' | 'suspects'> {
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
