import * as core from '@actions/core';
import { toConnectionFailure } from '../core/kernel/connection-faults.js';
import { errorPage } from '../core/kernel/error-page.js';
import { summarizeFailure, type FailureReport } from '../core/kernel/failure-summary.js';
import { Failure } from '../core/kernel/failure.js';
import { readActionSource } from './action-source.js';
import { createLog, disarm } from './log.js';
import { appendSummary } from './summary.js';

type Exit = (code: number) => void;

/**
 * Runs the body of an action. A failure is reported in three parts (what failed, why, what to do), as one annotation
 * and in the job summary. Then the process ends at once, because an idle connection must not keep the job running.
 *
 * @param exit ends the process; tests pass their own function
 */
export async function runAction(body: () => Promise<void>, exit: Exit = (code) => process.exit(code)): Promise<void> {
  // Otherwise Node would end with a bare stack trace and no annotation.
  const onStray = (error: unknown): void => void end(error, exit);
  // Otherwise Node would end with exit code 0 when nothing is left that could end a wait.
  const onNothingLeft = (): void => onStray(new Error('The step waited for an event that can no longer happen'));
  process.on('unhandledRejection', onStray).on('uncaughtException', onStray).on('beforeExit', onNothingLeft);
  try {
    await body();
    await flush();
    exit(process.exitCode === undefined ? 0 : Number(process.exitCode));
  } catch (error) {
    await end(error, exit);
  } finally {
    process.off('unhandledRejection', onStray).off('uncaughtException', onStray).off('beforeExit', onNothingLeft);
  }
}

/** Reports what was thrown. A broken secret, network or CA of the user is never reported as a bug. */
async function end(thrown: unknown, exit: Exit): Promise<void> {
  const error = toConnectionFailure(thrown, 'A request could not be sent') ?? thrown;
  // The annotation sets it to 1.
  const code = Number(process.exitCode) || 1;
  if (error instanceof Failure) reportFailure(error);
  else reportBug(error);
  appendSummary(summarizeFailure(error instanceof Failure ? describeFailure(error) : describeBug(error)), createLog());
  await flush();
  exit(code);
}

/** Prints the details as plain lines, then the annotation, which GitHub also shows on the page of the run. */
function reportFailure(failure: Failure): void {
  for (const line of failure.about.details ?? []) core.info(disarm(line));
  core.setFailed(renderFailure(failure));
  if (failure.cause instanceof Error && failure.cause.stack) core.debug(failure.cause.stack);
}

/** What failed, why (if known), what to do, the code and the page about it, one line each. Without the details. */
export function renderFailure(failure: Failure): string {
  const why = explainCause(failure);
  const { requestId } = failure.about;
  return [
    failure.message,
    ...(why ? [`Why: ${why}`] : []),
    `What to do: ${failure.hint}`,
    `Code: ${failure.code}${requestId ? `, request id: ${requestId}` : ''}`,
    `More: ${errorPage(failure.code, readActionSource())}`,
  ].join('\n');
}

function reportBug(error: unknown): void {
  const { message, hint, details } = describeBug(error);
  for (const line of details) core.info(disarm(line));
  core.setFailed(`${message}\nWhat to do: ${hint}`);
}

/** For the job summary. */
export function describeFailure(failure: Failure): FailureReport {
  const why = explainCause(failure);
  const details = [...(why ? [why] : []), ...(failure.about.details ?? [])];
  const { code, message, hint } = failure;
  return { code, message, hint, details, page: errorPage(code, readActionSource()) };
}

function describeBug(error: unknown): FailureReport {
  const text = error instanceof Error ? error.message : String(error);
  return {
    code: 'bug',
    message: `A bug in ci-actions, not in your workflow: ${text}`,
    hint: `Report it with this log at ${issuesPage()}. The post step removes what was started.`,
    details: (error instanceof Error ? (error.stack ?? text) : text).split('\n'),
  };
}

/** The reason that the core found; otherwise the vendor's message, unless the failure quotes it already. */
function explainCause(failure: Failure): string | undefined {
  const { cause } = failure;
  if (failure.about.why !== undefined) return failure.about.why;
  if (!(cause instanceof Error) || cause.message === '' || failure.message.includes(cause.message)) return undefined;
  return cause.name === 'Error' ? cause.message : `${cause.name}: ${cause.message}`;
}

function issuesPage(): string {
  const source = readActionSource();
  return source ? `${source.serverUrl}/${source.repository}/issues` : "the issues page of this action's repository";
}

/** Waits until pipes are written: `write` may return earlier, and pending output is lost when the process exits. */
async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise((done) => stream.write('', done));
  }
}
