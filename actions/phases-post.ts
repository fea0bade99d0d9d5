import { Layout } from '../src/core/phases/layout.js';
import type { PhasesOutcome } from '../src/core/phases/result.js';
import { summarizePhases } from '../src/core/phases/summary.js';
import type { Log } from '../src/core/ports/process.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { readPhasesState, type PhasesState } from '../src/host/phases-state.js';
import { appendSummary } from '../src/host/summary.js';
import { openHosts, openMasks } from './phases-host.js';
import { PendingExport } from './pending-export.js';
import { refusePhases, warnOfExport } from './phases-report.js';
import { readGiven, type GivenPhases } from './phases-request.js';
import { runRest } from './phases-rest.js';

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
  const hosts = await openHosts(
    given,
    artifacts,
    openMasks(given, (text) => pending.mask(text)),
  );
  const layout = new Layout(given.plan, offset);
  const { signal } = new AbortController();
  const outcome = await runRest(given, { layout, hosts, log, beganAt, signal, isPost: true });
  appendSummary(summarizePhases(outcome, { name: given.name, artifacts, isCanceled: true }), log);
  const late = outcome.results.filter(({ isLate, outcome: own }) => isLate && own === 'failed');
  return late.length === 0
    ? { verdict: 'passed', reasons: [] }
    : { ...outcome, verdict: 'failed', reasons: late.flatMap(({ reasons: [first = ''] }) => [first]) };
}
