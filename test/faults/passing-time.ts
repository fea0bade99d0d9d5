import { LATE_MS } from './faults.js';
import type { World } from './world.js';

/** The stop job needs a machine of its own first, in ms. */
export const STOP_JOB_MS = 5_000;
/** What GitHub does between two steps. */
export const STEP_MS = 500;

const PASSING = new Set(['pending', 'stopping', 'shutting-down']);

/** Nobody acts any more: what is left is up to the instances themselves, once all that was asked for is there. */
export async function settle(world: World): Promise<void> {
  await pause(LATE_MS);
  do await calm(world);
  while (world.machines.timers.ringNext());
}

/** Until no instance is on its way up or down: with it goes its volume. */
export async function calm(world: World): Promise<void> {
  while (world.instances.some(({ state }) => PASSING.has(state))) await pause(200);
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
