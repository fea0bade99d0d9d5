import { summarizeInterruptedProject } from '../src/core/compose/summary.js';
import { nameProject } from '../src/core/compose/project-name.js';
import { removeProject } from '../src/core/compose/remove.js';
import { runCompose } from '../src/core/compose/run.js';
import { Failure } from '../src/core/kernel/failure.js';
import { plural } from '../src/core/kernel/plural.js';
import type { Log } from '../src/core/ports/process.js';
import { clock } from '../src/host/clock.js';
import { openComposeHost, removePrivateFiles } from '../src/host/compose-host.js';
import { readComposeState, saveComposeState } from '../src/host/compose-state.js';
import { dockerContainers } from '../src/host/containers.js';
import { readContext } from '../src/host/context.js';
import { runAction } from '../src/host/exit.js';
import { watchForInterruption } from '../src/host/interruption.js';
import { killPrograms } from '../src/host/leftover-programs.js';
import { createLog } from '../src/host/log.js';
import { nonce } from '../src/host/nonce.js';
import { writeOutputs } from '../src/host/outputs.js';
import { composeEnvironment } from '../src/host/setup.js';
import { listenForCancellation } from '../src/host/signals.js';
import { appendSummary } from '../src/host/summary.js';
import { reportOutcome } from './compose-report.js';
import { BEFORE_ANYTHING, readRequest, readVariables, type GivenProject } from './compose-request.js';

/** `run-compose`. */
export function runRunCompose(): Promise<void> {
  const cancellation = listenForCancellation(
    'Run the job again: the session was ended together with the step. Everything of the project is being removed; the post step continues what this step does not finish.',
  );
  return runAction(async () => {
    const log = createLog();
    const beganAt = clock.now();
    // The outputs are set even if this step fails or is canceled, but only in a workflow.
    readContext();
    writeOutputs({ verdict: 'error', phase: 'check', 'exit-code': 1, result: '', interrupted: false, interleaved: '' });
    const given = await readRequest();
    const interruption = watchForInterruption((sentence) => log.notice(sentence));
    try {
      const around = { signal: AbortSignal.any([cancellation, interruption.signal]), log };
      if (given.interleave === undefined) await run(given, around);
      else await (await import('./interleave-compose.js')).interleaveCompose(given, given.interleave, around);
    } catch (error) {
      if (!(error instanceof Failure) || error.code !== 'interrupted') throw error;
      writeOutputs({ verdict: '', phase: '', 'exit-code': '', interrupted: true });
      if (given.onInterruption === 'fail') throw error;
      const what = `${error.message} ${NEXT}`;
      log.notice(what);
      appendSummary(summarizeInterruptedProject(given.request.directory, what), log);
    } finally {
      interruption.close();
      writeOutputs({ minutes: ((clock.now() - beganAt) / 60_000).toFixed(1) });
    }
  });
}

const NEXT = 'This step has no verdict: the next job of the workflow runs the project again.';

interface Surroundings {
  readonly signal: AbortSignal;
  readonly log: Log;
}

/** Runs the project, and reports its outcome. @throws Failure unless it passed */
async function run(given: GivenProject, { signal, log }: Surroundings) {
  const { request } = given;
  const projectName = nameProject(nonce, given.directory);
  const host = openComposeHost({ ...given, projectName });
  const { artifacts } = host;
  writeOutputs({ artifacts });
  // Before anything is created: the post step finds by this name what is left.
  const save = (state: 'started' | 'removed'): void => saveComposeState({ projectName, artifacts, state });
  save('started');
  try {
    const world = { containers: dockerContainers(host.env), host, clock, projectName, signal };
    const outcome = await runCompose(request, world, log);
    if (outcome.remains.length === 0) save('removed');
    reportOutcome(outcome, { directory: request.directory, host, log });
  } catch (error) {
    if (error instanceof Failure && BEFORE_ANYTHING.includes(error.code)) save('removed');
    throw error;
  } finally {
    removePrivateFiles(projectName);
  }
}

/** Removes what the main step left, for example because it was killed. Does nothing if it left nothing. */
export function runRunComposePost(): Promise<void> {
  return runAction(async () => {
    const state = readComposeState();
    if (state === undefined || state.state === 'removed') return;
    const { projectName, artifacts, images } = state;
    const log = createLog();
    removePrivateFiles(projectName);
    const removal = {
      containers: dockerContainers(composeEnvironment(readVariables())),
      clock,
      projectName,
      logs: `${artifacts}/services`,
      endPrograms: () =>
        killPrograms(`--project-name=${projectName}`, `label=com.docker.compose.project=${projectName}`),
    };
    const count = await log.group(`Removing what is left of ${projectName}`, () => removeProject(removal, log));
    if (images !== undefined)
      await removal.containers.down(images, 0, { onLine: (line) => log.info(line), boundMs: 60_000 });
    log.info(
      count === 0
        ? 'Nothing was left.'
        : `Removed ${plural(count, 'container, network or volume', 'containers, networks and volumes')}.`,
    );
  });
}
