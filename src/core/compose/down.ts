import { messageOf } from '../kernel/failure.js';
import type { ProjectRemains } from '../ports/containers.js';
import type { OpenPhase, PhaseEnd } from './phases.js';
import type { ComposeWorld } from './world.js';

const BOUND_MS = 5 * 60_000;
/** The port itself tries for some seconds. Once more, without grace, for what the engine released later. */
const TRIES = 2;
const PAUSE_MS = 1_000;

export interface DownEnd extends PhaseEnd {
  /** Names at Docker of what could not be removed. */
  readonly remains: readonly string[];
}

/** Removes everything that carries the project's label, and looks whether it is gone. */
export async function takeDown(world: ComposeWorld, phase: OpenPhase, graceSeconds: number): Promise<DownEnd> {
  let why = '';
  let remains: readonly string[] = [];
  for (let attempt = 1; attempt <= TRIES; attempt++) {
    if (attempt > 1) await world.clock.sleep(PAUSE_MS);
    try {
      const options = { onLine: phase.onLine, boundMs: BOUND_MS };
      const ended = await world.containers.down(world.projectName, attempt === 1 ? graceSeconds : 0, options);
      // The port succeeds only if nothing is left.
      if (ended.code === 0) return { detail: 'Nothing of the project is left.', remains: [] };
      why = ended.why ?? `exit code ${ended.code}`;
      remains = nameRemains(await world.containers.listRemains(world.projectName));
      if (remains.length === 0) return { detail: 'Nothing of the project is left.', remains };
    } catch (error) {
      why = messageOf(error);
      remains = [`all of the project ${world.projectName}, because Docker did not answer`];
    }
  }
  return { remains, problem: describeRemains(world.projectName, { remains, why }) };
}

function nameRemains({ containers, networks, volumes }: ProjectRemains): readonly string[] {
  const kinds = { container: containers, network: networks, volume: volumes };
  return Object.entries(kinds).flatMap(([kind, names]) => names.map((name) => `${kind} ${name}`));
}

function describeRemains(
  name: string,
  { remains, why }: { readonly remains: readonly string[]; readonly why: string },
): PhaseEnd['problem'] {
  return {
    verdict: 'error',
    code: 'cleanup-incomplete',
    phase: 'down',
    exitCode: 1,
    reasons: [`This could not be removed: ${remains.join(', ')}.`, ...(why === '' ? [] : [`Docker said: ${why}.`])],
    hint: `Remove it by \`docker compose --project-name ${name} down --volumes\`. The post step of this action tries it once more.`,
  };
}
