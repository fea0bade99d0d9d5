import * as core from '@actions/core';
import { toConnectionFailure } from '../core/kernel/connection-faults.js';
import { Failure } from '../core/kernel/failure.js';
import { summarizeFailure, type FailureReport } from '../core/kernel/failure-summary.js';
import { createLog, disarm } from './log.js';
import { appendSummary } from './summary.js';

type Exit = (code: number) => void;

/**
 * Runs an action's body to its end. A failure is told in three parts (what failed, why, what to do), as one
 * annotation and in the job's summary. Then the process ends at once: an idle connection must not hold the job.
 *
 * @param exit ends the process; tests pass their own
 */
export async function runAction(body: () => Promise<void>, exit: Exit = (code) => process.exit(code)): Promise<void> {
  // Node would end with a bare stack and no annotation.
  const onStray = (error: unknown): void => void end(error, exit);
  // And where nothing is left that could end a wait, it would end as if all were well.
  const onNothingLeft = (): void => onStray(new Error('The step was waiting for something that can no longer come'));
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

/** A user's secret, network or CA is never called a bug, wherever it came to light. */
async function end(thrown: unknown, exit: Exit): Promise<void> {
  const error = toConnectionFailure(thrown, 'A request could not be sent') ?? thrown;
  if (error instanceof Failure) tellFailure(error);
  else tellBug(error);
  await appendSummary(summarizeFailure(error instanceof Failure ? describe(error) : describeBug(error)), createLog());
  await flush();
  exit(1);
}

/** Details first, as plain lines: the annotation, which GitHub shows on the run's page, is the last word. */
function tellFailure(failure: Failure): void {
  for (const line of failure.about.details ?? []) core.info(disarm(line));
  core.setFailed(renderFailure(failure));
  if (failure.cause instanceof Error && failure.cause.stack) core.debug(failure.cause.stack);
}

/** What failed, why as far as is known, what to do; a line each. Without the details. */
export function renderFailure(failure: Failure): string {
  const why = explainCause(failure);
  const { requestId } = failure.about;
  return [
    failure.message,
    ...(why ? [`Why: ${why}`] : []),
    `What to do: ${failure.hint}`,
    `Code: ${failure.code}${requestId ? `, request id: ${requestId}` : ''}`,
  ].join('\n');
}

function tellBug(error: unknown): void {
  const { message, hint, details } = describeBug(error);
  for (const line of details) core.info(disarm(line));
  core.setFailed(`${message}\nWhat to do: ${hint}`);
}

function describe(failure: Failure): FailureReport {
  const why = explainCause(failure);
  const details = [...(why ? [why] : []), ...(failure.about.details ?? [])];
  return { code: failure.code, message: failure.message, hint: failure.hint, details };
}

function describeBug(error: unknown): FailureReport {
  const text = error instanceof Error ? error.message : String(error);
  return {
    code: 'bug',
    message: `A bug in ci-actions, not in your workflow: ${text}`,
    hint: `Report it with this log at ${issuesPage()}. What was started is removed by the post step.`,
    details: (error instanceof Error ? (error.stack ?? text) : text).split('\n'),
  };
}

/** What the core found out, else the vendor's own words, unless the message quotes them already. */
function explainCause(failure: Failure): string | undefined {
  const { cause } = failure;
  if (failure.about.why !== undefined) return failure.about.why;
  if (!(cause instanceof Error) || cause.message === '' || failure.message.includes(cause.message)) return undefined;
  return cause.name === 'Error' ? cause.message : `${cause.name}: ${cause.message}`;
}

/** GitHub names the action's own repository while one of its steps runs. */
function issuesPage(): string {
  const repository = process.env['GITHUB_ACTION_REPOSITORY'];
  const server = process.env['GITHUB_SERVER_URL'] ?? 'https://github.com';
  return repository ? `${server}/${repository}/issues` : "the issues page of this action's repository";
}

/** Writing to a pipe is not always done when `write` returns, and what is pending then is lost at exit. */
async function flush(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.writableLength > 0) await new Promise((done) => stream.write('', done));
  }
}
