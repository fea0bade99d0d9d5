import type { InstanceState } from '../ports/ec2.js';

/** What of an instance's life is asked for, named once. EC2's own order: pending, running, (stopping, stopped), shutting-down, terminated. */
export const NOT_TERMINATED: readonly InstanceState[] = ['pending', 'running', 'shutting-down', 'stopping', 'stopped'];

interface WithState {
  readonly state: InstanceState;
}

/** EC2 is ending it, or has ended it: nothing brings it back. */
export function isEnding({ state }: WithState): boolean {
  return state === 'shutting-down' || state === 'terminated';
}

/** No program runs on it, or soon none will: it may be stopped, and start again. */
export function isOff(instance: WithState): boolean {
  return isEnding(instance) || instance.state === 'stopping' || instance.state === 'stopped';
}

/** It stays as it is until someone acts. */
export function isAtRest({ state }: WithState): boolean {
  return state === 'stopped' || state === 'terminated';
}
