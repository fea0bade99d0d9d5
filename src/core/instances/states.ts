import type { InstanceState } from '../ports/ec2.js';

/** Every state but `terminated`. EC2's order: pending, running, (stopping, stopped), shutting-down, terminated. */
export const NOT_TERMINATED: readonly InstanceState[] = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];

interface WithState {
  readonly state: InstanceState;
}

/** Whether EC2 is ending it, or has ended it. This cannot be undone. */
export function isEnding({ state }: WithState): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

/** Whether no program runs on it, or soon none will. A stopped instance may start again. */
export function isOff(instance: WithState): boolean {
  return isEnding(instance) || instance.state === 'stopping' || instance.state === 'stopped';
}

/** Whether the instance stays in this state until a request changes it. */
export function isAtRest({ state }: WithState): boolean {
  return state === 'stopped' || state === 'terminated';
}
