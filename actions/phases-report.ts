import { Failure, messageOf } from '../src/core/kernel/failure.js';
import { summarizeFailure } from '../src/core/kernel/failure-summary.js';
import * as advice from '../src/core/kernel/phase-advice.js';
import type { PhaseHost } from '../src/core/phases/host.js';
import type { PhasesOutcome } from '../src/core/phases/result.js';
import { describeVerdict, summarizePhases } from '../src/core/phases/summary.js';
import { describeReason } from '../src/core/phases/verdict.js';
import type { Log } from '../src/core/ports/process.js';
import { describeFailure, renderFailure } from '../src/host/exit.js';
import { writeOutputs } from '../src/host/outputs.js';
import { appendSummary } from '../src/host/summary.js';

export interface Reporting {
  readonly name: string;
  readonly host: PhaseHost;
  readonly log: Log;
  /** A sentence, if EC2 took the machine away. */
  readonly interruption?: string;
  /** Whether the step was canceled before the phases ended. */
  readonly isCanceled?: boolean;
}

/** Writes the outputs and the summary. */
export function reportPhases(outcome: PhasesOutcome, { host, log, ...subject }: Reporting): void {
  const failed = outcome.results.filter((one) => one.outcome === 'failed').map(({ title }) => title);
  writeOutputs({ verdict: outcome.verdict, failed, reason: describeReason(outcome) });
  appendSummary(summarizePhases(outcome, { ...subject, artifacts: host.artifacts }), log);
  if (subject.interruption === undefined) log.info(describeVerdict(outcome));
}

/** In the annotation, beside the first one. The summary has all. */
const MOST_REASONS = 3;

/** @throws Failure unless the phases passed */
export function refusePhases(
  { verdict, reasons, code = 'phases-failed' }: Pick<PhasesOutcome, 'verdict' | 'reasons' | 'code'>,
  artifacts: string,
): void {
  if (verdict === 'passed') return;
  const [first = '', ...others] = reasons;
  const why = others.slice(0, MOST_REASONS).join(' ');
  throw new Failure(code, first, { ...(why !== '' && { why }), hint: HINTS[code] ?? `Read the logs in ${artifacts}.` });
}

const HINTS: Readonly<Record<string, string>> = {
  'phases-failed': advice.READ_PHASE_LOG,
  'nothing-tested': advice.CHECK_LEFT_OUT,
  'artifacts-unwritable': advice.FREE_DISK,
};

/** A failed export beside failed phases: the step has the code of the phases. */
export function warnOfExport(error: unknown, log: Log): void {
  if (!(error instanceof Failure)) return log.warning(`The export failed, too: ${messageOf(error)}`);
  for (const line of error.about.details ?? []) log.info(line);
  log.warning(`The export failed, too: ${renderFailure(error)}`);
  appendSummary(summarizeFailure(describeFailure(error), 'The export failed, too'), log);
}

/** The failed export of phases that passed. @throws it, with what is known of the phases */
export function refuseExport(error: unknown): never {
  if (!(error instanceof Failure)) throw error;
  const why = [PASSED, error.about.why].filter((one) => one !== undefined).join(' ');
  throw new Failure(error.code, error.message, { ...error.about, why });
}

const PASSED = 'The phases passed. Only the export failed.';
