import { Failure, messageOf, type FailureCode } from '../kernel/failure.js';
import { isOff } from '../instances/states.js';
import { readLastWords, type Machine } from './last-words.js';
import type { Ec2, Instance } from '../ports/ec2.js';

const MACHINES_FAULT: readonly FailureCode[] = ['instance-died', 'runner-removed', 'startup-timeout'];

/** Whether the machine itself may know why. */
export function isMachinesFault(error: unknown): boolean {
  return error instanceof Failure && MACHINES_FAULT.includes(error.code);
}

export interface Diagnosis {
  /** The boot agent's own reason for powering off, if it gave one. */
  readonly why?: string;
  readonly lines: readonly string[];
}

/** What the machine itself says, read before it is gone: its state, how far its boot came, its last words. */
export async function diagnose(machine: Machine, ec2: Ec2): Promise<Diagnosis> {
  // A failed start is explained as far as possible: not being able to ask is no second failure.
  const asked = ec2.describeInstances([machine.id], 'glance').then(
    ([instance]) => instance ?? 'not listed by EC2',
    (error: unknown) => `could not be asked for: ${messageOf(error)}`,
  );
  const isEnded = () => asked.then((found) => typeof found !== 'string' && isOff(found));
  const [found, words] = await Promise.all([asked, readLastWords(machine, ec2, isEnded)]);
  return {
    ...(words.reason !== undefined && { why: describePowerOff(words.reason) }),
    lines: [`Instance ${machine.id}: ${typeof found === 'string' ? found : describeState(found)}`, ...words.lines],
  };
}

/** The failure with what the machine said, and with what there is left to do: nothing, when `isClean`. */
export function addFindings(failure: Failure, { why, lines }: Diagnosis, { isClean }: { isClean: boolean }): Failure {
  return new Failure(failure.code, failure.message, {
    ...failure.about,
    ...(why !== undefined && { why }),
    ...(isClean && { hint: 'Nothing: everything that was started has been removed again.' }),
    details: [...(failure.about.details ?? []), ...lines],
  });
}

export function describePowerOff(reason: string): string {
  return `The boot agent powered the instance off: ${reason}.`;
}

export function describeState({ state, stateReason }: Instance): string {
  return stateReason ? `${state} (${stateReason})` : state;
}
