import { COULD_NOT_JUDGE } from '../src/core/judge/conclusion.js';
import { choosePast, chooseRelease, toPastRun } from '../src/core/judgement/past.js';
import { combineFiles } from '../src/core/judgement/combine.js';
import { judgeResults, type Past } from '../src/core/judgement/judge.js';
import type { Judgement } from '../src/core/judgement/judgement.js';
import { Failure, type FailureCode } from '../src/core/kernel/failure.js';
import * as resultAdvice from '../src/core/kernel/result-advice.js';
import type { HistoryPlace } from '../src/core/ports/history.js';
import { clock } from '../src/host/clock.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { createLog } from '../src/host/log.js';
import { readMeasuredRef, type MeasuredRef } from '../src/host/measured-ref.js';
import { readMachine } from '../src/host/measuring-machine.js';
import { writeOutputs } from '../src/host/outputs.js';
import { listenForCancellation } from '../src/host/signals.js';
import { readResults, type FoundResults } from './judge-files.js';
import type { HistoryScene } from './judge-history.js';
import { postOnly, reportJudgement, writeHistory } from './judge-report.js';
import { readGiven, type GivenResults } from './judge-request.js';

const CANCELLED = 'Run the job again: nothing was judged, and the history is as it was, or has the run.';

/** `judge-results`. */
export function runJudgeResults(): Promise<void> {
  const signal = listenForCancellation(CANCELLED);
  return runAction(async () => {
    const log = createLog();
    const context = readContext();
    // The outputs are set even if this step fails.
    writeOutputs({ passed: false, code: COULD_NOT_JUDGE, verdicts: '{}', regressions: '[]', suspected: '[]' });
    writeOutputs({ reason: '', comment: '', artifacts: '', plots: '', history: '' });
    const ref = readMeasuredRef();
    const scene: Scene = { context, ref, log, signal, token: undefined };
    const given = await attempt(readGiven);
    if (given.post !== undefined) return attempt(() => postOnly(given, { ...scene, token: given.token }));
    await attempt(() => judge(given, { ...scene, token: given.token }));
  });
}

interface Scene extends HistoryScene {
  readonly ref: MeasuredRef;
}

const JUDGED: readonly FailureCode[] = ['results-worse', 'results-unjudged'];

/** Gives the reason to later jobs. @throws what the body throws */
async function attempt<T>(body: () => T | Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    // The report of a judgement has given all reasons.
    if (error instanceof Failure && !JUDGED.includes(error.code)) writeOutputs({ reason: error.message });
    throw error;
  }
}

async function judge(given: GivenResults, scene: Scene): Promise<void> {
  const { log, context } = scene;
  const { rules } = given;
  const found = await readResults(given, { workspace: context.workspace, log });
  const machine = given.machine ?? found.machine ?? (await readMachine());
  const { runId, runAttempt, sha } = context;
  const commit = given.commit ?? sha;
  const run = { id: `${runId}-${runAttempt}-${rules.name}`, at: clock.now(), commit, machine };
  const place = await openPlace(given, scene);
  const { past, bytes } = await readPast(given, { place, scene });
  const judgement = judgeResults(found.measured, { rules, run, ...(past && { past }) });
  const artifacts = await reportJudgement(judgement, { given, scene, history: bytes });
  // After the report: a history that cannot be written does not hide the verdict.
  const failed = await record(judgement, { given, scene, found, place, run, artifacts }).catch((error: unknown) => {
    if (error instanceof Failure) return error;
    throw error;
  });
  if (failed && judgement.conclusion.code !== 0) log.warning(`${failed.message} ${failed.hint}`);
  refuse(judgement);
  if (failed) throw failed;
}

async function openPlace({ history }: GivenResults, scene: Scene): Promise<HistoryPlace | undefined> {
  if (history === undefined) return undefined;
  const { openHistory } = await import('./judge-history.js');
  return openHistory(history, scene);
}

/** The runs to compare with, and the whole history. */
async function readPast(
  { rules, baseline }: GivenResults,
  { place, scene }: { readonly place: HistoryPlace | undefined; readonly scene: Scene },
): Promise<{ readonly past?: Past; readonly bytes?: Uint8Array }> {
  if (!place) return {};
  const { ref, context } = scene;
  const { runId } = context;
  const { readPlace } = await import('./judge-history.js');
  const bytes = await readPlace(place);
  const past = (baseline.kind === 'release' ? chooseRelease : choosePast)(
    bytes,
    { name: rules.name, exceptRun: runId },
    ref,
  );
  return { past, ...(bytes && { bytes }) };
}

/** Adds the run to the history. Not a run whose figures are doubtful: they would be what later runs are compared with. */
async function record(
  judgement: Judgement,
  about: {
    readonly given: GivenResults;
    readonly scene: Scene;
    readonly found: FoundResults;
    readonly place: HistoryPlace | undefined;
    readonly run: Parameters<typeof judgeResults>[1]['run'];
    readonly artifacts: string;
  },
): Promise<void> {
  const { given, scene, found, place, run, artifacts } = about;
  const isWanted = given.record === 'always' || (given.record === 'auto' && scene.ref.isOwn);
  if (!place || !isWanted) return;
  const reading = combineFiles(found.measured.head);
  if (reading.figures.length === 0 || judgement.problems.length > 0) {
    scene.log.warning(`The run is not added to ${place.name}, because its figures are doubtful.`);
    return;
  }
  if (judgement.suspected?.length) {
    scene.log.info(`The run is not added to ${place.name}: a second run decides.`);
    return;
  }
  const { addToPlace } = await import('./judge-history.js');
  const bytes = await addToPlace(place, toPastRun(reading, { ...run, name: given.rules.name, place: scene.ref }));
  scene.log.info(`Added the run to ${place.name}.`);
  writeHistory(artifacts, bytes, scene.log);
}

/** @throws Failure unless the results passed, or only say too little */
function refuse({ conclusion }: Judgement): void {
  const { code, reasons } = conclusion;
  if (code === 0) return;
  process.exitCode = code;
  const [first = '', ...others] = reasons;
  const why = others.join(' ');
  throw new Failure(code === COULD_NOT_JUDGE ? 'results-unjudged' : 'results-worse', first, {
    ...(why !== '' && { why }),
    hint: code === COULD_NOT_JUDGE ? resultAdvice.CORRECT_RESULTS : resultAdvice.READ_VERDICTS,
  });
}
