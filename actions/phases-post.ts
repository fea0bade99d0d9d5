import { finishPhases } from '../src/core/phases/finish.js';
import { readJournal } from '../src/core/phases/journal.js';
import { Layout } from '../src/core/phases/layout.js';
import { planCleanup } from '../src/core/phases/plan.js';
import type { PhasesOutcome } from '../src/core/phases/result.js';
import { runPhases } from '../src/core/phases/run.js';
import { summarizePhases } from '../src/core/phases/summary.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { endPrograms } from '../src/host/phase-programs.js';
import { readPhasesState, type PhasesState } from '../src/host/phases-state.js';
import { appendSummary } from '../src/host/summary.js';
import { openHost } from './phases-host.js';
import { PendingExport } from './pending-export.js';
import { refusePhases, warnOfExport } from './phases-report.js';
import { readGiven, type GivenPhases } from './phases-request.js';

/**
 * Runs the phases that always run, and the export, as far as the main step did not, because it was canceled or killed.
 * Does nothing if nothing is left to do.
 */
export function runRunPhasesPost(): Promise<void> {
  return runAction(async () => {
    const state = readPhasesState();
    if (state === undefined || state.state === 'finished') return;
    const log = createLog();
    const given = await readGiven({ isPost: true });
    const signal = new AbortController().signal;
    const pending = PendingExport.resume(given, state, signal);
    try {
      if (state.state === 'exporting') return await goOn(pending, log);
      const outcome = await runCleanup(given, state, { pending, log });
      const error = await pending.runLate(log);
      if (outcome.verdict === 'failed' && error !== undefined) warnOfExport(error, log);
      refusePhases(outcome, state.artifacts);
      if (error !== undefined) throw error;
    } finally {
      pending.end();
    }
  });
}

/** @throws what the export throws */
async function goOn(pending: PendingExport, log: Log): Promise<void> {
  log.info('The main step ended before its export. The export goes on from there.');
  const error = await pending.runLate(log);
  if (error !== undefined) throw error;
}

/** @returns the verdict on the phases that it ran itself. The main step has reported the others */
async function runCleanup(
  given: GivenPhases,
  { artifacts, offset, beganAt }: PhasesState,
  { pending, log }: { readonly pending: PendingExport; readonly log: Log },
): Promise<Pick<PhasesOutcome, 'verdict' | 'reasons' | 'code'>> {
  const { plan, name } = given;
  const host = openHost(given, artifacts, (text) => pending.mask(text));
  const layout = new Layout(plan, offset);
  const before = readJournal(host.readFile(layout.journal));
  const unended = layout.listRuns().filter((id) => before.unended.has(layout.indexOf(id)));
  await endPrograms(
    unended.map((id) => `${artifacts}/${layout.folderOf(id)}`),
    clock,
  );
  const work = { plan: planCleanup(plan), layout, before };
  const { results, unwritten } = await runPhases(work, { host, clock, log, signal: new AbortController().signal });
  const outcome = finishPhases({ name, results, unwritten, beganAt, endedAt: clock.now() }, host);
  appendSummary(summarizePhases(outcome, { name, artifacts }), log);
  const late = results.filter(({ isLate, outcome: own }) => isLate && own === 'failed');
  return late.length === 0
    ? { verdict: 'passed', reasons: [] }
    : { ...outcome, verdict: 'failed', reasons: late.flatMap(({ reasons: [first = ''] }) => [first]) };
}
