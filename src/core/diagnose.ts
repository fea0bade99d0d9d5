import { readBootPhases, tailConsole } from './boot-phases.js';
import { Failure, type FailureCode } from './failure.js';
import type { Ec2, Instance } from './ports.js';

const MACHINES_FAULT: readonly FailureCode[] = ['instance-died', 'runner-removed', 'startup-timeout'];

/** Whether the machine itself may know why. */
export function isMachinesFault(error: unknown): boolean {
  return error instanceof Failure && MACHINES_FAULT.includes(error.code);
}

/** What the machine itself says, read before it is gone: its state, how far its boot came, its last words. */
export async function diagnose(instanceId: string, ec2: Ec2): Promise<string[]> {
  // A failed start is explained as far as possible: not being able to ask is no second failure.
  const [instances, text] = await Promise.all([
    ec2.describeInstances([instanceId]).catch(() => []),
    ec2.readConsole(instanceId).catch(() => ''),
  ]);
  const phases = readBootPhases(text).map(({ name, uptimeSeconds, detail }) => {
    return `${name} at ${uptimeSeconds.toFixed(1)} s${detail === '' ? '' : ` (${detail})`}`;
  });
  return [
    `Instance ${instanceId}: ${describeState(instances[0])}`,
    `Boot phases: ${phases.length > 0 ? phases.join(', ') : 'none seen; the boot agent has not started'}`,
    ...(text === ''
      ? ['Console: nothing yet; some instance types show it only minutes after the boot.']
      : tailConsole(text, 15).map((line) => `console: ${line}`)),
  ];
}

function describeState(instance: Instance | undefined): string {
  if (!instance) return 'not listed by EC2';
  return instance.stateReason ? `${instance.state} (${instance.stateReason})` : instance.state;
}
