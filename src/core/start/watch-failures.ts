import * as advice from '../kernel/advice.js';
import { LONGEST_STARTUP_MINUTES } from '../kernel/bounds.js';
import { Failure } from '../kernel/failure.js';
import type { Instance } from '../ports/ec2.js';
import type { Startup } from './request.js';
import { listOffline, nameWithRole, type StartedInstance, type StartedRunner } from './started.js';

export function describeTimeout(
  started: StartedInstance,
  { startupTimeoutMs, runningMs }: Pick<Startup, 'startupTimeoutMs' | 'runningMs'>,
): Failure {
  const minutes = startupTimeoutMs / 60_000;
  const since = runningMs !== undefined && started.runningAt !== undefined ? 'running' : 'launched';
  const waited = since === 'running' ? minutes : minutes + (runningMs ?? 0) / 60_000;
  const message = `Runner ${namesOfOffline(started)} was not online ${waited} min after ${started.instance.id} was ${since}.`;
  // Three times the default covers metal instances.
  const line = Math.min(LONGEST_STARTUP_MINUTES, Math.max(15, 2 * Math.floor(minutes)));
  return new Failure('startup-timeout', message, {
    hint: `Read the console in the log above. If the instance does not reach GitHub, ${advice.OPEN_WAY_OUT}. ${advice.RAISE_STARTUP_TIMEOUT.replace(/\.$/, `: \`startup-timeout-minutes: ${line}\`.`)}`,
  });
}

/** @param instance as EC2 described it last */
export function describeDeath(started: StartedInstance, { id, state, stateReason }: Instance): Failure {
  const reason = stateReason ? ` (${stateReason})` : '';
  const message = `Instance ${id} is ${state}${reason} before runner ${namesOfOffline(started)} was online.`;
  return new Failure('instance-died', message, {
    hint: stateReason?.includes('Spot') ? advice.REPLACE_SPOT : advice.READ_CONSOLE,
  });
}

export function describeRemoval({ name }: StartedRunner): Failure {
  return new Failure('runner-removed', `GitHub no longer has runner ${name}, which was never seen online.`, {
    hint: `Something removed it: another job with the same label that ran first, a person, or GitHub itself (actions/runner#4726). ${advice.LEAVE_LABEL_EMPTY}`,
  });
}

function namesOfOffline(started: StartedInstance): string {
  return listOffline(started).map(nameWithRole).join(', ');
}
