import { describeVerdict, summarizeInterruptedProject, summarizeOutcome } from '../src/core/compose/summary.js';
import { nameProject } from '../src/core/compose/project-name.js';
import { removeProject } from '../src/core/compose/remove.js';
import type { ComposeHost } from '../src/core/compose/host.js';
import type { ComposeOutcome } from '../src/core/compose/outcome.js';
import { runCompose } from '../src/core/compose/run.js';
import { renderTimelineFile } from '../src/core/compose/timeline.js';
import { Failure } from '../src/core/kernel/failure.js';
import type { FailureCode } from '../src/core/kernel/failure-codes.js';
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
import { readRequest, readVariables, type GivenProject } from './compose-request.js';

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
    writeOutputs({ verdict: 'error', phase: 'check', 'exit-code': 1, result: '', interrupted: false });
    const given = await readRequest();
    const interruption = watchForInterruption((sentence) => log.notice(sentence));
    try {
      await run(given, { signal: AbortSignal.any([cancellation, interruption.signal]), log });
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

/** With these codes nothing was started. */
const BEFORE_ANYTHING: readonly FailureCode[] = [
  'bad-input',
  'compose-invalid',
  'compose-too-old',
  'docker-forbidden',
  'docker-missing',
];

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
    report(outcome, { directory: request.directory, host, log });
  } catch (error) {
    if (error instanceof Failure && BEFORE_ANYTHING.includes(error.code)) save('removed');
    throw error;
  } finally {
    removePrivateFiles(artifacts);
  }
}

/** In the annotation, beside the first one. The log and the summary have all. */
const MOST_REASONS = 3;

/** Characters. GitHub takes 1 MiB for all outputs of a job, at two bytes a character, and fails the job beyond. */
const MOST_RESULT = 256 * 1024;

function describeLongResult({ length }: string, artifacts: string): string {
  return `The output \`result\` is empty, because the result has ${length} characters, and an output may have ${MOST_RESULT}. All of it is in ${artifacts}/result.json.`;
}

interface Reporting {
  readonly directory: string;
  readonly host: ComposeHost;
  readonly log: Log;
}

/** Writes the outputs, the files and the summary. @throws Failure unless the project passed */
function report(outcome: ComposeOutcome, { directory, host, log }: Reporting): void {
  const { verdict, phase, exitCode, code, hint, reasons, remains } = outcome;
  const timeline = host.writeFile('timeline.json', renderTimelineFile(outcome));
  const { result = '', ...rest } = outcome;
  host.writeFile('outcome.json', `${JSON.stringify(rest, undefined, 2)}\n`);
  const isShort = result.length <= MOST_RESULT;
  if (!isShort) log.warning(describeLongResult(result, host.artifacts));
  writeOutputs({ verdict, phase, 'exit-code': exitCode, result: isShort ? result : '', timeline });
  if (remains.length > 0 && phase !== 'down')
    log.warning(`Not removed yet: ${remains.join(', ')}. The post step tries again.`);
  appendSummary(summarizeOutcome(outcome, { directory, artifacts: host.artifacts }), log);
  const sentence = describeVerdict(outcome);
  if (verdict === 'pass') return log.info(sentence);
  printLastLines(outcome, log);
  const others = reasons.slice(1);
  for (const reason of others) log.info(reason);
  const why = others.slice(0, MOST_REASONS).join(' ');
  throw new Failure(code ?? 'session-failed', sentence, {
    ...(why !== '' && { why }),
    hint: hint ?? `Read the logs in ${host.artifacts}.`,
  });
}

/** Of the services that are the reason. The session's are in the log already. A prefix keeps `::` of theirs from acting. */
function printLastLines({ services }: ComposeOutcome, log: Log): void {
  for (const { service, role, lastLines = [] } of services)
    if (role !== 'session') for (const line of lastLines) log.info(`${service} | ${line}`);
}

/** Removes what the main step left, for example because it was killed. Does nothing if it left nothing. */
export function runRunComposePost(): Promise<void> {
  return runAction(async () => {
    const state = readComposeState();
    if (state === undefined || state.state === 'removed') return;
    const { projectName, artifacts } = state;
    const log = createLog();
    removePrivateFiles(artifacts);
    const removal = {
      containers: dockerContainers(composeEnvironment(readVariables())),
      clock,
      projectName,
      logs: `${artifacts}/services`,
      endPrograms: () =>
        killPrograms(`--project-name=${projectName}`, `label=com.docker.compose.project=${projectName}`),
    };
    const count = await log.group(`Removing what is left of ${projectName}`, () => removeProject(removal, log));
    log.info(
      count === 0
        ? 'Nothing was left.'
        : `Removed ${plural(count, 'container, network or volume', 'containers, networks and volumes')}.`,
    );
  });
}
