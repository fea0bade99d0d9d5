import { LATE_MS } from './faults.js';
import type { World } from './world.js';

/** How long GitHub needs to find a runner for the stop job, in ms. */
export const STOP_JOB_MS = 5_000;
/** The time between two steps of a job, in ms. */
export const STEP_MS = 500;

const PASSING = new Set(['pending', 'stopping', 'shutting-down']);

/** Waits for late requests to take effect, then lets the instances' own timers run out. */
export async function settle(world: World): Promise<void> {
  await pause(LATE_MS);
  do await calm(world);
  while (world.machines.timers.fireNext());
}

/** Waits until no instance is starting or ending, or busy. An instance's volume is gone when the instance is. */
export async function calm(world: World): Promise<void> {
  while (world.machines.isBusy || world.instances.some(({ state }) => PASSING.has(state))) await pause(200);
}

export function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
