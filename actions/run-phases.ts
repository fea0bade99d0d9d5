import { Failure, messageOf } from '../src/core/kernel/failure.js';
import * as advice from '../src/core/kernel/phase-advice.js';
import { inspectArtifacts } from '../src/core/phases/artifacts.js';
import { finishPhases } from '../src/core/phases/finish.js';
import type { PhaseHost } from '../src/core/phases/host.js';
import { CONFIG, Layout } from '../src/core/phases/layout.js';
import type { PhasesOutcome } from '../src/core/phases/result.js';
import { runPhases } from '../src/core/phases/run.js';
import { describePlan, describeVerdict, summarizePhases } from '../src/core/phases/summary.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { watchForInterruption } from '../src/host/interruption.js';
import { createLog } from '../src/host/log.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { locateArtifacts } from '../src/host/locate-artifacts.js';
import { locateShared, openPhaseHost } from '../src/host/phase-host.js';
import { readPhasesState, savePhasesState } from '../src/host/phases-state.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { readGiven, type GivenPhases } from './phases-request.js';
import { runRest } from './phases-rest.js';

/** `run-phases`. */
export function runRunPhases(): Promise<void> {
  const cancellation = listenForCancellation(
    'Run the job again: the phases were ended together with the step. The post step runs the phases that always run.',
  );
  return runAction(async () => {
    const log = createLog();
    const beganAt = clock.now();
    // The outputs are set even if this step fails or is canceled, but only in a workflow.
    readContext();
    writeOutputs({ verdict: 'failed', failed: '[]', artifacts: '', interrupted: false });
    const given = await readGiven();
    await log.group('Plan', async () => {
      for (const line of describePlan(given.plan)) log.info(line);
    });
    if (given.rehearse) return writeOutputs({ verdict: '', minutes: '0.0' });
    const interruption = watchForInterruption((sentence) => log.notice(sentence));
    try {
      await run(given, { beganAt, cancellation, interruption: interruption.signal, log });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'interrupted') throw error;
      writeOutputs({ verdict: '', interrupted: true });
      if (given.onInterruption === 'fail') throw error;
      log.notice(`${error.message} ${NEXT}`);
    } finally {
      interruption.close();
      writeOutputs({ minutes: ((clock.now() - beganAt) / 60_000).toFixed(1) });
    }
  });
}

const NEXT = 'This step has no verdict: the next job of the workflow runs the phases again.';

interface Surroundings {
  /** Epoch ms. */
  readonly beganAt: number;
  readonly cancellation: AbortSignal;
  readonly interruption: AbortSignal;
  readonly log: Log;
}

/** Runs the phases, and reports their outcome. @throws Failure unless they passed */
async function run(given: GivenPhases, { beganAt, cancellation, interruption, log }: Surroundings): Promise<void> {
  const { plan, name } = given;
  const artifacts = given.artifacts ?? locateArtifacts(`phases-${nonce(8)}`);
  const host = open(given, artifacts);
  writeOutputs({ artifacts });
  const { offset, stale } = inspectArtifacts(host.listArtifacts());
  for (const file of stale) host.removeFile(file);
  const layout = new Layout(plan, offset);
  writeConfig(given, host);
  const save = (state: 'started' | 'finished'): void => savePhasesState({ artifacts, offset, beganAt, state });
  // Before anything runs: the post step finds by this what is left to do.
  save('started');
  const signal = AbortSignal.any([cancellation, interruption]);
  const { results, unwritten } = await runPhases({ plan, layout }, { host, clock, log, signal });
  const isCut = interruption.aborted && results.some((one) => one.outcome === 'cancelled');
  // GitHub kills a canceled step, but not this one, and the machine is there for some seconds more.
  const outcome = isCut
    ? await runRest(given, { layout, host, log, beganAt, signal: cancellation, isPost: false, unwritten })
    : finishPhases({ name, results, unwritten, beganAt, endedAt: clock.now() }, host);
  if (!cancellation.aborted) save('finished');
  report(outcome, { name, host, log, ...(isCut && { interruption: describe(interruption, given) }) });
  cancellation.throwIfAborted();
  if (isCut) interruption.throwIfAborted();
  refuse(outcome, artifacts);
}

/** What the summary says of an interruption. */
function describe({ reason }: AbortSignal, { onInterruption }: GivenPhases): string {
  return `${messageOf(reason)}${onInterruption === 'rerun' ? ` ${NEXT}` : ''}`;
}

/** @throws Failure `artifacts-unwritable` */
function open({ directory, variables, secrets, config }: GivenPhases, artifacts: string): PhaseHost {
  const shared = locateShared(artifacts);
  const file = `${shared}/${CONFIG}`;
  const paths = config === undefined ? {} : { CONFIG_FILE: file, TOPSAIL_FROM_CONFIG_FILE: file };
  return attempt(artifacts, () =>
    openPhaseHost({ directory, artifacts, shared, variables: { ...paths, ...variables }, secrets }),
  );
}

function writeConfig({ config }: GivenPhases, host: PhaseHost): void {
  if (config === undefined) return;
  const text = `${config.trim()}\n`;
  attempt(`${host.artifacts}/${CONFIG}`, () => {
    host.writeFile(CONFIG, text);
    host.writeShared(CONFIG, text);
  });
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new Failure('artifacts-unwritable', `${path} cannot be written: ${messageOf(error)}.`, {
      hint: advice.FREE_DISK,
      cause: error,
    });
  }
}

interface Reporting {
  readonly name: string;
  readonly host: PhaseHost;
  readonly log: Log;
  /** A sentence, if EC2 took the machine away. */
  readonly interruption?: string;
}

/** Writes the outputs and the summary. */
function report(outcome: PhasesOutcome, { host, log, ...subject }: Reporting): void {
  const failed = outcome.results.filter((one) => one.outcome === 'failed').map(({ title }) => title);
  writeOutputs({ verdict: outcome.verdict, failed });
  appendSummary(summarizePhases(outcome, { ...subject, artifacts: host.artifacts }), log);
  if (subject.interruption === undefined) log.info(describeVerdict(outcome));
}

/** In the annotation, beside the first one. The summary has all. */
const MOST_REASONS = 3;

/** @throws Failure unless the phases passed */
function refuse({ verdict, reasons, code = 'phases-failed' }: PhasesOutcome, artifacts: string): void {
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

/**
 * Runs the phases that always run, as far as the main step did not, because it was canceled or killed. Does nothing if
 * nothing is left to do.
 */
export function runRunPhasesPost(): Promise<void> {
  return runAction(async () => {
    const state = readPhasesState();
    if (state === undefined || state.state === 'finished') return;
    const { artifacts, offset, beganAt } = state;
    const log = createLog();
    const given = await readGiven({ isPost: true });
    const host = open(given, artifacts);
    const layout = new Layout(given.plan, offset);
    const { signal } = new AbortController();
    const outcome = await runRest(given, { layout, host, log, beganAt, signal, isPost: true });
    appendSummary(summarizePhases(outcome, { name: given.name, artifacts }), log);
    const late = outcome.results.filter(({ isLate, outcome: own }) => isLate && own === 'failed');
    if (late.length > 0)
      refuse({ ...outcome, reasons: late.flatMap(({ reasons: [first = ''] }) => [first]) }, artifacts);
  });
}
