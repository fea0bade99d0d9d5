import { isOff } from '../instances/states.js';
import { Failure, messageOf, type FailureCode } from '../kernel/failure.js';
import type { Ec2, Instance } from '../ports/ec2.js';
import { readConsoleOutput, type LaunchedInstance } from './console-output.js';

/** Failures of a start whose cause may be on the instance's console. */
const INSTANCE_FAILURES: readonly FailureCode[] = ['instance-died', 'runner-removed', 'startup-timeout'];

/** Whether the cause of a start's failure may be on its instance's console. */
export function isInstanceFailure(error: unknown): boolean {
  return error instanceof Failure && INSTANCE_FAILURES.includes(error.code);
}

/** What EC2 and the console show about the instance of a failed start. */
export interface Diagnosis {
  /** The boot agent's reason for powering off, if it gave one. */
  readonly why?: string;
  readonly lines: readonly string[];
}

/** The state of a failed start's instance, and its console output. To be called before the instance is ended. */
export async function diagnose(launched: LaunchedInstance, ec2: Ec2): Promise<Diagnosis> {
  // A diagnosis that cannot be made must not hide the failure of the start.
  const asked = ec2.describeInstances([launched.id], 'glance').then(
    ([instance]) => instance ?? 'not listed by EC2',
    (error: unknown) => `could not be read: ${messageOf(error)}`,
  );
  const isEnded = () => asked.then((found) => typeof found !== 'string' && isOff(found));
  const [found, output] = await Promise.all([asked, readConsoleOutput(launched, ec2, isEnded)]);
  return {
    ...(output.reason !== undefined && { why: describePowerOff(output.reason) }),
    lines: [`Instance ${launched.id}: ${typeof found === 'string' ? found : describeState(found)}`, ...output.lines],
  };
}

/** Adds a diagnosis to a failure. @param isClean whether the start was rolled back, so that nothing is left to do */
export function addDiagnosis(failure: Failure, { why, lines }: Diagnosis, { isClean }: { isClean: boolean }): Failure {
  return new Failure(failure.code, failure.message, {
    ...failure.about,
    ...(why !== undefined && { why }),
    ...(isClean && { hint: 'Nothing: everything that was started was rolled back.' }),
    details: [...(failure.about.details ?? []), ...lines],
  });
}

export function describePowerOff(reason: string): string {
  return `The boot agent powered the instance off: ${reason}.`;
}

export function describeState({ state, stateReason }: Instance): string {
  return stateReason ? `${state} (${stateReason})` : state;
}
