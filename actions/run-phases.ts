import { Failure, messageOf } from '../src/core/kernel/failure.js';
import { inspectArtifacts } from '../src/core/phases/artifacts.js';
import { finishPhases } from '../src/core/phases/finish.js';
import type { PhaseHost } from '../src/core/phases/host.js';
import { Layout } from '../src/core/phases/layout.js';
import type { PhasesOutcome } from '../src/core/phases/result.js';
import { runPhases } from '../src/core/phases/run.js';
import { describePlan } from '../src/core/phases/summary.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { watchForInterruption } from '../src/host/interruption.js';
import { locateArtifacts } from '../src/host/locate-artifacts.js';
import { createLog } from '../src/host/log.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { savePhasesState, type PhasesState } from '../src/host/phases-state.js';
import { listenForCancellation } from '../src/host/signals.js';
import { checkDestination, PendingExport } from './pending-export.js';
import { attempt, openHosts, openMasks, writeConfig } from './phases-host.js';
import { refuseExport, refusePhases, reportPhases, warnOfExport } from './phases-report.js';
import { readGiven, type GivenPhases } from './phases-request.js';
import { runRest } from './phases-rest.js';

export { runRunPhasesPost } from './phases-post.js';

/** How far the step is. */
const progress: { at: 'before' | 'phases' | 'export' } = { at: 'before' };

const WHAT_NEXT = {
  before: 'Run the job again: no phase had begun.',
  phases:
    'Run the job again: the phases were ended together with the step. The post step runs the phases that always run.',
  export: 'All phases had ended. The post step goes on with an export to S3.',
} as const;

/** `run-phases`. */
export function runRunPhases(): Promise<void> {
  const cancellation = listenForCancellation(() => WHAT_NEXT[progress.at]);
  return runAction(async () => {
    const log = createLog();
    const beganAt = clock.now();
    // The outputs are set even if this step fails or is canceled, but only in a workflow.
    readContext();
    writeOutputs({ verdict: 'failed', failed: '[]', reason: '', artifacts: '', interrupted: false });
    writeOutputs({ 'export-url': '', upload: '', interleaved: '' });
    const given = await readGiven().catch(refuse);
    await log.group('Plan', async () => {
      for (const line of describePlan(given.plan)) log.info(line);
      if (given.interleaved) (await import('./interleave-phases.js')).announce(given.interleaved, log);
    });
    if (given.rehearse) return writeOutputs({ verdict: '', minutes: '0.0' });
    const interruption = watchForInterruption((sentence) => log.notice(sentence));
    try {
      await run(given, { beganAt, cancellation, interruption: interruption.signal, log });
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'interrupted') refuse(error);
      writeOutputs({ verdict: '', interrupted: true });
      if (given.onInterruption === 'fail') throw error;
      log.notice(`${error.message} ${NEXT}`);
    } finally {
      interruption.close();
      writeOutputs({ minutes: ((clock.now() - beganAt) / 60_000).toFixed(1) });
    }
  });
}

/** Gives the reason to later jobs, unless the report of the phases has given it. @throws the error */
function refuse(error: unknown): never {
  if (error instanceof Failure && progress.at === 'before') writeOutputs({ reason: error.message, minutes: '0.0' });
  throw error;
}

const NEXT = 'This step has no verdict: the next job of the workflow runs the phases again.';

interface Surroundings {
  /** Epoch ms. */
  readonly beganAt: number;
  readonly cancellation: AbortSignal;
  readonly interruption: AbortSignal;
  readonly log: Log;
}

/** Runs the phases, reports their outcome and exports the artifacts. @throws Failure unless all of it succeeded */
async function run(given: GivenPhases, { beganAt, cancellation, interruption, log }: Surroundings): Promise<void> {
  const signal = AbortSignal.any([cancellation, interruption]);
  await checkDestination(given, { signal, log });
  const { plan, name } = given;
  const artifacts = given.artifacts ?? locateArtifacts(`phases-${nonce(8)}`);
  const pending = PendingExport.begin(given, artifacts, cancellation);
  const hosts = await openHosts(
    given,
    artifacts,
    openMasks(given, (text) => pending.mask(text)),
  );
  const { host } = hosts;
  writeOutputs({ artifacts });
  const { offset, stale } = inspectArtifacts(host.listArtifacts());
  for (const file of stale) host.removeFile(file);
  const layout = new Layout(plan, offset);
  writeConfig(given, hosts);
  const { masks } = pending;
  const save = (state: PhasesState['state']): void =>
    savePhasesState({ artifacts, offset, beganAt, state, ...(masks !== undefined && { masks }) });
  // Before anything runs: the post step finds by this what is left to do.
  save('started');
  progress.at = 'phases';
  const measurement = await openMeasurement(given, host, offset);
  const measuring = measurement?.measuring;
  const world = { ...hosts, clock, log, signal, ...(measuring && { measuring }) };
  const { results, unwritten } = await runPhases({ plan, layout }, world);
  const isCut = interruption.aborted && results.some((one) => one.outcome === 'cancelled');
  // GitHub kills a canceled step, but not this one, and the machine is there for some seconds more.
  const outcome = isCut
    ? await runRest(given, { layout, hosts, log, beganAt, signal: cancellation, isPost: false, unwritten })
    : finishPhases({ name, results, unwritten, beganAt, endedAt: clock.now() }, host);
  const areDone = !cancellation.aborted;
  if (areDone) save(pending.isLeft ? 'exporting' : 'finished');
  if (areDone) progress.at = 'export';
  reportPhases(outcome, {
    name,
    host,
    log,
    isCanceled: !areDone,
    ...(isCut && { interruption: describe(interruption, given) }),
  });
  if (outcome.verdict === 'passed') await writeInterleaved(measurement, host, log);
  const error = await pending.run(log);
  if (areDone && !cancellation.aborted) {
    save('finished');
    pending.end();
  }
  conclude(outcome, { error, artifacts, signal: isCut ? signal : cancellation, log });
}

async function openMeasurement({ interleaved }: GivenPhases, host: PhaseHost, offset: number) {
  if (interleaved === undefined) return undefined;
  const { PhasesMeasurement } = await import('./interleave-phases.js');
  return new PhasesMeasurement(interleaved, host, offset);
}

type Measured = Awaited<ReturnType<typeof openMeasurement>>;

/** @throws Failure `artifacts-unwritable` */
async function writeInterleaved(measured: Measured, host: PhaseHost, log: Log): Promise<void> {
  const file = await measured?.render(log);
  if (file === undefined) return;
  const path = `${host.artifacts}/${file.name}`;
  attempt(path, () => host.writeFile(file.name, file.text));
  writeOutputs({ interleaved: path });
}

/** What the summary says of an interruption. */
function describe({ reason }: AbortSignal, { onInterruption }: GivenPhases): string {
  return `${messageOf(reason)}${onInterruption === 'rerun' ? ` ${NEXT}` : ''}`;
}

interface Ending {
  /** Why the export failed. */
  readonly error: unknown;
  readonly artifacts: string;
  /** Aborted: the step ends, and this is why. */
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** @throws Failure unless the phases passed and the export succeeded */
function conclude(outcome: PhasesOutcome, { error, artifacts, signal, log }: Ending): void {
  const isRed = signal.aborted || outcome.verdict !== 'passed';
  if (isRed && error !== undefined && error !== signal.reason) warnOfExport(error, log);
  signal.throwIfAborted();
  refusePhases(outcome, artifacts);
  if (error !== undefined) refuseExport(error);
}
