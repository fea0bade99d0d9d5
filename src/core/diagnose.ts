import { readBootPhases, tailConsole, type BootPhase } from './boot-phases.js';
import { Failure, type FailureCode } from './failure.js';
import type { Ec2, Instance } from './ports.js';

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
export async function diagnose(machine: { id: string; launchedAt: number }, ec2: Ec2): Promise<Diagnosis> {
  // A failed start is explained as far as possible: not being able to ask is no second failure.
  const [instances, text] = await Promise.all([
    ec2.describeInstances([machine.id]).catch(() => []),
    ec2.readConsole(machine.id).catch(() => ''),
  ]);
  const phases = readBootPhases(text);
  const end = phases.findLast(({ name }) => name === 'power-off');
  return {
    ...(end && { why: `The boot agent powered the instance off: ${end.detail}.` }),
    lines: [
      `Instance ${machine.id}: ${describeState(instances[0])}`,
      `Boot phases, in seconds after the launch: ${describePhases(phases, machine.launchedAt)}`,
      ...(text === ''
        ? ['Console: nothing yet; some instance types show it only minutes after the boot.']
        : tailConsole(text, 15).map((line) => `console: ${line}`)),
    ],
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

function describePhases(phases: readonly BootPhase[], launchedAt: number): string {
  if (phases.length === 0) return 'none seen; the boot agent has not started';
  return phases.map(({ name, at }) => `${name} ${((at - launchedAt) / 1000).toFixed(1)}`).join(', ');
}

function describeState(instance: Instance | undefined): string {
  if (!instance) return 'not listed by EC2';
  return instance.stateReason ? `${instance.state} (${instance.stateReason})` : instance.state;
}
