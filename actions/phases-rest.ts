import { finishPhases } from '../src/core/phases/finish.js';
import { readJournal } from '../src/core/phases/journal.js';
import type { Layout } from '../src/core/phases/layout.js';
import { planCleanup } from '../src/core/phases/plan.js';
import type { PhasesOutcome } from '../src/core/phases/result.js';
import { runPhases } from '../src/core/phases/run.js';
import type { PhaseWorld } from '../src/core/phases/world.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import { endPrograms } from '../src/host/phase-programs.js';
import type { GivenPhases } from './phases-request.js';

/** What is left to do, and where. */
export interface Rest {
  readonly layout: Layout;
  readonly hosts: Pick<PhaseWorld, 'host' | 'hostOf'>;
  readonly log: Log;
  /** Epoch ms, of the main step. */
  readonly beganAt: number;
  readonly signal: AbortSignal;
  readonly isPost: boolean;
  /** What could not be written so far, as sentences. */
  readonly unwritten?: readonly string[];
}

/**
 * Runs the phases that always run, as far as they have not ended, because the step was canceled, killed, or EC2 takes the
 * machine away. Completes the artifacts.
 */
export async function runRest({ plan, name }: GivenPhases, rest: Rest): Promise<PhasesOutcome> {
  const { layout, hosts, log, beganAt, signal, isPost, unwritten: earlier = [] } = rest;
  const { host } = hosts;
  const before = readJournal(host.readFile(layout.journal));
  const unended = layout.listRuns().filter((id) => before.unended.has(layout.indexOf(id)));
  await endPrograms(
    unended.map((id) => `${host.artifacts}/${layout.folderOf(id)}`),
    clock,
  );
  const { results, unwritten } = await runPhases(
    { plan: planCleanup(plan), layout, before, isPost },
    { ...hosts, clock, log, signal },
  );
  return finishPhases({ name, results, unwritten: [...earlier, ...unwritten], beganAt, endedAt: clock.now() }, host);
}
