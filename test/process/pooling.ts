/** Pools in a sandbox, filled by the real bundle. */
import { expect } from '@jest/globals';
import type { InstanceRecord } from '../../sandbox/ec2/world/records.js';
import type { StepResult } from '../../sandbox/step.js';
import { errorOf, logOf, type Inputs, type Scene } from './suite.js';

export const POOL = { pool: 'ready' };

/** @returns the instances that wait in the pool afterwards */
export async function fill(scene: Scene, size: number, inputs: Inputs = {}): Promise<InstanceRecord[]> {
  const result = await scene.fillPool({ ...POOL, size: String(size), ...inputs });
  if (result.code !== 0) throw new Error(`${errorOf(result)}\n${logOf(result)}`);
  return waiting(scene);
}

/** The stopped instances of the pool that no start has claimed. */
export function waiting(scene: Scene): InstanceRecord[] {
  return scene.sandbox.ec2
    .instances()
    .filter(({ state, tags }) => state === 'stopped' && tags.has('ci-actions:pool') && !tags.has('ci-actions:start'));
}

/** Every live instance and every runner, except the instances that wait. */
export function strays(scene: Scene): string[] {
  const { ec2, github } = scene.sandbox;
  const live = ec2.instances().filter((one) => one.state !== 'terminated' && !waiting(scene).includes(one));
  return [
    ...live.map(({ id, state }) => `instance ${id} (${state})`),
    ...github.runners().map(({ name, status }) => `runner ${name} (${status})`),
  ];
}

export async function expectOnlyThePool(scene: Scene): Promise<void> {
  await scene.until(() => strays(scene).length === 0);
  expect(strays(scene)).toEqual([]);
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
