/** Pools in a sandbox, filled by the real bundle. */
import { expect } from '@jest/globals';
import type { InstanceRecord } from '../../../sandbox/ec2/world/records.js';
import type { StepResult } from '../../../sandbox/step.js';
import { isWaitingInPool } from './left-behind.js';
import { errorOf, logOf, type Inputs, type Scene } from './scene.js';

export const POOL = { pool: 'ready' };

/** Fills the pool. @returns the instances that wait in it */
export async function fill(scene: Scene, size: number, inputs: Inputs = {}): Promise<InstanceRecord[]> {
  const result = await scene.fillPool({ ...POOL, size: String(size), ...inputs });
  if (result.code !== 0) throw new Error(`${errorOf(result)}\n${logOf(result)}`);
  return waiting(scene);
}

/** The instances that wait in a pool and are switched off already. */
export function waiting(scene: Scene): InstanceRecord[] {
  return scene.sandbox.ec2.instances().filter((one) => one.state === 'stopped' && isWaitingInPool(one));
}

/** Lists the instances that do not wait in a pool, and all runners. */
export function listOutsidePool(scene: Scene): string[] {
  const { ec2, github } = scene.sandbox;
  const waits = new Set(waiting(scene));
  const live = ec2.instances().filter((one) => one.state !== 'terminated' && !waits.has(one));
  return [
    ...live.map(({ id, state }) => `instance ${id} (${state})`),
    ...github.runners().map(({ name, status }) => `runner ${name} (${status})`),
  ];
}

export async function expectOnlyThePool(scene: Scene): Promise<void> {
  await scene.until(() => listOutsidePool(scene).length === 0);
  expect(listOutsidePool(scene)).toEqual([]);
}

export interface StartedRow {
  readonly name: string;
  readonly instance: string;
  readonly pool?: string;
  readonly toOnline: number;
}

export function rowsOf({ outputs }: StepResult): StartedRow[] {
  return JSON.parse(outputs['runners'] ?? '[]') as StartedRow[];
}
