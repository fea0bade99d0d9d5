import { within } from './bell.js';
import type { ContainerState } from '../ports/containers.js';
import type { OpenPhase } from './phases.js';
import type { Plan } from './plan.js';
import type { ComposeRequest } from './request.js';
import { END_AFTER_RESULT_MS, type ResultIntake } from './result.js';
import type { ComposeWorld } from './world.js';

/** How one session ended. */
export interface SessionRun {
  readonly name: string;
  readonly exitCode: number;
  /** Epoch ms, by Docker's clock for a container. */
  readonly endedAt: number;
  /** Why it was ended: it ran beyond its time, or its result had arrived. */
  readonly endedBy?: 'timeout' | 'result';
  /** All containers of the project after the end of a container. */
  readonly states?: readonly ContainerState[];
  readonly oomKilled?: boolean;
}

export interface SessionScene {
  readonly request: ComposeRequest;
  readonly plan: Plan;
  readonly world: ComposeWorld;
  readonly phase: OpenPhase;
  readonly intake: ResultIntake;
  /** The project's containers when all servers were ready. */
  readonly states: readonly ContainerState[];
  /** Epoch ms. */
  readonly deadline: number;
}

/** Takes a line that the session prints. */
export function takeLines({ phase, intake }: SessionScene): (line: string) => void {
  return (line) => {
    phase.onLine(line);
    intake.onLine(line);
  };
}

/** Runs a session until its time is over, or for some seconds after its result has arrived. */
export async function bounded<T>(
  { world: { clock, signal }, intake, deadline }: SessionScene,
  body: (signal: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T; readonly endedBy: SessionRun['endedBy'] }> {
  const [arrived, done] = [new AbortController(), new AbortController()];
  void intake.arrived
    .then(() => clock.sleep(END_AFTER_RESULT_MS, done.signal))
    .then(
      () => arrived.abort(),
      () => {},
    );
  try {
    const ms = deadline - clock.now();
    const ended = await within({ clock, signal: AbortSignal.any([signal, arrived.signal]), ms }, body);
    return { value: ended.value, endedBy: ended.isLate ? 'timeout' : arrived.signal.aborted ? 'result' : undefined };
  } finally {
    done.abort();
  }
}
